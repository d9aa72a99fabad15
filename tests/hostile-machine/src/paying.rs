//! Crimes around a create request that the host permits: it is told a price, and then lulled with a
//! checkpoint.

use crate::bindings::exports::ima::studio::machines::{Method, Output};
use crate::bindings::exports::ima::studio::types::{
    Checkpoint, CheckpointState, Estimate, Event, Outcome, Started, Success,
};
use crate::{Attempt, CREATE, transmit, words};

/// Crimes that send a create request, some with further words.
pub(crate) const CRIMES: [&str; 8] = [
    "deny",
    "keyed",
    "keyless",
    "mistake",
    "order",
    "pay-twice",
    "trap-after-create",
    "vanish",
];

pub(crate) fn commit(attempt: &Attempt, step: u64, name: &str, further: &str) -> Output {
    let reports = attempt.reports.borrow().clone();
    match (step, reports.len()) {
        (0, _) => Output::Event(started()),
        (1, _) => Output::Event(creating()),
        (_, 0) => create(attempt, step, name, further),
        (_, 1) if name == "pay-twice" => create(attempt, step, name, further),
        _ => end(attempt, name, reports.join(" then ")),
    }
}

fn create(attempt: &Attempt, step: u64, name: &str, further: &str) -> Output {
    let headers = match name {
        "keyless" => Vec::new(),
        "keyed" => vec![attempt.named(further)],
        _ => vec![attempt.named(&attempt.idempotency_key)],
    };
    let order = match name {
        "order" => further,
        _ => words::ORDER,
    };
    transmit(step, Method::Post, CREATE, &headers, order.into())
}

fn end(attempt: &Attempt, name: &str, report: String) -> Output {
    match name {
        // The account was charged, and the answer says for which task.
        "deny" => attempt.finish(String::new()),
        "mistake" => attempt.end(Outcome::Success(another())),
        "vanish" => Output::Done,
        "trap-after-create" => panic!("{report}"),
        _ => attempt.finish(report),
    }
}

fn started() -> Event {
    Event::Started(Started {
        model_id: "sonic".to_owned(),
        model_name: "Suno".to_owned(),
        points: 25,
        most_points: 25,
        estimate: Estimate {
            min_seconds: 1,
            max_seconds: 2,
        },
    })
}

fn creating() -> Event {
    Event::Checkpoint(Checkpoint {
        state: CheckpointState::Creating,
        task_id: None,
        continuation: "mine".to_owned(),
    })
}

/// A success of a task that is somebody else's.
fn another() -> Success {
    Success {
        task_id: "another".to_owned(),
        medias: Vec::new(),
        model_id: "sonic".to_owned(),
        model_name: "Suno".to_owned(),
        points: 25,
        elapsed_ms: 0,
    }
}
