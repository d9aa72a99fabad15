//! Taking up a task whose id is known although its continuation doesn't hold it.

use super::snapshot::{self, Resume, SnapshotError, Unsent, Waited};
use super::task::{Offer, Purchase, Task};
use super::{Session, Settings};
use crate::prelude::*;
use crate::request::InvalidValue;
use ima_wire::idempotency::IdempotencyKey;

/// Why a task was not taken up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdoptError {
    /// The continuation can't be used.
    #[error(transparent)]
    Continuation(#[from] SnapshotError),
    /// The id is blank.
    #[error(transparent)]
    TaskId(#[from] InvalidValue),
}

impl Session {
    /// The generation of this continuation, in any state, waiting for the task of this id. The id
    /// counts even if the continuation names another task.
    ///
    /// With [`Command::Start`](crate::pump::Command::Start) a checkpoint comes that holds both, then
    /// the task is polled under a new deadline. Nothing is ever created.
    pub fn adopt(
        continuation: &str,
        task_id: &str,
        settings: Settings,
    ) -> Result<Self, AdoptError> {
        if task_id.trim().is_empty() {
            return Err(InvalidValue::new("task_id", task_id, "the id of a task").into());
        }
        let key = IdempotencyKey::from_seed(settings.seed);
        let id = task_id.to_owned();
        let waited = match snapshot::read(continuation, key)? {
            Resume::Waiting(waited) if waited.task.id == id => waited,
            Resume::Waiting(waited) => Waited {
                task: Task { id, ..waited.task },
                elapsed_ms: 0,
                ..waited
            },
            Resume::Unsent(Unsent { request, .. }) => Waited {
                language: request.language,
                elapsed_ms: 0,
                task: Task::new(request.task, id, Offer::as_asked(&request)),
            },
            Resume::InDoubt(Purchase { request, offer, .. }) => Waited {
                language: request.language,
                elapsed_ms: 0,
                task: Task::new(request.task, id, offer),
            },
        };
        let session = Self::resume(Resume::Waiting(waited), settings);
        Ok(Self {
            adopted: true,
            ..session
        })
    }
}
