//! What the gateway keeps for the tools, and what it says when it keeps something back.

use std::borrow::Cow;
use std::cell::RefCell;

use ima_core::Millis;
use ima_core::http::{ExchangeId, HttpRequest, HttpResponse, Method, Transmit, TransportFailure};
use ima_guest::Transport;
use ima_wire::operation::CREATE;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::problem::Problem;

/// How long a question may take, in milliseconds.
const QUESTION: Millis = 12_000;

/// The way to the gateway within one call, which has to end in time.
pub(crate) struct Gateway<'a, T> {
    transport: &'a T,
    /// When the call must be over.
    end: Millis,
    /// What the gateway said last in place of the service.
    refusal: RefCell<Option<Refusal>>,
}

/// Why the gateway kept a request back.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Refusal {
    pub name: String,
    charge: String,
    message: String,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let advice = match refusal.name.as_str() {
            "over_budget" => {
                "Tell the person: they can raise the ceilings with `ima gateway --max-points N --max-points-per-day N`."
            }
            "quote_expired" | "nothing_kept" | "wrong_price" => "Call quote again.",
            "missing_api_key" => {
                "Tell the person: the gateway needs IMA_API_KEY in its environment."
            }
            "in_doubt" => return Self::in_doubt(),
            _ => "Call again in a minute. Nothing is bought twice.",
        };
        Self {
            code: refusal.name,
            charge: refusal.charge,
            message: refusal.message,
            advice: advice.to_owned(),
        }
    }
}

/// A kept quote.
#[derive(Debug, Deserialize)]
pub(crate) struct Kept {
    pub request: String,
    pub points: u32,
    pub expired: bool,
    pub used: bool,
}

#[derive(Deserialize)]
pub(crate) struct Named {
    pub id: String,
    pub valid_seconds: u32,
}

/// How a job stands, as it is kept.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Standing {
    pub state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continuation: Option<String>,
}

#[derive(Deserialize)]
struct Envelope {
    refusal: Option<Refusal>,
}

impl<'a, T: Transport> Gateway<'a, T> {
    pub(crate) fn new(transport: &'a T, end: Millis) -> Self {
        Self {
            transport,
            end,
            refusal: RefCell::new(None),
        }
    }

    /// What the gateway said last in place of the service.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        self.refusal.take()
    }

    /// Keeps a quote, and gives it an id that nobody can guess.
    pub(crate) fn keep(&self, request: &str, points: u32) -> Result<Named, Problem> {
        let body = json!({ "request": request, "points": points }).to_string();
        self.ask("/kept".to_owned(), Some(body))
    }

    pub(crate) fn quote(&self, id: &str) -> Result<Kept, Problem> {
        self.ask(format!("/kept/{}", checked(id)?), None)
    }

    pub(crate) fn job(&self, id: &str) -> Result<Standing, Problem> {
        self.ask(format!("/kept/{}/job", checked(id)?), None)
    }

    /// Writes how a job stands. The first time it buys the quote.
    pub(crate) fn write(&self, id: &str, standing: &Standing) -> Result<(), Problem> {
        let body = json!(standing).to_string();
        let path = format!("/kept/{}/job", checked(id)?);
        self.ask::<serde_json::Value>(path, Some(body)).map(drop)
    }

    fn ask<A: for<'de> Deserialize<'de>>(
        &self,
        path: String,
        body: Option<String>,
    ) -> Result<A, Problem> {
        let headers = match body {
            Some(_) => vec![("content-type", Cow::Borrowed("application/json"))],
            None => Vec::new(),
        };
        let transmit = Transmit {
            exchange: ExchangeId(0),
            request: HttpRequest {
                method: body.as_ref().map_or(Method::Get, |_| Method::Post),
                path,
                headers,
                body: body.unwrap_or_default().into_bytes(),
            },
            deadline: self.end,
        };
        let response = self
            .transport
            .exchange(&transmit)
            .map_err(|_| Problem::gateway_gone())?;
        if let Some(refusal) = refusal(&response) {
            return Err(refusal.into());
        }
        serde_json::from_slice(&response.body).map_err(|_| Problem::gateway_gone())
    }
}

/// The seed of the session that buys the quote of this id: whoever buys it uses the same idempotency key.
pub(crate) fn seed(id: &str) -> Result<(u64, u64), Problem> {
    let fits = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u128::from_str_radix(id, 16).ok().filter(|_| fits);
    let number = number.ok_or_else(|| {
        let message = "There is no quote or job of this id.";
        Problem::unspent("unknown_id", message, "Call quote for a new one.")
    })?;
    Ok(((number >> 64) as u64, number as u64))
}

/// An id that fits into a path.
fn checked(id: &str) -> Result<&str, Problem> {
    seed(id).map(|_| id)
}

fn refusal(response: &HttpResponse) -> Option<Refusal> {
    let envelope: Envelope = serde_json::from_slice(&response.body).ok()?;
    envelope.refusal
}

impl<T: Transport> Transport for Gateway<'_, T> {
    fn exchange(&self, transmit: &Transmit) -> Result<HttpResponse, TransportFailure> {
        let left = self.end.saturating_sub(self.transport.now());
        // The answer to a create request is waited for as long as the call may last; the gateway goes on
        // waiting for it afterwards.
        let wait = match transmit.request.path == CREATE {
            true => left,
            false => left.min(QUESTION),
        };
        let mut transmit = transmit.clone();
        let seconds = (wait / 1000).max(1);
        let wish = Cow::Owned(format!("wait={seconds}"));
        transmit.request.headers.push(("prefer", wish));
        let response = self.transport.exchange(&transmit)?;
        *self.refusal.borrow_mut() = refusal(&response);
        Ok(response)
    }

    fn now(&self) -> Millis {
        self.transport.now()
    }

    fn sleep_until(&self, deadline: Millis) {
        self.transport.sleep_until(deadline);
    }

    fn seed(&self) -> (u64, u64) {
        self.transport.seed()
    }
}
