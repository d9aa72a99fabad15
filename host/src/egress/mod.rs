//! What leaves the sandbox: one policy, one pooled client, one key.
//!
//! A component's request is judged (`policy`), waits for a connection (`permit`), is permitted if it
//! could cost points (`guard`, then the ledger), and is sent with the key (`client`). The answer is
//! searched for the key (`redact`). A failure says whether the request may have left
//! (`exchange_error`).

mod address;
mod client;
mod connect;
mod exchange_error;
mod guard;
mod open;
mod permit;
mod policy;
mod redact;
mod refusals;
mod terms;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, Request, Response};
use http_body_util::Full;
use ima_journal::{Ceilings, IdempotencyKey, Journal, Reservation, Settlement, Verdict};

use crate::credential::Key;
use crate::limits::Limit;
#[cfg(feature = "wasi")]
use crate::limits::Limits;
use crate::metrics;
use crate::origin::Origin;

pub(crate) use address::is_public;
pub(crate) use client::{Answer, ServiceClient, Timeouts, file_request};
pub(crate) use exchange_error::ExchangeError;
pub(crate) use guard::{Guard, Halt};
pub(crate) use policy::Operation;
#[cfg(feature = "gateway")]
pub(crate) use policy::judge;
pub(crate) use refusals::Refusals;
pub use refusals::RefusedRequest;
pub(crate) use terms::Terms;

/// The header of a create request that names it in the ledger. It never leaves.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// An answer as a component may see it.
pub(crate) type CleanAnswer = Response<Full<Bytes>>;

/// The way out of one generation, quote or list of models.
#[derive(Clone)]
pub(crate) struct Egress {
    way_out: Arc<WayOut>,
}

struct WayOut {
    client: Arc<ServiceClient>,
    guard: Arc<Guard>,
    key: Option<Arc<Key>>,
    refusals: Arc<Refusals>,
    ledger: Journal,
    ceilings: Ceilings,
    requests: u32,
}

/// What an [`Egress`] is made of.
pub(crate) struct EgressParts {
    pub(crate) client: Arc<ServiceClient>,
    pub(crate) guard: Arc<Guard>,
    /// Without a key nothing leaves.
    pub(crate) key: Option<Arc<Key>>,
    pub(crate) refusals: Arc<Refusals>,
    /// Where every create request is recorded before it leaves (money rule 10).
    pub(crate) ledger: Journal,
    pub(crate) ceilings: Ceilings,
    /// How many requests may be tried while the guard counts them.
    pub(crate) requests: u32,
}

impl Egress {
    pub(crate) fn new(parts: EgressParts) -> Self {
        let EgressParts {
            client,
            guard,
            key,
            refusals,
            ledger,
            ceilings,
            requests,
        } = parts;
        Self {
            way_out: Arc::new(WayOut {
                client,
                guard,
                key,
                refusals,
                ledger,
                ceilings,
                requests,
            }),
        }
    }

    /// Where requests may go.
    pub(crate) fn origin(&self) -> &Origin {
        self.way_out.client.origin()
    }

    #[cfg(feature = "wasi")]
    pub(crate) fn limits(&self) -> &Limits {
        self.way_out.client.limits()
    }

    /// Keeps a request back, and writes it down.
    #[cfg(feature = "wasi")]
    pub(crate) fn refuse(&self, parts: &Parts) -> ExchangeError {
        self.way_out.refuse(parts)
    }

    /// Counts and judges a request; one that is refused counts too. Sends it and reads its answer.
    pub(crate) async fn send(
        &self,
        request: Request<Bytes>,
        timeouts: Timeouts,
    ) -> Result<CleanAnswer, ExchangeError> {
        let (parts, body) = request.into_parts();
        let operation = self.admit(&parts)?;
        if body.len() > self.way_out.client.limits().request_size {
            return Err(self.way_out.refuse(&parts));
        }
        self.carry(operation, parts, body, timeouts).await
    }

    /// Counts and judges a request before its body is there.
    pub(crate) fn admit(&self, parts: &Parts) -> Result<Operation, ExchangeError> {
        let way_out = &self.way_out;
        if !way_out.guard.count_request(way_out.requests) {
            way_out.guard.halt(Halt::Limit(Limit::Requests));
            return Err(way_out.refuse(parts));
        }
        policy::judge(way_out.client.origin(), &parts.method, &parts.uri)
            .ok_or_else(|| way_out.refuse(parts))
    }

