//! The egress as a service (feature `gateway`): for sandboxes in hosts that can't check a path, add a
//! header or keep a file. What a component sends here leaves as a generation of this library would send it:
//! under the same policy, with the key, recorded in the ledger, within the ceilings.
//!
//! | request | becomes |
//! | --- | --- |
//! | `GET /open/v1/product/list`, `POST /open/v1/tasks/create`, `POST /open/v1/tasks/detail` | the service's own answer; `Prefer: wait=n` ends the waiting for it after n seconds, not the request |
//! | `POST /kept`, `GET /kept/{id}` | a quote of the component's own, which can be bought once (`kept`) |
//! | `POST`, `GET /kept/{id}/job` | the job that it becomes, with its continuation |
//!
//! What can't leave is answered in the service's envelope, so that every component understands it: code 4030
//! if nothing was spent, 408 if nobody knows, 503 for a question that may be asked again. A member `refusal`
//! says it in words: `{name, charge, message}`.

mod kept;
mod prices;
mod refusal;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, Uri, header};
use http_body_util::Full;
use ima_journal::Client;

use crate::egress::{CleanAnswer, Guard, Operation, Timeouts, judge};
use crate::runtime::Runtime;
use crate::types::Charge;
use prices::Prices;
use refusal::Refusal;

/// The body of an answer.
pub type GatewayBody = Full<Bytes>;

/// The egress of a runtime, ready to answer. Cloning is cheap and shares everything.
#[derive(Clone)]
pub struct Gateway {
    shared: Arc<Shared>,
}

struct Shared {
    runtime: Runtime,
    prices: Prices,
    allowance: kept::Allowance,
}

impl Runtime {
    /// The egress as a service, over this runtime's key, ledger and ceilings. With a journal it also keeps
    /// quotes and jobs for components.
    pub fn gateway(&self) -> Gateway {
        let shared = Shared {
            runtime: self.clone(),
            prices: Prices::default(),
            allowance: kept::Allowance::default(),
        };
        Gateway {
            shared: Arc::new(shared),
        }
    }
}

impl Gateway {
    /// Answers one request. Who may send it is the caller's to judge; `client` is the sender, as the ledger
    /// counts it. Headers that name or admit a sender don't leave.
    ///
    /// A create request that has left is waited for, whatever becomes of this future.
    pub async fn answer(&self, request: Request<Bytes>, client: Client) -> Response<GatewayBody> {
        if let Some(path) = request.uri().path().strip_prefix("/kept") {
            let shared = &self.shared;
            return kept::answer(&shared.runtime, &shared.allowance, path, &request).await;
        }
        match self.forward(request, client).await {
            Ok(answer) => passed_on(&answer),
            Err(refusal) => refusal.response(),
        }
    }

    async fn forward(
        &self,
        request: Request<Bytes>,
        client: Client,
    ) -> Result<CleanAnswer, Refusal> {
        let runtime = &self.shared.runtime;
        let uri = outward(runtime, request.uri()).ok_or(Refusal::NoSuchPath)?;
        let (parts, body) = request.into_parts();
        let origin = runtime.client().origin();
        let operation = judge(origin, &parts.method, &uri).ok_or(Refusal::NoSuchPath)?;
        let creates = operation == Operation::Create;
        let key = runtime.key().map_err(|_| Refusal::NoKey)?;
        if creates {
            self.shared.prices.check(runtime, &body).await?;
        }
        let patience = patience(&parts.headers);
        let mut outgoing = Request::new(body);
        *outgoing.method_mut() = parts.method;
        *outgoing.uri_mut() = uri;
        *outgoing.headers_mut() = without_sender(parts.headers);
        // The ledger has the ceilings.
        let guard = Guard::unwatched(None, Some(client));
        let job = match creates {
            true => kept::job_of(runtime, outgoing.headers()).await,
            false => None,
        };
        guard.set_job(job.as_deref());
        let egress = runtime.egress(&guard, Some(key), None);
        let (journal, watched) = (runtime.journal().cloned(), Arc::clone(&guard));
        let sending = tokio::spawn(async move {
            let result = egress.send(outgoing, Timeouts::default()).await;
            if let (Some(journal), Some(job)) = (journal, job) {
                kept::note(&journal, job, &watched).await;
            }
            result
        });
        let result = match patience {
            Some(patience) => match tokio::time::timeout(patience, sending).await {
                Ok(result) => result,
                Err(_) => return Err(Refusal::late(creates)),
            },
            None => sending.await,
        };
        // The task breaks off only with the process.
        let result = result.map_err(|_| Refusal::late(creates))?;
        result.map_err(|error| match guard.halted() {
            Some(halt) if guard.charge() == Charge::No => Refusal::halted(&halt),
            _ if error.may_have_left() => Refusal::late(creates),
            _ => Refusal::not_sent(error, creates),
        })
    }
}

/// The same path and query at the service.
fn outward(runtime: &Runtime, uri: &Uri) -> Option<Uri> {
    let mut parts = runtime.client().origin().uri().into_parts();
    parts.path_and_query = Some(uri.path_and_query()?.clone());
    Uri::from_parts(parts).ok()
}

/// How long the sender wants to wait, if it says so.
fn patience(headers: &HeaderMap) -> Option<Duration> {
    let lines = headers.get_all("prefer").iter();
    let mut wishes = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    let seconds = wishes.find_map(|wish| wish.trim().strip_prefix("wait=")?.parse().ok());
    seconds.map(Duration::from_secs)
}

fn without_sender(mut headers: HeaderMap) -> HeaderMap {
    for name in [
        header::AUTHORIZATION,
        header::COOKIE,
        header::HOST,
        header::PROXY_AUTHORIZATION,
    ] {
        headers.remove(name);
    }
    headers.remove("prefer");
    headers
}

/// The service's answer, with no more of its headers than a component reads.
fn passed_on(answer: &CleanAnswer) -> Response<GatewayBody> {
    let mut response = Response::new(answer.body().clone());
    *response.status_mut() = answer.status();
    for name in [header::CONTENT_TYPE, header::RETRY_AFTER] {
        if let Some(value) = answer.headers().get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}
