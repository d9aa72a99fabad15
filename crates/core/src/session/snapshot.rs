//! The form of a session that outlives the process: versioned, self-contained, without the key
//! and without marks of any clock.

use super::task::Task;
use crate::Millis;
use crate::api::json::{self, Object, quoted};
use crate::api::scalar::Scalar;
use crate::catalogue::Estimate;
use crate::outcome::Alternative;
use crate::prelude::*;
use crate::request::{Language, OnMismatch, Parameter, Request, TaskType, UnknownParameters};
use alloc::borrow::Cow;

const KIND: &str = "ima-session";
/// Version 1 knew no lenience, no `on_mismatch`, no usual model and no alternatives; their defaults
/// are what it did.
const VERSION: u32 = 2;

/// The longest waiting that is written: `number` reads no more, and a paid task must be readable.
const LONGEST: Millis = i64::MAX.unsigned_abs();

/// Where a session is taken up. Everything in between is lost on purpose: it cost nothing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Entry {
    /// Nothing was sent that could cost points.
    Asked(Request),
    /// A create request may have been accepted.
    Creating(Request),
    /// The task exists.
    Waiting(Waited),
}

/// A task and how long it was waited for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Waited {
    pub task: Task,
    pub language: Language,
    pub elapsed_ms: Millis,
}

/// Why a snapshot was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Not the snapshot of a session.
    #[error("this is not a continuation of a generation")]
    Foreign,
    /// A snapshot, but incomplete or altered.
    #[error("the continuation is damaged")]
    Damaged,
    /// Written by a newer version of this crate.
    #[error("the continuation is of version {found}; up to {supported} is understood")]
    Newer {
        /// Its version.
        found: u32,
        /// The newest version that is understood.
        supported: u32,
    },
}

pub(crate) fn write(entry: &Entry) -> String {
    let (state, held) = match entry {
        Entry::Asked(request) => ("asked", write_request(request)),
        Entry::Creating(request) => ("creating", write_request(request)),
        Entry::Waiting(waited) => ("waiting", write_waited(waited)),
    };
    json::object(&[
        ("kind", Some(quoted(KIND))),
        ("version", Some(VERSION.to_string())),
        ("state", Some(json::object(&[(state, Some(held))]))),
    ])
}

pub(crate) fn read(snapshot: &str) -> Result<Entry, SnapshotError> {
    let header = |snapshot| {
        let snapshot = Object::read(snapshot)?;
        let kind = snapshot.scalar("kind")?.text()?;
        Some((kind, number(snapshot.get("version")?)?, snapshot))
    };
    let (kind, found, snapshot) = header(snapshot).ok_or(SnapshotError::Foreign)?;
    if kind != KIND {
        return Err(SnapshotError::Foreign);
    }
    if found > VERSION {
        return Err(SnapshotError::Newer {
            found,
            supported: VERSION,
        });
    }
    let entry = snapshot.get("state").and_then(read_entry);
    let whole = |entry: &Entry| match entry {
        Entry::Asked(request) | Entry::Creating(request) => request.check().is_ok(),
        Entry::Waiting(waited) => !waited.task.id.is_empty(),
    };
    entry.filter(whole).ok_or(SnapshotError::Damaged)
}

fn read_entry(state: &str) -> Option<Entry> {
    let state = Object::read(state)?;
    let held = |name| Object::read(state.get(name)?);
    if let Some(waited) = held("waiting") {
        return read_waited(&waited).map(Entry::Waiting);
    }
    if let Some(request) = held("creating") {
        return read_request(&request).map(Entry::Creating);
    }
    read_request(&held("asked")?).map(Entry::Asked)
}

fn write_request(request: &Request) -> String {
    let parameter = |parameter: &Parameter| {
        json::object(&[
            ("name", Some(quoted(&parameter.name))),
            ("value", Some(parameter.value.to_string())),
        ])
    };
    let parameters = &request.parameters;
    json::object(&[
        ("task", Some(quoted(request.task.name()))),
        ("prompt", Some(quoted(&request.prompt))),
        ("model_id", request.model_id.as_deref().map(quoted)),
        ("version_id", request.version_id.as_deref().map(quoted)),
        (
            "parameters",
            (!parameters.is_empty()).then(|| json::list(parameters.iter().map(parameter))),
        ),
        ("budget", request.budget.map(|budget| budget.to_string())),
        ("language", Some(quoted(request.language.code()))),
        ("unknown", Some(quoted(unknown_name(request.unknown)))),
        (
            "on_mismatch",
            Some(quoted(on_mismatch_name(request.on_mismatch))),
        ),
        ("habitual", Some(request.habitual.to_string())),
    ])
}

fn read_request(request: &Object<'_>) -> Option<Request> {
    let parameter = |parameter: &Object<'_>| {
        Some(Parameter {
            name: text(parameter.get("name")?)?,
            value: parameter.value("value")?,
        })
    };
    let unknown = |json| {
        one_of(
            json,
            &[UnknownParameters::Refuse, UnknownParameters::Drop],
            unknown_name,
        )
    };
    let on_mismatch = |json| {
        one_of(
            json,
            &[OnMismatch::Amend, OnMismatch::Stop],
            on_mismatch_name,
        )
    };
    let parameters = request.get("parameters")?;
    if parameters != "null" && !parameters.starts_with('[') {
        return None;
    }
    Some(Request {
        task: task_type(request.get("task")?)?,
        prompt: text(request.get("prompt")?)?,
        model_id: optional(request, "model_id", text)?,
        version_id: optional(request, "version_id", text)?,
        parameters: request.list("parameters", parameter)?,
        budget: optional(request, "budget", number)?,
        language: language(request.get("language")?)?,
        // These may be missing: earlier versions did not know them.
        unknown: optional(request, "unknown", unknown)?.unwrap_or_default(),
        on_mismatch: optional(request, "on_mismatch", on_mismatch)?.unwrap_or_default(),
        habitual: request.scalar("habitual")?.truthy(),
    })
}

