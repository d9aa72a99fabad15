//! What a generation leaves in the log: times, ids, codes. Never what was asked for or made.

use super::{Resumed, Start};
use crate::types::{Attempt, Cause, Checkpoint, Event, Failure, Fault, Outcome, Started, Success};

/// A generation was set up.
pub(super) fn opened(start: &Start, job: Option<&str>) {
    match start {
        Start::New { request, .. } => {
            tracing::info!(task = ?request.task, "a generation begins");
        }
        Start::Resumed(Resumed { on_unknown, .. }) => {
            tracing::info!(job, ?on_unknown, "a generation is resumed");
        }
    }
}

/// An event came out of the component. What it says is not to be trusted: numbers, and names of
/// the contract, are written as they are; the service's ids, as far as they can be ids.
pub(super) fn event(event: &Event, job: Option<&str>) {
    match event {
        Event::Started(Started {
            model_id, points, ..
        }) => tracing::info!(model_id = id(model_id), points, "the price is known"),
        Event::Checkpoint(Checkpoint { state, task_id, .. }) => {
            tracing::info!(
                job,
                ?state,
                task_id = some_id(task_id.as_ref()),
                "checkpoint"
            );
        }
        Event::Fault(Fault {
            phase,
            status,
            retry_ms,
        }) => tracing::info!(
            job,
            ?phase,
            status,
            retry_ms,
            "an exchange failed and is tried again"
        ),
        Event::Attempt(Attempt { number, code, .. }) => {
            tracing::info!(job, number, code, "a create request was answered");
        }
        Event::Finished(outcome) => finished(outcome, job),
        Event::Message(_) | Event::Progress(_) | Event::Dropped(_) => {}
    }
}

fn finished(outcome: &Outcome, job: Option<&str>) {
    match outcome {
        Outcome::Success(Success {
            task_id,
            medias,
            model_id,
            points,
            elapsed_ms,
            ..
        }) => tracing::info!(
            job,
            task_id = id(task_id),
            model_id = id(model_id),
            points,
            elapsed_ms,
            medias = medias.len(),
            "finished"
        ),
        Outcome::Failure(Failure {
            cause,
            charge,
            task_id,
            ..
        }) => {
            let code = match cause {
                Cause::Refused(refusal) => Some(refusal.code),
                _ => None,
            };
            let task_id = some_id(task_id.as_ref());
            let cause = cause.name();
            tracing::warn!(job, cause, code, ?charge, task_id, "failed");
        }
    }
}

/// An id of the service: letters, digits and a few marks. Anything else is not written.
fn id(text: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    match text.len() <= 80 && text.bytes().all(plain) {
        true => text,
        false => "[not an id]",
    }
}

fn some_id(text: Option<&String>) -> Option<&str> {
    text.map(|text| id(text))
}
