//! The component of world `edge` in this host (feature `edge`): an HTTP API whose key, ledger and ceilings
//! are outside the sandbox.
//!
//! Each request has an instance of its own, which sees neither the key nor who asks. What it sends goes
//! through the runtime's egress: a create request is recorded by its idempotency key before it leaves, so a
//! request that is repeated under its `Idempotency-Key` is answered with the task that it began.

mod hooks;
mod refusal;
mod repeats;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, header};
use ima_components::{EdgeConfiguration, EdgeKey};
pub use ima_journal::Client;
use tokio::sync::oneshot;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::egress::Guard;
use crate::engine::Compiled;
use crate::error::{EngineError, Error};
use crate::runtime::Runtime;
use crate::wasi::{InstanceLimits, keep_epoch};
use hooks::EdgeHooks;
pub use refusal::refusal;
pub use repeats::{Asked, KeyReused, Purchase, Repeats, Turn};

/// The body of an answer.
pub type EdgeBody = HyperOutgoingBody;

/// The component, ready to answer. Cloning is cheap.
#[derive(Clone)]
pub struct Edge {
    runtime: Runtime,
    pre: ProxyPre<State>,
    most_points: Option<u32>,
}

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    http: WasiHttpCtx,
    hooks: EdgeHooks,
    limits: InstanceLimits,
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
            hooks: &mut self.hooks,
        }
    }
}

impl Runtime {
    /// The component of world `edge` over this runtime's key, ledger and ceilings. `secret` signs the
    /// tokens of jobs: keep it, or they are worth nothing after the next start. Compiles the component, or
    /// takes its compiled form from the runtime's cache.
    ///
    /// # Errors
    ///
    /// If the component can't be compiled.
    pub async fn edge(&self, secret: [u8; 32]) -> Result<Edge, Error> {
        let runtime = self.clone();
        let built = tokio::task::spawn_blocking(move || runtime.edge_blocking(secret));
        built.await.map_err(|_| Error::Interrupted)?
    }

    fn edge_blocking(self, secret: [u8; 32]) -> Result<Edge, Error> {
        let most = self.ceilings().per_request;
        let most_points = most.map(|most| u32::try_from(most).unwrap_or(u32::MAX));
        // The origin of the service is left as built: the hooks lead to the runtime's, so the same
        // compiled code serves every one.
        let configuration = EdgeConfiguration {
            key: EdgeKey::Outside,
            secret: Some(secret),
            max_points: most_points,
            ledger: true,
            cors: Some(false),
            ..EdgeConfiguration::default()
        };
        let bytes = ima_components::edge(&configuration)
            .map_err(|error| engine(wasmtime::Error::msg(error.to_string())))?;
        let mut config = Config::new();
        InstanceLimits::configure(&mut config, self.limits());
        let engine_ = Engine::new(&config).map_err(engine)?;
        keep_epoch(&engine_).map_err(|error| engine(error.into()))?;
        let compiled = Compiled::new(self.cache_folder());
        let component = compiled.component(&engine_, &bytes).map_err(engine)?;
        let mut linker = Linker::new(&engine_);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).map_err(engine)?;
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker).map_err(engine)?;
        let pre = linker.instantiate_pre(&component).map_err(engine)?;
        Ok(Edge {
            pre: ProxyPre::new(pre).map_err(engine)?,
            runtime: self,
            most_points,
        })
    }
}

fn engine(error: wasmtime::Error) -> Error {
    Error::Engine(EngineError::new(error))
}

impl Edge {
    /// Answers one request. Its headers that say who asks are taken off before the component sees it:
    /// whether they may is the caller's to judge. `client` is the asker, as the ledger counts it.
    ///
    /// A create request that has left is waited for, whatever becomes of this future, and `turn` is kept
    /// until then.
    pub async fn answer<B>(
        &self,
        request: Request<B>,
        client: Option<Client>,
        turn: Option<Turn>,
    ) -> Response<EdgeBody>
    where
        B: hyper::body::Body<Data = Bytes, Error = hyper::Error> + Send + 'static,
    {
        let Ok(key) = self.runtime.key() else {
            return refusal::without_key();
        };
        let guard = Guard::unwatched(self.most_points, client);
        let egress = self.runtime.egress(&guard, Some(key), None);
        let limits = InstanceLimits::new(self.runtime.limits());
        let state = State {
            wasi: WasiCtx::builder().build(),
            table: limits.resource_table(),
            http: WasiHttpCtx::new(),
            hooks: EdgeHooks::new(egress),
            limits,
        };
        let mut store = Store::new(self.pre.engine(), state);
        InstanceLimits::attach(&mut store, |state| &mut state.limits);
        store.data_mut().limits.begin_call();
        let request = without_credentials(request);
        let (sender, receiver) = oneshot::channel();
        let incoming = store
            .data_mut()
            .http()
            .new_incoming_request(Scheme::Http, request);
        let out = store.data_mut().http().new_response_outparam(sender);
        let (Ok(incoming), Ok(out)) = (incoming, out) else {
            return refusal::broken(&guard);
        };
        let (pre, watched) = (self.pre.clone(), Arc::clone(&guard));
        let running = tokio::spawn(async move {
            let _turn = turn;
            let handling = async {
                let proxy = pre.instantiate_async(&mut store).await?;
                let handler = proxy.wasi_http_incoming_handler();
                handler.call_handle(&mut store, incoming, out).await
            };
            tokio::select! {
                biased;
                halt = watched.until_halted() => Some(halt),
                ended = handling => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "the component of world edge broke down");
                    }
                    None
                }
            }
        });
        if let Ok(Ok(response)) = receiver.await {
            return response;
        }
        match running.await {
            Ok(Some(halt)) => refusal::halted(&halt, &guard),
            _ => refusal::broken(&guard),
        }
    }
}

/// A request without what names or admits its sender.
fn without_credentials<B>(mut request: Request<B>) -> Request<B> {
    let headers: &mut HeaderMap = request.headers_mut();
    for name in [
        header::AUTHORIZATION,
        header::COOKIE,
        header::PROXY_AUTHORIZATION,
    ] {
        headers.remove(name);
    }
    request
}
