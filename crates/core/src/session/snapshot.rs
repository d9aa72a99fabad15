//! The form of a session that outlives the process: versioned, self-contained, without the key
//! and without marks of any clock.

use super::task::{Offer, Purchase, Task};
use crate::Millis;
use crate::prelude::*;
use crate::request::{Language, Request};
use ima_wire::idempotency::IdempotencyKey;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

const KIND: &str = "ima-session";
/// Versions 1 and 2 had no idempotency key, and before a task nothing of its price. Version 1 had no
/// `unknown`, `on_mismatch`, `habitual` and `alternatives`; their defaults are what it did.
const VERSION: u32 = 3;

/// Where a session is taken up. Everything in between is lost on purpose: it cost nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Resume {
    /// Nothing was sent that could cost points.
    #[serde(rename = "asked")]
    Unsent(Unsent),
    /// A create request may have been accepted.
    #[serde(rename = "creating")]
    InDoubt(Purchase),
    /// The task exists.
    #[serde(rename = "waiting")]
    Waiting(Waited),
}

/// A request, and the key of its create requests to come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Unsent {
    pub request: Request,
    pub key: IdempotencyKey,
}

/// A task and how long it was waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Waited {
    pub task: Task,
    pub language: Language,
    pub elapsed_ms: Millis,
}

/// The state as versions 1 and 2 wrote it.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Before3 {
    Asked(Request),
    Creating(Request),
    Waiting(Waited),
}

impl Before3 {
    fn resume(self, key: IdempotencyKey) -> Resume {
        match self {
            Self::Asked(request) => Resume::Unsent(Unsent { request, key }),
            Self::Creating(request) => Resume::InDoubt(Purchase {
                offer: Offer::as_asked(&request),
                request,
                key,
                candidate: None,
            }),
            Self::Waiting(waited) => Resume::Waiting(waited),
        }
    }
}

impl Resume {
    fn is_usable(&self) -> bool {
        match self {
            Self::Unsent(Unsent { request, .. }) | Self::InDoubt(Purchase { request, .. }) => {
                request.check().is_ok()
            }
            Self::Waiting(waited) => !waited.task.id.is_empty(),
        }
    }
}

#[derive(Serialize)]
struct Snapshot<'a> {
    kind: &'static str,
    version: u32,
    state: &'a Resume,
}

#[derive(Deserialize)]
struct Header<'a> {
    kind: String,
    version: u32,
    #[serde(borrow)]
    state: Option<&'a RawValue>,
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

pub(crate) fn write(state: &Resume) -> String {
    let snapshot = Snapshot {
        kind: KIND,
        version: VERSION,
        state,
    };
    // Texts, numbers and JSON values can't fail to be written. A snapshot that could not be would be
    // refused when it is read.
    serde_json::to_string(&snapshot).unwrap_or_default()
}

/// Reads a snapshot. `key` is for one of a version that held none.
pub(crate) fn read(snapshot: &str, key: IdempotencyKey) -> Result<Resume, SnapshotError> {
    let header: Header<'_> = serde_json::from_str(snapshot).map_err(|_| SnapshotError::Foreign)?;
    if header.kind != KIND {
        return Err(SnapshotError::Foreign);
    }
    if header.version > VERSION {
        return Err(SnapshotError::Newer {
            found: header.version,
            supported: VERSION,
        });
    }
    let state = header.state.ok_or(SnapshotError::Damaged)?.get();
    let resume = if header.version < 3 {
        serde_json::from_str(state).map(|state: Before3| state.resume(key))
    } else {
        serde_json::from_str(state)
    };
    let resume = resume.ok().filter(Resume::is_usable);
    resume.ok_or(SnapshotError::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{OnMismatch, Parameter, TaskType, UnknownParameters};
    use serde_json::json;

    const KEY: IdempotencyKey = IdempotencyKey::from_seed((1, 2));

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
            let resume = Resume::InDoubt(Purchase {
                offer: Offer::as_asked(&request),
                request: request.clone(),
                key: KEY,
                candidate: Some("t-1".to_owned()),
            });
            let other = IdempotencyKey::from_seed((3, 4));
            assert_eq!(read(&write(&resume), other), Ok(resume));
        }
    }

    #[test]
    fn parameters_of_another_shape_are_damage() {
        let bad = r#"{"kind":"ima-session","version":2,"state":{"creating":
            {"task":"text_to_music","prompt":"rain","language":"en","parameters":{"n":2}}}}"#;
        assert_eq!(read(bad, KEY), Err(SnapshotError::Damaged));
    }

    #[test]
    fn a_snapshot_without_the_newer_members_is_read() {
        let request = Request::new(TaskType::TextToMusic, "rain", Language::En);
        let old = r#"{"kind":"ima-session","version":1,"state":{"asked":
            {"task":"text_to_music","prompt":"rain","language":"en"}}}"#;
        let resume = Resume::Unsent(Unsent { request, key: KEY });
        assert_eq!(read(old, KEY), Ok(resume));
    }
}
