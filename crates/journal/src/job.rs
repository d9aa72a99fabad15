//! Jobs: what is written of one, and what becomes of it.

use std::fmt;

/// What a job makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskType {
    /// Music, out of a description.
    Music,
    /// Speech, out of a text.
    Speech,
}

impl TaskType {
    /// The service's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Music => "text_to_music",
            Self::Speech => "text_to_speech",
        }
    }

    /// The type with this [word](Self::as_str).
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Music, Self::Speech]
            .into_iter()
            .find(|task| task.as_str() == word)
    }
}

/// How far a generation is at a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckpointState {
    /// A create request is about to leave.
    Creating,
    /// The task exists and is paid.
    Waiting,
}

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

    /// The state with this [word](Self::as_str). Any other word is of a later version, and treated
    /// with care: as [`Unknown`](Self::Unknown).
    pub fn parse(word: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == word)
            .unwrap_or(Self::Unknown)
    }

    /// Whether its end is not known.
    const fn is_open(self) -> bool {
        matches!(self, Self::Creating | Self::Waiting | Self::Unknown)
    }

    /// Whether the task exists.
    pub(crate) const fn has_task(self) -> bool {
        matches!(self, Self::Waiting | Self::Finished)
    }
}

impl From<CheckpointState> for JobState {
    fn from(state: CheckpointState) -> Self {
        match state {
            CheckpointState::Creating => Self::Creating,
            CheckpointState::Waiting => Self::Waiting,
        }
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One job in the journal. `Debug` leaves the continuation out, which may hold what was asked for.
#[derive(Clone, PartialEq, Eq)]
pub struct Job {
    /// A short id of the journal's own.
    pub id: String,
    /// When its first checkpoint was written, in seconds since 1970.
    pub created_at: i64,
    /// When it was last written, in seconds since 1970.
    pub updated_at: i64,
    /// Music or speech; `None` for a job that was taken up from a bare continuation.
    pub task: Option<TaskType>,
    /// The model's name, if it was known.
    pub model_name: Option<String>,
    /// How it stands.
    pub state: JobState,
    /// The service's id of the task, once there is one.
    pub task_id: Option<String>,
    /// What the generation is taken up from. Empty if nothing is left to take up.
    pub continuation: String,
    /// Whether every audio file of it was kept: [`Journal::mark_saved`](crate::Journal::mark_saved).
    pub saved: bool,
}

impl Job {
    /// Whether there may be audio that was paid for and is not on this machine: its end is not
    /// known, or its files were not [all kept](Self::saved).
    pub const fn is_open(&self) -> bool {
        self.state.is_open() || matches!(self.state, JobState::Finished) && !self.saved
    }

    /// Whether its task is known to exist.
    pub const fn is_paid(&self) -> bool {
        self.task_id.is_some() || self.state.has_task()
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("id", &self.id)
            .field("created_at", &self.created_at)
            .field("updated_at", &self.updated_at)
            .field("task", &self.task)
            .field("model_name", &self.model_name)
            .field("state", &self.state)
            .field("task_id", &self.task_id)
            .field("saved", &self.saved)
            .finish_non_exhaustive()
    }
}

/// What to write about a job at a checkpoint. `Debug` leaves the continuation out.
#[derive(Clone)]
pub struct Entry {
    /// Music or speech; `None` leaves what is known.
    pub task: Option<TaskType>,
    /// The model's name; `None` leaves what is known.
    pub model_name: Option<String>,
    /// How far the generation is.
    pub state: CheckpointState,
    /// The service's id of the task; `None` leaves what is known.
    pub task_id: Option<String>,
    /// What the generation is taken up from.
    pub continuation: String,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("task", &self.task)
            .field("model_name", &self.model_name)
            .field("state", &self.state)
            .field("task_id", &self.task_id)
            .finish_non_exhaustive()
    }
}

/// Whether a failed generation has cost the account points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charge {
    /// It has not.
    No,
    /// It has.
    Yes,
    /// Nobody knows.
    Unknown,
}

/// What the end of a generation makes of its job. `Debug` leaves the continuation out.
#[derive(Clone, PartialEq, Eq)]
pub struct JobEnd {
    /// How the job stands from now on.
    pub state: JobState,
    /// The service's id of the task; `None` leaves what is known.
    pub task_id: Option<String>,
    /// What the job is taken up from; `None` leaves the last one, and an empty text clears it.
    pub continuation: Option<String>,
}

impl JobEnd {
    /// The audio is there. The last continuation stays: a delivered task can be asked for again at
    /// no cost.
    pub const fn success(task_id: String) -> Self {
        Self {
            state: JobState::Finished,
            task_id: Some(task_id),
            continuation: None,
        }
    }

    /// The generation failed. `task_failed` says that the service gave up on the task. A task that
    /// was charged and didn't fail is still waited for. If nothing was spent and nothing can be taken
    /// up, the job's continuation is cleared, for it holds what was asked.
    pub fn failure(
        charge: Charge,
        task_failed: bool,
        task_id: Option<String>,
        continuation: Option<String>,
    ) -> Self {
        let state = match charge {
            Charge::Unknown => JobState::Unknown,
            Charge::No => JobState::Failed,
            Charge::Yes if task_failed => JobState::Failed,
            Charge::Yes => JobState::Waiting,
        };
        let unspent = charge == Charge::No && task_id.is_none();
        Self {
            state,
            task_id,
            continuation: continuation.or_else(|| unspent.then(String::new)),
        }
    }
}

impl fmt::Debug for JobEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobEnd")
            .field("state", &self.state)
            .field("task_id", &self.task_id)
            .finish_non_exhaustive()
    }
}

/// What a job is found by. `Debug` leaves the continuation out.
#[derive(Clone)]
pub enum FindJob {
    /// Its id, else its task id: the job last written with it.
    Id(String),
    /// Its last continuation: the job last written with it.
    Continuation(String),
}

impl fmt::Debug for FindJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => f.debug_tuple("Id").field(id).finish(),
            Self::Continuation(_) => f.debug_struct("Continuation").finish_non_exhaustive(),
        }
    }
}

/// Which job a store lets somebody work on. [`Claim`](crate::Claim) lets go of it in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The id of the job.
    pub job: String,
    /// What tells this holder from any other one, before and after it.
    pub mark: String,
}
