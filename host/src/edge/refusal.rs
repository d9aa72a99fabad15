//! What a client is told where the component can't say it: no key, a ceiling, a breakdown.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use ima_journal::Verdict;
use serde_json::json;

use super::EdgeBody;
use crate::egress::{Guard, Halt};
use crate::types::Charge;

/// There is no key to pay with.
pub(super) fn without_key() -> Response<EdgeBody> {
    let message = "The server has no API key. Whoever runs it sets IMA_API_KEY.";
    refusal(503, "missing_api_key", message, Charge::No)
}

/// The component was stopped.
pub(super) fn halted(halt: &Halt, guard: &Guard) -> Response<EdgeBody> {
    match (halt, guard.charge()) {
        (
            Halt::Ledger(Verdict::OverRequestCeiling { .. } | Verdict::OverDayCeiling { .. }),
            Charge::No,
        ) => {
            let message = "This server may not spend so many points. Nothing was spent.";
            refusal(402, "over_budget", message, Charge::No)
        }
        (Halt::Ledger(_), Charge::No) => {
            let message = "The service has refused this request three times. Nothing was spent.";
            refusal(422, "refused", message, Charge::No)
        }
        (Halt::LedgerFailed, Charge::No) => {
            let message = "The purchase can't be recorded, so it was not made. Nothing was spent.";
            refusal(503, "ledger_unavailable", message, Charge::No)
        }
        _ => broken(guard),
    }
}

/// The component broke down.
pub(super) fn broken(guard: &Guard) -> Response<EdgeBody> {
    match guard.charge() {
        Charge::No => {
            let message = "The request could not be handled. Nothing was spent.";
            refusal(500, "internal_error", message, Charge::No)
        }
        charge => {
            let message = "The request broke off after it was sent to the service. Check your points \
                before you order again, or repeat it with the same Idempotency-Key.";
            refusal(409, "outcome_unknown", message, charge)
        }
    }
}

/// An answer in the shape of the component's errors: a status, a word for it, a sentence, and whether points
/// were spent. No client repeats it by itself.
pub fn refusal(status: u16, code: &str, message: &str, charge: Charge) -> Response<EdgeBody> {
    let charge = match charge {
        Charge::No => "no",
        Charge::Yes => "yes",
        Charge::Unknown => "unknown",
    };
    let kind = match status {
        402 => "insufficient_quota",
        400..=499 => "invalid_request_error",
        _ => "server_error",
    };
    let error = json!({
        "error": {
            "message": message,
            "type": kind,
            "param": null,
            "code": code,
            "charge": charge,
        },
    });
    let body = Full::new(Bytes::from(error.to_string())).map_err(|never| match never {});
    let mut response = Response::new(EdgeBody::new(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert("x-should-retry", HeaderValue::from_static("false"));
    response
}
