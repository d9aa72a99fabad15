//! What leaves the sandbox: one policy, one pooled client, one key.
//!
//! A component's request is first judged (`policy`), waits for its turn (`turn`), is then, where it
//! could cost points, permitted (`money`), and sent with the key (`wire`). What comes back is
//! searched for the key (`redact`), and what fails is named so that the component can tell whether
//! it was sent (`fault`).

mod address;
mod connect;
mod fault;
mod json;
mod money;
mod open;
mod policy;
mod redact;
mod refusals;
mod settlement;
mod terms;
mod turn;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use wasmtime_wasi_http::{Error as HttpError, RequestOptions, WasiBody, WasiHttpHooks};

use crate::credential::Key;
use crate::limits::Limit;
use crate::origin::Origin;

pub(crate) use address::is_public;
pub(crate) use fault::Fault;
pub(crate) use money::Guard;
pub(crate) use policy::Operation;
pub(crate) use refusals::Refusals;
pub use refusals::RefusedRequest;
pub(crate) use terms::Terms;
pub(crate) use wire::{Answer, Wire, file_request};

use settlement::Settlement;

/// The way out of one generation, quote or list of models.
pub(crate) struct Egress {
    shared: Arc<Shared>,
}

struct Shared {
    wire: Arc<Wire>,
    guard: Arc<Guard>,
    key: Option<Arc<Key>>,
    refusals: Arc<Refusals>,
    requests: u32,
}

impl Egress {
    /// At most `requests` are tried while `guard` counts them, and none leaves without a key.
    pub(crate) fn new(
        wire: Arc<Wire>,
        guard: Arc<Guard>,
        key: Option<Arc<Key>>,
        refusals: Arc<Refusals>,
        requests: u32,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                wire,
                guard,
                key,
                refusals,
                requests,
            }),
        }
    }
}

impl Egress {
    /// Where requests may go.
    pub(crate) fn origin(&self) -> &Origin {
        self.shared.wire.origin()
    }

    /// Sends a request of a component that imports nothing, under the same policy.
    pub(crate) async fn send(
        &self,
        request: Request<Bytes>,
        options: RequestOptions,
    ) -> Result<Response<Full<Bytes>>, Fault> {
        let (parts, body) = request.into_parts();
        let operation = self.shared.admit(&parts)?;
        if body.len() > self.shared.wire.limits().request_size {
            return Err(self.shared.refuse(&parts));
        }
        self.shared.carry(operation, parts, body, options).await
    }
}

impl Shared {
    async fn send(
        &self,
        request: Request<WasiBody>,
        options: RequestOptions,
    ) -> Result<Response<Full<Bytes>>, HttpError> {
        let limits = self.wire.limits();
        let (parts, body) = request.into_parts();
        let operation = self.admit(&parts).map_err(|fault| fault.error)?;

        // The body is taken in before anything is sent: a component that stops in the middle of it
        // leaves no half-sent request of unknown outcome behind.
        let body = Limited::new(body, limits.request_size).collect();
        let body = match tokio::time::timeout(limits.exchange, body).await {
            Ok(Ok(body)) => body.to_bytes(),
            // Denied rather than "too large": a component counts that as certainly not sent.
            Ok(Err(_)) | Err(_) => return Err(self.refuse(&parts).error),
        };
        let carried = self.carry(operation, parts, body, options).await;
        carried.map_err(|fault| fault.error)
    }

    /// Counts and judges a request: one that is refused counts too.
    fn admit(&self, parts: &Parts) -> Result<Operation, Fault> {
        if !self.guard.count_request(self.requests) {
            self.guard.stop(Limit::Requests);
            return Err(self.refuse(parts));
        }
        policy::judge(self.wire.origin(), &parts.method, &parts.uri)
            .ok_or_else(|| self.refuse(parts))
    }