    /// Sends an admitted request; a create request only if it is permitted and recorded.
    pub(crate) async fn carry(
        &self,
        operation: Operation,
        mut parts: Parts,
        body: Bytes,
        timeouts: Timeouts,
    ) -> Result<CleanAnswer, ExchangeError> {
        let way_out = &self.way_out;
        let Some(key) = &way_out.key else {
            return Err(way_out.refuse(&parts));
        };
        let idempotency_key = parts.headers.remove(IDEMPOTENCY_KEY);
        // The key has no business anywhere but in its header: a component that knows it, or a user
        // who wrote it into a prompt, sends it no further.
        if holds_key(key, &parts, &body) {
            return Err(way_out.refuse(&parts));
        }
        // Before the permission to pay is used up: nothing leaves while a request waits here, so the
        // wait may be broken off, also that of a create request.
        let permit = way_out
            .guard
            .permit_wait()
            .over(way_out.client.permit(&timeouts))
            .await;
        let permit = permit.inspect_err(|error| tracing::warn!(?operation, %error, "not sent"))?;
        if operation != Operation::Create {
            let result = way_out
                .client
                .exchange(permit, operation, parts, body, timeouts, key);
            return way_out.report(operation, key, result.await);
        }
        let named =
            idempotency_key.and_then(|key| key.to_str().ok()?.parse::<IdempotencyKey>().ok());
        let Some(named) = named else {
            return Err(way_out.refuse(&parts));
        };
        let Some((ticket, points)) = way_out.guard.begin_create(&body) else {
            return Err(way_out.refuse(&parts));
        };
        match way_out.reserve(&named, points).await {
            Reserved::Granted => {}
            Reserved::Accepted(task_id) => {
                tracing::info!("a create request was answered with the task that is known");
                ticket.settle(Settlement::Accepted {
                    task_id: task_id.clone(),
                });
                return Ok(known_task(&task_id));
            }
            Reserved::InDoubt => {
                ticket.settle(Settlement::Unknown);
                return Err(ExchangeError::ConnectionLost);
            }
            Reserved::Refused => {
                ticket.settle(Settlement::NotSent);
                return Err(way_out.refuse(&parts));
            }
        }
        let result = way_out
            .client
            .exchange(permit, operation, parts, body, timeouts, key)
            .await;
        let settlement = match &result {
            Ok(answer) => settlement(answer, key),
            Err(error) if error.may_have_left() => Settlement::Unknown,
            Err(_) => Settlement::NotSent,
        };
        metrics::create_settled(&settlement);
        ticket.settle(settlement.clone());
        // Durable with the checkpoint that follows. Should it get lost, the reservation is a doubt.
        way_out.ledger.enqueue_settlement(&named, settlement);
        way_out.report(operation, key, result)
    }
}

/// What the ledger says of a create request.
enum Reserved {
    Granted,
    Accepted(String),
    InDoubt,
    /// A ceiling, three refusals, or a ledger that can't be written.
    Refused,
}

impl WayOut {
    async fn reserve(&self, key: &IdempotencyKey, points: u64) -> Reserved {
        let reservation = Reservation {
            key: *key,
            job: self.guard.job(),
            client: self.guard.client(),
            points,
            ceilings: self.ceilings,
            again: false,
        };
        match self.ledger.reserve(reservation).await {
            Ok(Verdict::Granted) => Reserved::Granted,
            Ok(Verdict::Accepted { task_id }) => Reserved::Accepted(task_id),
            Ok(Verdict::InDoubt | Verdict::InFlight) => Reserved::InDoubt,
            Ok(verdict) => {
                tracing::warn!(?verdict, "the ledger refuses a create request");
                self.guard.halt(Halt::Ledger(verdict));
                Reserved::Refused
            }
            Err(error) => {
                tracing::error!(%error, "a create request could not be recorded");
                self.guard.ledger_failed(error);
                Reserved::Refused
            }
        }
    }

    /// Logs how an exchange ended, and searches its answer for the key.
    fn report(
        &self,
        operation: Operation,
        key: &Key,
        result: Result<Answer, ExchangeError>,
    ) -> Result<CleanAnswer, ExchangeError> {
        match result {
            Ok(answer) => {
                let status = answer.status().as_u16();
                tracing::info!(?operation, status, "the service answered");
                Ok(redact::redact(answer, key))
            }
            Err(error) => {
                metrics::fault(operation);
                let may_have_left = error.may_have_left();
                tracing::warn!(?operation, may_have_left, %error, "an exchange failed");
                Err(error)
            }
        }
    }

    fn refuse(&self, parts: &Parts) -> ExchangeError {
        metrics::request_refused();
        if self.guard.count_refusal() {
            self.refusals
                .record(&parts.method, &parts.uri, self.key.as_deref());
        }
        ExchangeError::Denied
    }
}

/// What an answer to create means. The id of a task is written down, which the key never is.
fn settlement(answer: &Answer, key: &Key) -> Settlement {
    match ima_wire::create::Verdict::of(answer.status().as_u16(), answer.body()) {
        ima_wire::create::Verdict::Accepted(task_id)
            if !key.patterns().are_in(task_id.as_bytes()) =>
        {
            Settlement::Accepted { task_id }
        }
        ima_wire::create::Verdict::Refused(_) => Settlement::Refused,
        _ => Settlement::Unknown,
    }
}

/// The service's answer to a create request that it accepted before.
fn known_task(task_id: &str) -> CleanAnswer {
    let envelope = serde_json::json!({
        "code": 0,
        "message": "success",
        "data": { "id": task_id },
    });
    Response::new(Full::new(Bytes::from(envelope.to_string())))
}

/// Whether a request holds the key: in its address, its body, or a header that is not replaced.
fn holds_key(key: &Key, parts: &Parts, body: &[u8]) -> bool {
    let patterns = key.patterns();
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        *name != http::header::AUTHORIZATION
            && (patterns.are_in(name.as_str().as_bytes()) || patterns.are_in(value.as_bytes()))
    };
    patterns.are_in(parts.uri.to_string().as_bytes())
        || patterns.are_in(body)
        || parts.headers.iter().any(header)
}
