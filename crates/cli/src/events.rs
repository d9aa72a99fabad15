//! The events of a generation as JSON, one line each, for `--events`.

use std::path::Path;

use ima_host::types::{self, CheckpointState, Event, MessageKind, Outcome, Phase};
use serde::Serialize;

use crate::report;

/// One line of `--events`.
#[derive(Serialize)]
pub(crate) struct Line<'a> {
    #[serde(flatten)]
    body: Body<'a>,
    /// Which of several generations it is of, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<usize>,
}

/// What happened. Times are in milliseconds, prices in points.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Body<'a> {
    Checkpoint {
        state: &'static str,
        task_id: Option<&'a str>,
        continuation: &'a str,
    },
    Message {
        kind: &'static str,
        step: u8,
        text: &'a str,
        media: &'a [String],
    },
    Started {
        model_id: &'a str,
        model_name: &'a str,
        points: u32,
        estimate: Estimate,
    },
    Progress {
        percent: u8,
        elapsed_ms: u64,
        estimated_max_ms: u64,
    },
    Fault {
        phase: &'static str,
        status: Option<u16>,
        retry_ms: u64,
    },
    Attempt {
        number: u8,
        code: Option<i64>,
        amendment: Option<Amendment<'a>>,
        text: &'a str,
    },
    Dropped {
        field: &'a str,
        given: &'a str,
        allowed: &'a str,
    },
    Finished {
        #[serde(flatten)]
        outcome: End<'a>,
    },
    Saved {
        file: &'a Path,
        sha256: &'a str,
    },
}

/// In seconds.
#[derive(Serialize)]
struct Estimate {
    min_seconds: u32,
    max_seconds: u32,
}

#[derive(Serialize)]
struct Amendment<'a> {
    removed: &'a [String],
    fetched: bool,
    defaults: bool,
}

#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum End<'a> {
    Success {
        task_id: &'a str,
        model_id: &'a str,
        model_name: &'a str,
        points: u32,
        elapsed_ms: u64,
        medias: Vec<Media<'a>>,
    },
    Failure {
        cause: &'static str,
        charge: &'static str,
        message: &'a str,
        task_id: Option<&'a str>,
        medias: Vec<Media<'a>>,
        alternatives: Vec<Alternative<'a>>,
        continuation: Option<&'a str>,
    },
}

#[derive(Serialize)]
struct Media<'a> {
    url: &'a str,
    duration: Option<&'a str>,
    format: Option<&'a str>,
}

#[derive(Serialize)]
struct Alternative<'a> {
    model_id: &'a str,
    model_name: &'a str,
    points: u32,
}

impl<'a> Line<'a> {
    pub(crate) fn of(event: &'a Event, number: Option<usize>) -> Self {
        let body = body(event);
        Self { body, number }
    }

    pub(crate) fn saved(file: &'a Path, sha256: &'a str, number: Option<usize>) -> Self {
        let body = Body::Saved { file, sha256 };
        Self { body, number }
    }
}

fn body(event: &Event) -> Body<'_> {
    match event {
        Event::Checkpoint(it) => Body::Checkpoint {
            state: match it.state {
                CheckpointState::Creating => "creating",
                CheckpointState::Waiting => "waiting",
            },
            task_id: it.task_id.as_deref(),
            continuation: &it.continuation,
        },
        Event::Message(it) => Body::Message {
            kind: match it.kind {
                MessageKind::Reply => "reply",
                MessageKind::Push => "push",
            },
            step: it.step,
            text: &it.text,
            media: &it.media,
        },
        Event::Started(it) => Body::Started {
            model_id: &it.model_id,
            model_name: &it.model_name,
            points: it.points,
            estimate: Estimate {
                min_seconds: it.estimate.min_seconds,
                max_seconds: it.estimate.max_seconds,
            },
        },
        Event::Progress(it) => Body::Progress {
            percent: it.percent,
            elapsed_ms: it.elapsed_ms,
            estimated_max_ms: it.estimated_max_ms,
        },
        Event::Fault(it) => Body::Fault {
            phase: match it.phase {
                Phase::Listing => "listing",
                Phase::Creating => "creating",
                Phase::Waiting => "waiting",
            },
            status: it.status,
            retry_ms: it.retry_ms,
        },
        Event::Attempt(it) => Body::Attempt {
            number: it.number,
            code: it.code,
            amendment: it.amendment.as_ref().map(|it| Amendment {
                removed: &it.removed,
                fetched: it.fetched,
                defaults: it.defaults,
            }),
            text: &it.text,
        },
        Event::Dropped(it) => Body::Dropped {
            field: &it.field,
            given: &it.given,
            allowed: &it.allowed,
        },
        Event::Finished(outcome) => Body::Finished {
            outcome: end(outcome),
        },
    }
}

fn end(outcome: &Outcome) -> End<'_> {
    match outcome {
        Outcome::Success(it) => End::Success {
            task_id: &it.task_id,
            model_id: &it.model_id,
            model_name: &it.model_name,
            points: it.points,
            elapsed_ms: it.elapsed_ms,
            medias: it.medias.iter().map(media).collect(),
        },
        Outcome::Failure(it) => End::Failure {
            cause: it.cause.name(),
            charge: report::charge(it.charge),
            message: &it.message,
            task_id: it.task_id.as_deref(),
            medias: it.medias.iter().map(media).collect(),
            alternatives: it
                .alternatives
                .iter()
                .map(|it| Alternative {
                    model_id: &it.model_id,
                    model_name: &it.model_name,
                    points: it.points,
                })
                .collect(),
            continuation: it.continuation.as_deref(),
        },
    }
}

fn media(media: &types::Media) -> Media<'_> {
    Media {
        url: &media.url,
        duration: media.duration.as_deref(),
        format: media.format.as_deref(),
    }
}
