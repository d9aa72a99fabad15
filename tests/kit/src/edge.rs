//! A stock wasmtime host for the component of world `edge`: wasmtime-wasi-http with its default hooks
//! behind a server of hyper on loopback, and a client that follows no redirect.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::LazyLock;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};
use ima_components::{EDGE, EdgeConfiguration};
use ima_simulator::{Control, DEMO_KEY};
use tokio::net::{TcpListener, TcpStream};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView, default_hooks};

use crate::clock::{self, SteppedClock};

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    http: WasiHttpCtx,
    clock: SteppedClock,
}

/// How a host keeps time and takes in bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// The clock jumps when the component waits, so bodies are read before it is called.
    Jumping,
    /// The clock jumps also while a body is on its way.
    JumpingInBodies,
    /// The system's clock: stock in everything.
    Stock,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: default_hooks(),
        }
    }
}

/// A running host. Its clock jumps when the component waits, and takes the service's along.
pub struct EdgeHost {
    address: SocketAddr,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for EdgeHost {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The engine and the component, compiled once for all tests of a process.
static COMPILED: LazyLock<(Engine, Vec<u8>)> = LazyLock::new(|| {
    let engine = Engine::default();
    let compiled = engine.precompile_component(EDGE).unwrap();
    (engine, compiled)
});

/// The component with a configuration, without compiling it anew: the compiled form holds the
/// configuration at one place as well.
fn configured(configuration: &EdgeConfiguration) -> Component {
    const MARKER: &[u8] = b"ima-edge-configuration:";
    let place = |bytes: &[u8]| {
        let places = bytes.windows(MARKER.len()).enumerate();
        let mut places = places.filter(|(_, window)| *window == MARKER);
        let place = places.next().unwrap().0;
        assert!(places.next().is_none());
        place
    };
    let source = ima_components::edge(configuration).unwrap();
    let (engine, compiled) = &*COMPILED;
    let mut compiled = compiled.clone();
    let (from, to) = (place(&source), place(&compiled));
    let configuration = source.get(from..from + 1024).unwrap();
    compiled
        .get_mut(to..to + 1024)
        .unwrap()
        .copy_from_slice(configuration);
    // SAFETY: this engine made these bytes, and only data of the component was changed in them.
    #[allow(unsafe_code, reason = "compiling it for every port would take minutes")]
    let component = unsafe { Component::deserialize(engine, compiled) };
    component.unwrap()
}

impl EdgeHost {
    /// Starts a host for the component with this configuration, beside a service.
    pub async fn start(
        configuration: &EdgeConfiguration,
        service: Control,
        manner: Manner,
    ) -> Self {
        let component = configured(configuration);
        Self::serve(&component, &COMPILED.0, service, manner).await
    }

    /// The same for a file as `ima_components::edge` gives it, compiled as it is.
    pub async fn start_file(component: &[u8], service: Control) -> Self {
        let engine = Engine::default();
        let component = Component::from_binary(&engine, component).unwrap();
        Self::serve(&component, &engine, service, Manner::Stock).await
    }

    async fn serve(
        component: &Component,
        engine: &Engine,
        service: Control,
        manner: Manner,
    ) -> Self {
        let mut linker = Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker).unwrap();
        if manner != Manner::Stock {
            clock::shadow(&mut linker, |state: &mut State| clock::View {
                clock: &state.clock,
                table: &mut state.table,
            })
            .unwrap();
        }
        let pre = ProxyPre::new(linker.instantiate_pre(component).unwrap()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (pre, service) = (pre.clone(), service.clone());
                tokio::spawn(async move {
                    let answer = hyper::service::service_fn(|request| {
                        let (pre, service) = (pre.clone(), service.clone());
                        async move { Ok::<_, Infallible>(taken(&pre, service, request, manner).await) }
                    });
                    // A client that goes away is no fault of the host.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(client), answer)
                        .await;
                });
            }
        });
        Self { address, server }
    }

    /// Host and port.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// A request to it, with the demo account's key.
    pub fn request(&self, method: &str, path: &str) -> hyper::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.authority())
            .header("authorization", format!("Bearer {DEMO_KEY}"))
    }

    /// Sends a request with a body and reads the answer to its end.
    pub async fn send(&self, request: Request<impl Into<Bytes>>) -> Answer {
        let request = request.map(|body| Full::new(body.into()));
        self.send_body(request).await
    }

    /// The same with any body.
    pub async fn send_body<B>(&self, request: Request<B>) -> Answer
    where
        B: hyper::body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream));
        let (mut sender, connection) = handshake.await.unwrap();
        // Where the server answers before it has read everything, this ends with an error.
        tokio::spawn(connection);
        let response = sender.send_request(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }
}

async fn taken(
    pre: &ProxyPre<State>,
    service: Control,
    request: Request<Incoming>,
    manner: Manner,
) -> Response<HyperOutgoingBody> {
    if manner != Manner::Jumping {
        return handle(pre, service, request).await;
    }
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = Full::new(body).map_err(hyper_error);
    handle(pre, service, Request::from_parts(parts, body)).await
}

/// What a body that is there cannot fail with.
fn hyper_error(never: Infallible) -> hyper::Error {
    match never {}
}

async fn handle<B>(
    pre: &ProxyPre<State>,
    service: Control,
    request: Request<B>,
) -> Response<HyperOutgoingBody>
where
    B: hyper::body::Body<Data = Bytes, Error = hyper::Error> + Send + 'static,
{
    let state = State {
        wasi: WasiCtx::builder().build(),
        table: ResourceTable::new(),
        http: WasiHttpCtx::new(),
        clock: SteppedClock::new(move |step| service.advance(step)),
    };
    let mut store = Store::new(pre.engine(), state);
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let mut http = store.data_mut().http();
    let incoming = http.new_incoming_request(Scheme::Http, request).unwrap();
    let out = store
        .data_mut()
        .http()
        .new_response_outparam(sender)
        .unwrap();
    let pre = pre.clone();
    let task = tokio::spawn(async move {
        let proxy = pre.instantiate_async(&mut store).await?;
        let handler = proxy.wasi_http_incoming_handler();
        handler.call_handle(&mut store, incoming, out).await
    });
    match receiver.await {
        Ok(Ok(response)) => response,
        other => {
            let ended = task.await;
            let text = format!("no answer: {other:?}, {ended:?}");
            let body = Full::new(Bytes::from(text)).map_err(|never| match never {});
            let mut response = Response::new(HyperOutgoingBody::new(body));
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}

/// An answer that was read to its end.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: hyper::HeaderMap,
    /// Its body.
    pub text: String,
}

impl Answer {
    /// The value of a header, empty if it isn't there.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }
}

/// A configuration for a service at this origin.
pub fn at(origin: &str) -> EdgeConfiguration {
    EdgeConfiguration {
        origin: Some(origin.to_owned()),
        ..EdgeConfiguration::default()
    }
}
