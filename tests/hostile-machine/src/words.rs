//! What its crimes have in common: an order, a failure, a report, a loop.

use crate::bindings::exports::ima::studio::machines::Input;
use crate::bindings::exports::ima::studio::types::{Cause, Charge, Failure};

/// A create request's body, for the price that is told.
pub(crate) const ORDER: &str =
    r#"{"parameters":[{"model_id":"sonic","credit":25,"parameters":{"n":1}}]}"#;

/// How an exchange ended; `None` if the input is no such end.
pub(crate) fn report(input: Input) -> Option<String> {
    match input {
        Input::Response(end) => {
            let text = String::from_utf8_lossy(&end.response.body).into_owned();
            Some(format!("answered {} {text}", end.response.status))
        }
        Input::TransportFailure(end) => Some(format!("failed {:?}", end.sent)),
        Input::Command(_) | Input::Timeout => None,
    }
}

/// A failure that charged nothing, or so it says.
pub(crate) fn failure(report: String) -> Failure {
    Failure {
        cause: Cause::Other(report),
        charge: Charge::No,
        message: String::new(),
        help: None,
        task_id: None,
        medias: Vec::new(),
        alternatives: Vec::new(),
        continuation: None,
    }
}

/// Computes until it is stopped.
pub(crate) fn endless() -> ! {
    let mut spins = 0_u64;
    loop {
        spins = std::hint::black_box(spins.wrapping_add(1));
    }
}
