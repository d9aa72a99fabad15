//! The events of a generation as JSON, one object each, for `--events`.

use ima_host::types::{
    CheckpointState, Event, Failure, Media, MessageKind, Outcome, Phase, Success,
};
use serde_json::{Value, json};

use crate::report;

/// An event. Times are in milliseconds, prices in points.
pub(crate) fn object(event: &Event) -> Value {
    match event {
        Event::Checkpoint(it) => json!({
            "event": "checkpoint",
            "state": match it.state {
                CheckpointState::Creating => "creating",
                CheckpointState::Waiting => "waiting",
            },
            "task_id": it.task_id,
            "continuation": it.continuation,
        }),
        Event::Message(it) => json!({
            "event": "message",
            "kind": match it.kind {
                MessageKind::Reply => "reply",
                MessageKind::Push => "push",
            },
            "step": it.step,
            "text": it.text,
            "media": it.media,
        }),
        Event::Started(it) => json!({
            "event": "started",
            "model_id": it.model_id,
            "model_name": it.model_name,
            "points": it.points,
            "estimate": {
                "min_seconds": it.estimate.min_seconds,
                "max_seconds": it.estimate.max_seconds,
            },
        }),
        Event::Progress(it) => json!({
            "event": "progress",
            "percent": it.percent,
            "elapsed_ms": it.elapsed_ms,
            "estimated_max_ms": it.estimated_max_ms,
        }),
        Event::Fault(it) => json!({
            "event": "fault",
            "phase": match it.phase {
                Phase::Listing => "listing",
                Phase::Creating => "creating",
                Phase::Waiting => "waiting",
            },
            "status": it.status,
            "retry_ms": it.retry_ms,
        }),
        Event::Attempt(it) => json!({
            "event": "attempt",
            "number": it.number,
            "code": it.code,
            "amendment": it.amendment.as_ref().map(|it| json!({
                "removed": it.removed,
                "fetched": it.fetched,
                "defaults": it.defaults,
            })),
            "text": it.text,
        }),
        Event::Dropped(it) => json!({
            "event": "dropped",
            "field": it.field,
            "given": it.given,
            "allowed": it.allowed,
        }),
        Event::Finished(Outcome::Success(it)) => success(it),
        Event::Finished(Outcome::Failure(it)) => failure(it),
    }
}

fn success(success: &Success) -> Value {
    json!({
        "event": "finished",
        "outcome": "success",
        "task_id": success.task_id,
        "model_id": success.model_id,
        "model_name": success.model_name,
        "points": success.points,
        "elapsed_ms": success.elapsed_ms,
        "medias": medias(&success.medias),
    })
}

fn failure(failure: &Failure) -> Value {
    let alternatives = failure.alternatives.iter().map(
        |it| json!({"model_id": it.model_id, "model_name": it.model_name, "points": it.points}),
    );
    json!({
        "event": "finished",
        "outcome": "failure",
        "cause": failure.cause.name(),
        "charge": report::charge(failure.charge),
        "message": failure.message,
        "task_id": failure.task_id,
        "medias": medias(&failure.medias),
        "alternatives": alternatives.collect::<Vec<_>>(),
        "continuation": failure.continuation,
    })
}

fn medias(medias: &[Media]) -> Vec<Value> {
    let media = |it: &Media| json!({"url": it.url, "duration": it.duration, "format": it.format});
    medias.iter().map(media).collect()
}
