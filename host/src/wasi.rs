//! The policy as hooks for embedders that run a component in an engine, linker and store of their
//! own (feature `wasi`).
//!
//! What carries the security weight, and where it is decided:
//!
//! | property | decided by |
//! | --- | --- |
//! | only the service's origin and three operations, with an allow-list of headers | [`Hooks`] |
//! | the API key is added outside the sandbox, and searched for in answers | [`Hooks`] |
//! | at most one paid task, no more than the price told, recorded in the ledger | [`Hooks`], with what the embedder tells [`MoneyGuard`] |
//! | memory, tables, instances, computing time | [`InstanceLimits`], attached to the store |
//! | handles to host resources | [`InstanceLimits::resource_table`] |
//! | no files, variables, sockets | the embedder's `WasiCtx`: give it nothing |
//!
//! `examples/plugin.rs` is such an embedder for the component of world `plugin`.

use std::sync::Arc;

use http::Request;
use http_body_util::{BodyExt, Limited};
use wasmtime::component::ResourceTable;
use wasmtime::{Config, Engine, ResourceLimiter, Store};
use wasmtime_wasi_http::{Error as HttpError, RequestOptions, WasiBody, WasiHttpHooks};

use crate::egress::{Egress, ExchangeError, Guard, Halt, Terms, Timeouts};
use crate::engine::{Meter, TICK, exceeded};
use crate::error::Error;
use crate::limits::{Limit, Limits};
use crate::runtime::Runtime;
use crate::types::Charge;

impl Runtime {
    /// The way out for one generation in a component of the embedder's own, and the guard of its
    /// money. The request's budget and outputs bound what may leave; the component gets
    /// [`Runtime::origin`] as its origin, and no key.
    ///
    /// # Errors
    ///
    /// [`Error::CredentialMissing`] without a key.
    pub fn wasi_hooks(&self, request: &crate::Request) -> Result<(Hooks, MoneyGuard), Error> {
        let guard = Guard::under(Terms::of(request));
        let egress = self.egress(&guard, Some(self.key()?), request.deadline);
        Ok((Hooks(egress), MoneyGuard(guard)))
    }

    /// Scheme, host and port of the service.
    pub fn origin(&self) -> String {
        self.client().origin().to_string()
    }
}

/// The way out of one generation: policy, key, redaction, money. For
/// [`WasiHttpView`](wasmtime_wasi_http::WasiHttpView).
pub struct Hooks(Egress);

/// The guard of one generation's money. The embedder tells it what the component said and what was
/// made durable; it lets a create request leave only then. Cloning gives the same guard.
#[derive(Debug, Clone)]
pub struct MoneyGuard(Arc<Guard>);

impl MoneyGuard {
    /// The component told a price (its event `started`), in points: a create request for this model
    /// may cost as much, and no more than the budget.
    pub fn price_told(&self, model_id: &str, points: u32) {
        self.0.tell_price(model_id, points);
    }

    /// A checkpoint `creating` is durable and the next event is asked for: one create request may
    /// leave. Without effect after one that was accepted or is in doubt.
    pub fn checkpoint_kept(&self) {
        self.0.permit();
    }

    /// Lets no create request leave any more.
    pub fn close(&self) {
        self.0.shut();
    }

    /// Whether the account was charged, as seen from the network, whatever the component says.
    pub fn charge(&self) -> Charge {
        self.0.charge()
    }

    /// The task that the service accepted.
    pub fn task_id(&self) -> Option<String> {
        self.0.task_id()
    }

    /// Waits until the component must be stopped: drop its pending call then. The limit that it
    /// exceeded; `None` if the ledger keeps its create request back or can't be written.
    pub async fn until_halted(&self) -> Option<Limit> {
        match self.0.until_halted().await {
            Halt::Limit(limit) => Some(limit),
            Halt::Ledger(_) | Halt::LedgerFailed => None,
        }
    }
}

type Sent = (
    http::Response<WasiBody>,
    Box<dyn Future<Output = Result<(), HttpError>> + Send>,
);

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _received: Box<dyn Future<Output = Result<(), HttpError>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, HttpError>> + Send> {
        let (egress, timeouts) = (self.0.clone(), timeouts(options));
        Box::new(async move {
            let response = send(&egress, request, timeouts).await.map_err(code)?;
            let response = response.map(|body| body.map_err(|never| match never {}).boxed_unsync());
            let done: Box<dyn Future<Output = _> + Send> = Box::new(std::future::ready(Ok(())));
            Ok((response, done))
        })
    }
}

/// The times that a component sets for a request.
pub(crate) fn timeouts(options: Option<RequestOptions>) -> Timeouts {
    let options = options.unwrap_or_default();
    Timeouts {
        connect: options.connect_timeout,
        first_byte: options.first_byte_timeout,
        between_bytes: options.between_bytes_timeout,
        all: None,
    }
}

