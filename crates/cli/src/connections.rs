//! A listener on this machine: how many connections at once, how long a request may take to arrive, and how
//! it ends.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http::{HeaderMap, Request, Response, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::command_error::CommandError;
use crate::ui::text::command_error;

/// How long a request may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(30);

/// How long what has left is waited for after Ctrl-C.
const FAREWELL: Duration = Duration::from_secs(30);

/// Connections at once.
const CONNECTIONS: usize = 256;

/// Listens.
pub(crate) async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), CommandError> {
    let listening = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok::<_, std::io::Error>((listener, address))
    };
    listening.await.map_err(|error| {
        tracing::warn!(%error, "the server does not listen");
        command_error!(
            Usage,
            "Nothing can listen on {address}." => "Choose another address with --listen.",
            "无法监听 {address}。" => "请用 --listen 换一个地址。"
        )
    })
}

/// Answers until `end`, and then ends what has been begun.
pub(crate) async fn serve<A, F, B>(listener: TcpListener, end: impl Future, answer: A)
where
    A: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut connections = JoinSet::new();
    let mut end = std::pin::pin!(end);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept(), if connections.len() < CONNECTIONS => accepted,
            Some(_) = connections.join_next() => continue,
            _ = &mut end => break,
        };
        let Ok((stream, _)) = accepted else {
            // No file descriptors are left, for example.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (answer, mut stopped) = (answer.clone(), stopped.clone());
        connections.spawn(async move {
            let service = hyper::service::service_fn(move |request| {
                let answering = answer(request);
                async move { Ok::<_, Infallible>(answering.await) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(ARRIVAL)
                .serve_connection(TokioIo::new(stream), service);
            let mut connection = std::pin::pin!(connection);
            tokio::select! {
                _ = connection.as_mut() => return,
                _ = stopped.wait_for(|stopped| *stopped) => connection.as_mut().graceful_shutdown(),
            }
            let _ = connection.await;
        });
    }
    drop(listener);
    stop.send_replace(true);
    let all = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(FAREWELL, all).await;
}

/// Why a body is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoBody {
    TooLarge,
    TooSlow,
}

/// Takes in a body of at most so many bytes.
pub(crate) async fn body(body: Incoming, longest: usize) -> Result<Bytes, NoBody> {
    let body = Limited::new(body, longest).collect();
    match tokio::time::timeout(ARRIVAL, body).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(NoBody::TooLarge),
        Ok(Err(_)) | Err(_) => Err(NoBody::TooSlow),
    }
}

/// Whether an address is reached from this machine alone.
pub(crate) fn is_this_machine(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// The names of a server that listens on this machine alone, with their port; none of one that listens
/// beyond it, which goes by every name.
pub(crate) fn names(address: SocketAddr) -> Vec<String> {
    match is_this_machine(address.ip()) {
        true => vec![address.to_string(), format!("localhost:{}", address.port())],
        false => Vec::new(),
    }
}

/// Why a request is turned away before anyone asks for its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stranger {
    /// It was sent to another name than the server's, as a page with a forged name would do.
    Host,
    /// A page of another site sent it.
    Site,
}

/// Whether a browser sent a request with these headers, for a page of the server's own. `own` are the names
/// of the server; without any, it goes by every name.
pub(crate) fn is_from_browser(headers: &HeaderMap, own: &[String]) -> Result<bool, Stranger> {
    let text = |name| headers.get(name).map(|it| it.to_str().unwrap_or_default());
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().and_then(|it| it.to_str().ok());
    let is_own = |host: &str| own.iter().any(|it| it.eq_ignore_ascii_case(host));
    if hosts.next().is_some() || !own.is_empty() && !host.is_some_and(is_own) {
        return Err(Stranger::Host);
    }
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return Err(Stranger::Site);
    }
    let origin = text(header::ORIGIN);
    let from_page = origin.map(|origin| {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        authority.is_some_and(|it| host.is_some_and(|host| it.eq_ignore_ascii_case(host)))
    });
    if from_page == Some(false) {
        return Err(Stranger::Site);
    }
    Ok(origin.is_some() || site.is_some())
}