    /// Sends an admitted request; a create request only where it is permitted.
    async fn carry(
        &self,
        operation: Operation,
        parts: Parts,
        body: Bytes,
        options: RequestOptions,
    ) -> Result<Response<Full<Bytes>>, Fault> {
        let Some(key) = &self.key else {
            return Err(self.refuse(&parts));
        };
        // The key has no business anywhere but in its header: a component that knows it, or a user
        // who wrote it into a prompt, sends it no further.
        if is_spoken_of(key, &parts, &body) {
            return Err(self.refuse(&parts));
        }

        if operation == Operation::Create
            && let Some(task_id) = self.guard.known_task()
        {
            tracing::info!("a create request was answered with the task that is known");
            return Ok(recorded(&task_id));
        }
        // Before the permit is used up: nothing leaves while a request waits here, so that the
        // waiting may be broken off, a create request's too.
        let turn = self.guard.waits().over(self.wire.turn(&options)).await;
        let turn = turn.inspect_err(|_| tracing::warn!(?operation, "no connection became free"))?;
        let ticket = if operation == Operation::Create {
            match self.guard.begin_create(&body) {
                Some(ticket) => Some(ticket),
                None => return Err(self.refuse(&parts)),
            }
        } else {
            None
        };
        let result = self.wire.exchange(turn, parts, body, options, key).await;
        if let Some(ticket) = ticket {
            ticket.settle(match &result {
                Ok(answer) => settlement(answer, key),
                Err(Fault { sent: false, .. }) => Settlement::NotSent,
                Err(Fault { sent: true, .. }) => Settlement::Unknown,
            });
        }
        match result {
            Ok(answer) => {
                let status = answer.status().as_u16();
                tracing::info!(?operation, status, "the service answered");
                Ok(redact::redact(answer, key))
            }
            Err(fault) => {
                tracing::warn!(?operation, sent = fault.sent, error = %fault.error, "an exchange failed");
                Err(fault)
            }
        }
    }

    fn refuse(&self, parts: &Parts) -> Fault {
        if self.guard.count_refusal() {
            self.refusals
                .record(&parts.method, &parts.uri, self.key.as_deref());
        }
        Fault::not_sent(HttpError::HttpRequestDenied)
    }
}

/// What an answer to create means. The id of a task is written down, which the key never is.
fn settlement(answer: &Answer, key: &Key) -> Settlement {
    match Settlement::of(answer) {
        Settlement::Accepted(task_id) if key.traces().are_in(task_id.as_bytes()) => {
            Settlement::Unknown
        }
        settlement => settlement,
    }
}

/// The service's answer to a create request that it accepted before.
fn recorded(task_id: &str) -> Response<Full<Bytes>> {
    let envelope = serde_json::json!({
        "code": 0,
        "message": "success",
        "data": { "id": task_id },
    });
    Response::new(Full::new(Bytes::from(envelope.to_string())))
}

/// Whether a request holds the key: in its address, its body, or a header that is not replaced.
fn is_spoken_of(key: &Key, parts: &Parts, body: &[u8]) -> bool {
    let traces = key.traces();
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        *name != http::header::AUTHORIZATION
            && (traces.are_in(name.as_str().as_bytes()) || traces.are_in(value.as_bytes()))
    };
    traces.are_in(parts.uri.to_string().as_bytes())
        || traces.are_in(body)
        || parts.headers.iter().any(header)
}

type Sent = (
    Response<WasiBody>,
    Box<dyn Future<Output = Result<(), HttpError>> + Send>,
);

impl WasiHttpHooks for Egress {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _received: Box<dyn Future<Output = Result<(), HttpError>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, HttpError>> + Send> {
        let shared = Arc::clone(&self.shared);
        Box::new(async move {
            let response = shared.send(request, options.unwrap_or_default()).await?;
            let response = response.map(|body| body.map_err(|never| match never {}).boxed_unsync());
            let done: Box<dyn Future<Output = _> + Send> = Box::new(std::future::ready(Ok(())));
            Ok((response, done))
        })
    }
}
