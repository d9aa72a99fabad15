//! What is known of a task that exists, and of one that may: for callers that keep nothing but a
//! reference to it.

use super::snapshot::{Resume, Waited};
use super::{Session, State};
use crate::Millis;
use crate::catalogue::Estimate;
use crate::prelude::*;
use crate::request::{Language, TaskType};

/// A task that exists and is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    /// Music or speech.
    pub task: TaskType,
    /// The service's id of the task.
    pub task_id: String,
    /// The model.
    pub model_id: String,
    /// Its name.
    pub model_name: String,
    /// What it cost, in points.
    pub points: u32,
    /// How long it usually takes.
    pub estimate: Estimate,
    /// The language of its messages.
    pub language: Language,
    /// Time since the create request, as far as it was waited for.
    pub elapsed: Millis,
}

impl Session {
    /// The task, once it exists. Where there is one, the session never creates another.
    ///
    /// The [`snapshot`](Self::snapshot) of such a session holds neither the prompt nor an idempotency
    /// key.
    pub fn paid(&self) -> Option<Paid> {
        let Waited {
            task,
            language,
            elapsed_ms,
        } = match &self.state {
            State::Ready(Resume::Waiting(waited)) | State::Over(Resume::Waiting(waited)) => {
                waited.clone()
            }
            State::Waiting(waiting) => waiting.waited(self.now),
            _ => return None,
        };
        Some(Paid {
            task: task.task,
            task_id: task.id,
            model_id: task.model_id,
            model_name: task.model_name,
            points: task.points,
            estimate: task.estimate,
            language,
            elapsed: elapsed_ms,
        })
    }

    /// The id of the task that an unclear answer to a create request named, if one did. It is what
    /// [`adopt`](Self::adopt) takes.
    pub fn candidate(&self) -> Option<&str> {
        match &self.state {
            State::Ready(Resume::InDoubt(purchase)) | State::Over(Resume::InDoubt(purchase)) => {
                purchase.candidate.as_deref()
            }
            State::Checking(_, purchase) => purchase.candidate.as_deref(),
            _ => None,
        }
    }

    /// The session of a task that was waited for elsewhere meanwhile: it goes on as if it had waited
    /// at least this long since the create request. Without effect once it was started.
    #[must_use]
    pub fn waited_for(mut self, elapsed: Millis) -> Self {
        if let State::Ready(Resume::Waiting(waited)) = &mut self.state {
            waited.elapsed_ms = waited.elapsed_ms.max(elapsed);
        }
        self
    }
}
