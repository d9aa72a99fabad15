//! The accept loop: numbers the TCP connections and lets a request end its own connection.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

use crate::world::Shared;

/// The connection of a request, found among the request's extensions.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionHandle {
    id: u64,
    ending: Arc<Ending>,
}

#[derive(Debug, Default)]
struct Ending {
    reset: AtomicBool,
    asked: Notify,
}

impl ConnectionHandle {
    /// Its number; the first accepted connection is 1.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Ends the connection with a TCP reset.
    pub(crate) fn reset(&self) {
        self.ending.reset.store(true, Ordering::Release);
        self.ending.asked.notify_one();
    }

    /// Closes the connection after what was written so far.
    pub(crate) fn close(&self) {
        self.ending.asked.notify_one();
    }
}

/// The longest that a client may take over its TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Accepts connections for ever and serves each in a task of its own.
pub(crate) async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    shared: Arc<Shared>,
) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: let some connections end first.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let handle = ConnectionHandle {
            id: shared.accepted.fetch_add(1, Ordering::AcqRel) + 1,
            ending: Arc::default(),
        };
        // Without this a small answer may wait for the acknowledgement of its own header.
        let _ = stream.set_nodelay(true);
        let socket = Socket {
            stream,
            ending: Arc::clone(&handle.ending),
        };
        let (tls, router, shared) = (tls.clone(), router.clone(), Arc::clone(&shared));
        tokio::spawn(async move {
            let Some(tls) = tls else {
                return serve(socket, router, handle).await;
            };
            if let Ok(Ok(secured)) = tokio::time::timeout(HANDSHAKE, tls.accept(socket)).await {
                shared.handshakes.fetch_add(1, Ordering::AcqRel);
                serve(secured, router, handle).await;
            }
        });
    }
}

async fn serve(
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Router,
    handle: ConnectionHandle,
) {
    let ending = Arc::clone(&handle.ending);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(handle.clone());
        let answer = TowerToHyperService::new(router.clone()).call(request);
        async move { answer.await as Result<Response, Infallible> }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(socket), service);
    tokio::select! {
        // A broken connection is the client's business.
        _ = connection => {}
        () = ending.asked.notified() => {}
    }
}

/// A TCP stream that turns its closing into a reset where one was asked for.
struct Socket {
    stream: TcpStream,
    ending: Arc<Ending>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.ending.reset.load(Ordering::Acquire) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
