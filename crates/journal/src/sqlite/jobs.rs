//! What is written about a job at a checkpoint.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::error::Fault;
use super::job::task_word;
use super::{Claim, JobState, JournalError};
use crate::types::{Checkpoint, CheckpointState, TaskType};

/// What to write about a job at a checkpoint.
pub(crate) struct Entry {
    /// The job; none for one that begins.
    pub(crate) claim: Option<Arc<Claim>>,
    pub(crate) task: Option<TaskType>,
    pub(crate) model_name: Option<String>,
    pub(crate) checkpoint: Checkpoint,
}

impl Entry {
    /// Writes it to this job, or to a new one, and returns the job's id. `owner` works on it.
    pub(super) fn write(
        &self,
        connection: &Connection,
        job: Option<&str>,
        owner: Option<&str>,
    ) -> Result<String, Fault> {
        let state = match self.checkpoint.state {
            CheckpointState::Creating => JobState::Creating,
            CheckpointState::Waiting => JobState::Waiting,
        };
        let sql = "INSERT INTO jobs (id, created_at, updated_at, task_type, model_name, state,
                task_id, continuation, owner)
            VALUES (coalesce(?1, lower(hex(randomblob(5)))), unixepoch(), unixepoch(),
                ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (id) DO UPDATE SET
                updated_at = excluded.updated_at,
                task_type = coalesce(excluded.task_type, task_type),
                model_name = coalesce(excluded.model_name, model_name),
                state = excluded.state,
                task_id = coalesce(excluded.task_id, task_id),
                continuation = excluded.continuation
            WHERE excluded.state <> 'creating' OR (owner IS excluded.owner
                AND (task_id IS NULL OR state NOT IN ('waiting', 'finished')))
            RETURNING id";
        let values = params![
            job,
            self.task.map(task_word),
            self.model_name,
            state.as_str(),
            self.checkpoint.task_id,
            self.checkpoint.continuation,
            owner,
        ];
        let mut statement = connection.prepare_cached(sql)?;
        let id = statement.query_row(values, |row| row.get(0)).optional()?;
        Ok(id.ok_or(JournalError::Conflict)?)
    }
}