fn write_waited(waited: &Waited) -> String {
    let Task {
        task,
        id,
        model_id,
        model_name,
        points,
        estimate,
        alternatives,
    } = &waited.task;
    let alternative = |alternative: &Alternative| {
        json::object(&[
            ("model_id", Some(quoted(&alternative.model_id))),
            ("model_name", Some(quoted(&alternative.model_name))),
            ("points", Some(alternative.points.to_string())),
        ])
    };
    let estimate = json::object(&[
        ("min_seconds", Some(estimate.min_seconds.to_string())),
        ("max_seconds", Some(estimate.max_seconds.to_string())),
    ]);
    let task = json::object(&[
        ("task", Some(quoted(task.name()))),
        ("id", Some(quoted(id))),
        ("model_id", Some(quoted(model_id))),
        ("model_name", Some(quoted(model_name))),
        ("points", Some(points.to_string())),
        ("estimate", Some(estimate)),
        (
            "alternatives",
            Some(json::list(alternatives.iter().map(alternative))),
        ),
    ]);
    json::object(&[
        ("task", Some(task)),
        ("language", Some(quoted(waited.language.code()))),
        (
            "elapsed_ms",
            Some(waited.elapsed_ms.min(LONGEST).to_string()),
        ),
    ])
}

fn read_waited(waited: &Object<'_>) -> Option<Waited> {
    let task = Object::read(waited.get("task")?)?;
    let estimate = Object::read(task.get("estimate")?)?;
    let alternative = |alternative: &Object<'_>| {
        Some(Alternative {
            model_id: text(alternative.get("model_id")?)?,
            model_name: text(alternative.get("model_name")?)?,
            points: number(alternative.get("points")?)?,
        })
    };
    Some(Waited {
        language: language(waited.get("language")?)?,
        elapsed_ms: number(waited.get("elapsed_ms")?)?,
        task: Task {
            task: task_type(task.get("task")?)?,
            id: text(task.get("id")?)?,
            model_id: text(task.get("model_id")?)?,
            model_name: text(task.get("model_name")?)?,
            points: number(task.get("points")?)?,
            estimate: Estimate {
                min_seconds: number(estimate.get("min_seconds")?)?,
                max_seconds: number(estimate.get("max_seconds")?)?,
            },
            alternatives: task.list("alternatives", alternative)?,
        },
    })
}

/// A member that may be missing.
fn optional<'a, T>(
    object: &Object<'a>,
    name: &str,
    read: impl FnOnce(&'a str) -> Option<T>,
) -> Option<Option<T>> {
    match object.get(name)? {
        "null" => Some(None),
        json => read(json).map(Some),
    }
}

fn text(json: &str) -> Option<String> {
    json::text(json).map(Cow::into_owned)
}

fn number<T: TryFrom<i64>>(json: &str) -> Option<T> {
    Scalar::read(json)?.unsigned()
}

fn task_type(json: &str) -> Option<TaskType> {
    let tasks = [TaskType::TextToMusic, TaskType::TextToSpeech];
    one_of(json, &tasks, TaskType::name)
}

fn language(json: &str) -> Option<Language> {
    one_of(json, &[Language::En, Language::Zh], Language::code)
}

fn one_of<T: Copy>(json: &str, all: &[T], name: fn(T) -> &'static str) -> Option<T> {
    let value = json::text(json)?;
    all.iter().copied().find(|one| name(*one) == value)
}

fn unknown_name(unknown: UnknownParameters) -> &'static str {
    match unknown {
        UnknownParameters::Refuse => "refuse",
        UnknownParameters::Drop => "drop",
    }
}

fn on_mismatch_name(on_mismatch: OnMismatch) -> &'static str {
    match on_mismatch {
        OnMismatch::Amend => "amend",
        OnMismatch::Stop => "stop",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_setting_of_a_request_survives() {
        let mut request = Request::new(TaskType::TextToSpeech, "\"rain\"\n雨", Language::Zh);
        request.model_id = Some("seed-tts-2.0".to_owned());
        request.version_id = Some("v".to_owned());
        request.budget = Some(u32::MAX);
        request.unknown = UnknownParameters::Drop;
        request.on_mismatch = OnMismatch::Stop;
        request.habitual = true;
        for value in [json!("x"), json!(0.5), json!({"b": [1, null], "a": false})] {
            request.parameters = vec![Parameter {
                name: "p\\".to_owned(),
                value,
            }];
            let entry = Entry::Creating(request.clone());
            assert_eq!(read(&write(&entry)), Ok(entry));
        }
    }

    #[test]
    fn parameters_of_another_shape_are_damage() {
        let bad = r#"{"kind":"ima-session","version":2,"state":{"creating":
            {"task":"text_to_music","prompt":"rain","language":"en","parameters":{"n":2}}}}"#;
        assert_eq!(read(bad), Err(SnapshotError::Damaged));
    }

    #[test]
    fn a_snapshot_without_the_newer_members_is_read() {
        let request = Request::new(TaskType::TextToMusic, "rain", Language::En);
        let old = r#"{"kind":"ima-session","version":1,"state":{"asked":
            {"task":"text_to_music","prompt":"rain","language":"en"}}}"#;
        assert_eq!(read(old), Ok(Entry::Asked(request)));
    }
}
