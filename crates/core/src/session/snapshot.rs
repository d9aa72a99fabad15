//! The form of a session that outlives the process: versioned, self-contained, without the key
//! and without marks of any clock.

use super::task::Task;
use crate::Millis;
use crate::request::{Language, Request};
use serde::{Deserialize, Serialize};

const KIND: &str = "ima-session";
const VERSION: u32 = 1;

/// Where a session is taken up. Everything in between is lost on purpose: it cost nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Entry {
    /// Nothing was sent that could cost points.
    Asked(Request),
    /// A create request may have been accepted.
    Creating(Request),
    /// The task exists.
    Waiting(Waited),
}

/// A task and how long it was waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

#[derive(Serialize)]
struct Written<'a> {
    kind: &'a str,
    version: u32,
    state: &'a Entry,
}

#[derive(Deserialize)]
struct Header {
    kind: String,
    version: u32,
}

#[derive(Deserialize)]
struct Body {
    state: Entry,
}

pub(crate) fn write(entry: &Entry) -> String {
    let written = Written {
        kind: KIND,
        version: VERSION,
        state: entry,
    };
    // Strings, numbers and JSON values always serialise.
    serde_json::to_string(&written).unwrap_or_default()
}

pub(crate) fn read(snapshot: &str) -> Result<Entry, SnapshotError> {
    let header: Header = serde_json::from_str(snapshot).map_err(|_| SnapshotError::Foreign)?;
    if header.kind != KIND {
        return Err(SnapshotError::Foreign);
    }
    if header.version > VERSION {
        return Err(SnapshotError::Newer {
            found: header.version,
            supported: VERSION,
        });
    }
    let body: Body = serde_json::from_str(snapshot).map_err(|_| SnapshotError::Damaged)?;
    match &body.state {
        Entry::Asked(request) | Entry::Creating(request) if request.check().is_err() => {
            Err(SnapshotError::Damaged)
        }
        Entry::Waiting(waited) if waited.task.id.is_empty() => Err(SnapshotError::Damaged),
        _ => Ok(body.state),
    }
}