/// The body is taken in before anything is sent: a component that stops in the middle of it leaves
/// no half-sent request of unknown outcome behind.
pub(crate) async fn send(
    egress: &Egress,
    request: Request<WasiBody>,
    timeouts: Timeouts,
) -> Result<crate::egress::CleanAnswer, ExchangeError> {
    let (parts, body) = request.into_parts();
    let operation = egress.admit(&parts)?;
    let limits = egress.limits();
    let body = Limited::new(body, limits.request_size).collect();
    match tokio::time::timeout(limits.exchange, body).await {
        Ok(Ok(body)) => {
            let body = body.to_bytes();
            egress.carry(operation, parts, body, timeouts).await
        }
        // Denied rather than "too large": a component counts that as certainly not sent.
        Ok(Err(_)) | Err(_) => Err(egress.refuse(&parts)),
    }
}

/// The error code that a component is told.
pub(crate) fn code(error: ExchangeError) -> HttpError {
    match error {
        ExchangeError::Denied => HttpError::HttpRequestDenied,
        // Certain: nothing left. No other host reports this code, so a component can trust it.
        ExchangeError::Malformed
        | ExchangeError::NoFreeConnection
        | ExchangeError::NameNotResolved
        | ExchangeError::PrivateAddress
        | ExchangeError::ConnectionRefused
        | ExchangeError::ConnectTimeout
        | ExchangeError::UntrustedCertificate
        | ExchangeError::Tls
        | ExchangeError::NotConnected => HttpError::ConfigurationError,
        ExchangeError::ConnectionLost => HttpError::ConnectionTerminated,
        ExchangeError::AnswerTimeout => HttpError::HttpResponseTimeout,
        ExchangeError::BodyTimeout => HttpError::ConnectionReadTimeout,
        ExchangeError::Incomplete => HttpError::HttpResponseIncomplete,
        ExchangeError::NotHttp => HttpError::HttpProtocolError,
        ExchangeError::Encoded => HttpError::HttpResponseContentCoding(None),
        ExchangeError::HeadTooLarge { most } => HttpError::HttpResponseHeaderSectionSize(most),
        ExchangeError::BodyTooLarge { most } => HttpError::HttpResponseBodySize(Some(most)),
    }
}

/// What one instance may use of memory, tables, instances and computing time. It is part of the
/// store's data.
#[derive(Debug)]
pub struct InstanceLimits {
    meter: Meter,
    cpu: std::time::Duration,
    resources: usize,
}

impl InstanceLimits {
    /// The limits of one instance.
    pub fn new(limits: &Limits) -> Self {
        Self {
            meter: Meter::new(limits),
            cpu: limits.cpu,
            resources: limits.resources,
        }
    }

    /// Settings that the engine needs for these limits.
    pub fn configure(config: &mut Config, limits: &Limits) {
        config.epoch_interruption(true);
        config.max_wasm_stack(limits.stack);
        // Host calls run on the same stack, above what the component may use.
        config.async_stack_size(limits.stack.saturating_add(1536 << 10));
    }

    /// Holds the store to the limits that `of` finds in its data. The store's calls must be async.
    pub fn attach<T: 'static>(store: &mut Store<T>, of: fn(&mut T) -> &mut Self) {
        store.limiter(move |data| of(data) as &mut dyn ResourceLimiter);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |mut context| of(context.data_mut()).meter.tick());
    }

    /// Begins a call: computing time is counted for each call anew.
    pub fn begin_call(&mut self) {
        self.meter.allow(self.cpu);
    }

    /// A table that holds no more handles than the limit.
    pub fn resource_table(&self) -> ResourceTable {
        let mut table = ResourceTable::new();
        table.set_max_capacity(self.resources);
        table
    }

    /// The limit that an error of a call speaks of, if it is one.
    pub fn exceeded(error: &wasmtime::Error) -> Option<Limit> {
        exceeded(error)
    }
}

impl ResourceLimiter for InstanceLimits {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.meter.memory_growing(current, desired, maximum)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.meter.table_growing(current, desired, maximum)
    }

    fn instances(&self) -> usize {
        self.meter.instances()
    }

    fn tables(&self) -> usize {
        self.meter.tables()
    }

    fn memories(&self) -> usize {
        self.meter.memories()
    }
}

/// Advances the engine's epoch, on a thread of its own, as long as anyone uses the engine.
///
/// # Errors
///
/// When the thread can't be started.
pub fn keep_epoch(engine: &Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    let tick = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    };
    let thread = std::thread::Builder::new().name("ima-epoch".to_owned());
    thread.spawn(tick).map(drop)
}
