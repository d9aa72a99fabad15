//! One job, and how it is written in the journal.

use std::fmt;

use rusqlite::Row;

use crate::types::{Cause, Charge, Failure, Outcome, TaskType};

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobState {
    /// The create request was about to leave when the last entry was made.
    Creating,
    /// The task exists and is paid.
    Waiting,
    /// The audio is there: the caller has its addresses. [`Job::saved`] says whether it was also
    /// kept.
    Finished,
    /// The create request left and its answer never came.
    Unknown,
    /// It ended without audio.
    Failed,
}

impl JobState {
    const ALL: [Self; 5] = [
        Self::Creating,
        Self::Waiting,
        Self::Finished,
        Self::Unknown,
        Self::Failed,
    ];

    /// The word for it in the journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Waiting => "waiting",
            Self::Finished => "finished",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
        }
    }

    /// Whether its end is not known.
    const fn is_open(self) -> bool {
        matches!(self, Self::Creating | Self::Waiting | Self::Unknown)
    }

    fn parse(text: &str) -> Self {
        // A word of a later version is treated with care: as not settled.
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .unwrap_or(Self::Unknown)
    }

    /// What an outcome makes of a job.
    pub(super) fn after(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Success(_) => Self::Finished,
            Outcome::Failure(failure) => match failure {
                Failure {
                    charge: Charge::Unknown,
                    ..
                } => Self::Unknown,
                Failure {
                    cause: Cause::TaskFailed(_),
                    ..
                }
                | Failure {
                    charge: Charge::No, ..
                } => Self::Failed,
                _ => Self::Waiting,
            },
        }
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One job in the journal. `Debug` leaves the continuation out, which may hold what was asked for.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Job {
    /// A short id of the journal's own.
    pub id: String,
    /// When its first checkpoint was written, in seconds since 1970.
    pub created_at: i64,
    /// When it was last written, in seconds since 1970.
    pub updated_at: i64,
    /// Music or speech; none for a job that was taken up from a bare continuation.
    pub task: Option<TaskType>,
    /// The model's name, where it was known.
    pub model_name: Option<String>,
    /// How it stands.
    pub state: JobState,
    /// The service's id of the task, once there is one.
    pub task_id: Option<String>,
    /// What [`Runtime::resume`](crate::Runtime::resume) takes.
    pub continuation: String,
    /// Whether every audio file of it was kept: [`Journal::mark_saved`](super::Journal::mark_saved).
    pub saved: bool,
}

impl Job {
    /// Whether there may be audio that was paid for and is not on this machine: its end is not
    /// known, or its files were not [all kept](Self::saved).
    pub const fn is_open(&self) -> bool {
        self.state.is_open() || matches!(self.state, JobState::Finished) && !self.saved
    }

    /// Whether its task is known to exist.
    pub(crate) const fn is_paid(&self) -> bool {
        self.task_id.is_some() || matches!(self.state, JobState::Waiting | JobState::Finished)
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id,
            created_at,
            updated_at,
            task,
            model_name,
            state,
            task_id,
            continuation: _,
            saved,
        } = self;
        f.debug_struct("Job")
            .field("id", id)
            .field("created_at", created_at)
            .field("updated_at", updated_at)
            .field("task", task)
            .field("model_name", model_name)
            .field("state", state)
            .field("task_id", task_id)
            .field("saved", saved)
            .finish_non_exhaustive()
    }
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Job> {
    let task: Option<String> = row.get("task_type")?;
    let state: String = row.get("state")?;
    Ok(Job {
        id: row.get("id")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        task: task.as_deref().and_then(parse_task),
        model_name: row.get("model_name")?,
        state: JobState::parse(&state),
        task_id: row.get("task_id")?,
        continuation: row.get("continuation")?,
        saved: row.get("saved")?,
    })
}

pub(super) const fn task_word(task: TaskType) -> &'static str {
    match task {
        TaskType::TextToMusic => "text_to_music",
        TaskType::TextToSpeech => "text_to_speech",
    }
}

fn parse_task(text: &str) -> Option<TaskType> {
    [TaskType::TextToMusic, TaskType::TextToSpeech]
        .into_iter()
        .find(|task| task_word(*task) == text)
}
