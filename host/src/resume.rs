//! What a generation is resumed from.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What to do if it is unknown whether a create request was accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnUnknown {
    /// Say so and stop. Nothing is sent that could cost points.
    #[default]
    Report,
    /// Create again. It may pay a second time: only a person may decide this.
    CreateAgain,
}

/// A generation to resume. A task that exists is waited for under a new deadline and costs nothing
/// more.
///
/// ```no_run
/// # async fn run(ima: ima_host::Runtime) -> Result<(), ima_host::Error> {
/// use ima_host::Resume;
///
/// let mut generation = ima.resume(Resume::job("3f9c02d1aa")).await?;
/// let outcome = generation.outcome().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Resume {
    pub(crate) from: ResumeFrom,
    pub(crate) on_unknown: OnUnknown,
    pub(crate) deadline: Option<Duration>,
}

/// Where a generation stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ResumeFrom {
    Job(String),
    Continuation(String),
    Task {
        continuation: String,
        task_id: String,
    },
}

impl Resume {
    /// A job of the journal, by its id or its task id. Its journal entries go on.
    pub fn job(id: impl Into<String>) -> Self {
        Self::from(ResumeFrom::Job(id.into()))
    }

    /// A continuation: the last checkpoint's, or a failure's. If the journal has a job with this
    /// continuation as its last one, that job is resumed.
    pub fn continuation(continuation: impl Into<String>) -> Self {
        Self::from(ResumeFrom::Continuation(continuation.into()))
    }

    /// A task that the service is known to have, and the last continuation of its generation: what
    /// [`Aftermath`](crate::Aftermath) holds if the component broke down between the service's answer
    /// and the checkpoint. Nothing is created.
    pub fn task(continuation: impl Into<String>, task_id: impl Into<String>) -> Self {
        Self::from(ResumeFrom::Task {
            continuation: continuation.into(),
            task_id: task_id.into(),
        })
    }

    fn from(from: ResumeFrom) -> Self {
        Self {
            from,
            on_unknown: OnUnknown::default(),
            deadline: None,
        }
    }

    /// What to do if it is unknown whether a create request was accepted. Default: report it.
    pub fn on_unknown(self, on_unknown: OnUnknown) -> Self {
        Self { on_unknown, ..self }
    }

    /// How long to wait for the audio. Default 480 s for music, 300 s for speech.
    pub fn deadline(self, deadline: Duration) -> Self {
        Self {
            deadline: Some(deadline),
            ..self
        }
    }
}
