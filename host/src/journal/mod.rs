//! The journal of jobs: what was paid, and how to go on after a crash.

mod claim;
mod database;
mod error;
mod job;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};

pub(crate) use claim::Claim;
pub use error::JournalError;
use job::task_word;
pub use job::{Job, JobState};

use crate::folders::create_private;
use crate::types::{Charge, Checkpoint, CheckpointState, Failure, Outcome, TaskType};

/// Finds a job by its id or its task id.
const FIND: &str =
    "SELECT * FROM jobs WHERE id = ?1 OR task_id = ?1 ORDER BY id = ?1 DESC, updated_at DESC";

/// What to write about a job at a checkpoint.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The job; none for one that begins.
    pub(crate) claim: Option<Arc<Claim>>,
    pub(crate) task: Option<TaskType>,
    pub(crate) model_name: Option<String>,
    pub(crate) checkpoint: Checkpoint,
}

/// A journal on disk, shared by any number of processes. Cheap to clone.
///
/// A write is on the disk (committed and synced) before it returns. A job is worked on by one
/// generation at a time, in whatever process: see
/// [`Runtime::resume_job`](crate::Runtime::resume_job).
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

struct Inner {
    connection: Mutex<Connection>,
    owner: Mutex<Option<claim::Owner>>,
    claimed: Mutex<HashSet<String>>,
    claims: AtomicU64,
    folder: PathBuf,
    set_aside: Option<PathBuf>,
}

impl Journal {
    /// Opens or creates `journal.db` in `folder`. The folder is created where it is missing, for
    /// this user only: continuations hold what was asked for.
    ///
    /// A damaged database is renamed, never overwritten, and a new one is begun:
    /// [`set_aside`](Self::set_aside) says so.
    ///
    /// # Errors
    ///
    /// When the folder can't be created or written to, or the journal is of a later version.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        create_private(folder).map_err(|source| JournalError::Folder {
            folder: folder.to_path_buf(),
            source,
        })?;
        let (connection, set_aside) = database::open(folder)?;
        Ok(Self {
            inner: Arc::new(Inner {
                connection: Mutex::new(connection),
                owner: Mutex::default(),
                claimed: Mutex::default(),
                claims: AtomicU64::new(0),
                folder: folder.to_path_buf(),
                set_aside,
            }),
        })
    }

    /// Where the former database is, if opening this journal found it damaged. What was paid may
    /// be known there only.
    pub fn set_aside(&self) -> Option<&Path> {
        self.inner.set_aside.as_deref()
    }

    /// The job with this id, or with this task id.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn get(&self, id: &str) -> Result<Option<Job>, JournalError> {
        Ok(self.lock().query_row(FIND, [id], job::read).optional()?)
    }

    /// Every job, the newest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn list(&self) -> Result<Vec<Job>, JournalError> {
        let connection = self.lock();
        let mut statement =
            connection.prepare("SELECT * FROM jobs ORDER BY created_at DESC, rowid DESC")?;
        let jobs = statement
            .query_map([], job::read)?
            .collect::<Result<_, _>>()?;
        Ok(jobs)
    }

    /// Notes that every audio file of a job is kept on this machine ([`Job::saved`]).
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn mark_saved(&self, id: &str) -> Result<(), JournalError> {
        let sql = "UPDATE jobs SET updated_at = unixepoch(), saved = 1 WHERE id = ?1";
        self.lock().execute(sql, [id])?;
        Ok(())
    }

    /// Writes a checkpoint and returns the claim on its job. A job whose task exists is not set
    /// back to `creating`: that is a conflict.
    pub(crate) async fn checkpoint(&self, entry: Entry) -> Result<Arc<Claim>, JournalError> {
        let journal = self.clone();
        self.blocking(move |connection| {
            let state = match entry.checkpoint.state {
                CheckpointState::Creating => JobState::Creating,
                CheckpointState::Waiting => JobState::Waiting,
            };
            let mark = match &entry.claim {
                Some(claim) => claim.mark().to_owned(),
                None => journal.next_mark(connection)?,
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
                entry.claim.as_ref().map(|claim| claim.job()),
                entry.task.map(task_word),
                entry.model_name,
                state.as_str(),
                entry.checkpoint.task_id,
                entry.checkpoint.continuation,
                mark,
            ];
            let id: Option<String> = connection
                .query_row(sql, values, |row| row.get(0))
                .optional()?;
            let id = id.ok_or(JournalError::Conflict)?;
            match entry.claim {
                Some(claim) => Ok(claim),
                None => journal.enter(&id, mark).ok_or(JournalError::InUse),
            }
        })
        .await
    }

    /// Writes the id of a job's task where the component broke down before it could say so. The
    /// continuation stays what it was: with the id it leads to the task.
    pub(crate) async fn note_task(
        &self,
        claim: Arc<Claim>,
        task_id: String,
    ) -> Result<(), JournalError> {
        self.blocking(move |connection| {
            let sql = "UPDATE jobs SET updated_at = unixepoch(), state = 'waiting', task_id = ?2
                WHERE id = ?1 AND state NOT IN ('waiting', 'finished')";
            connection.execute(sql, params![claim.job(), task_id])?;
            Ok(())
        })
        .await
    }

    /// Writes how a job ended, and that nobody works on it any more. Its last continuation stays: a
    /// delivered task can be asked for again at no cost. Only where nothing was spent it is
    /// cleared, for it holds what was asked. An outcome without a task says nothing about a job
    /// whose task exists: that is a conflict.
    pub(crate) async fn finish(
        &self,
        claim: Arc<Claim>,
        outcome: &Outcome,
    ) -> Result<(), JournalError> {
        let state = JobState::after(outcome);
        let (task_id, continuation) = match outcome {
            Outcome::Success(success) => (Some(success.task_id.clone()), None),
            Outcome::Failure(failure) => (failure.task_id.clone(), failure.continuation.clone()),
        };
        let continuation = continuation.or_else(|| unspent(outcome).then(String::new));
        self.blocking(move |connection| {
            let changed = connection.execute(
                "UPDATE jobs SET updated_at = unixepoch(), state = ?2, task_id = coalesce(?3, task_id),
                    continuation = coalesce(?4, continuation), owner = nullif(owner, ?5)
                WHERE id = ?1 AND (
                    ?3 IS NOT NULL OR task_id IS NULL OR state NOT IN ('waiting', 'finished'))",
                params![claim.job(), state.as_str(), task_id, continuation, claim.mark()],
            )?;
            if changed == 0 {
                return Err(JournalError::Conflict);
            }
            claim.settle();
            Ok(())
        })
        .await
    }

    fn folder(&self) -> &Path {
        &self.inner.folder
    }

    fn owner(&self) -> MutexGuard<'_, Option<claim::Owner>> {
        self.inner
            .owner
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn next_number(&self) -> u64 {
        self.inner.claims.fetch_add(1, Ordering::Relaxed)
    }

    fn with_claimed<T>(&self, change: impl FnOnce(&mut HashSet<String>) -> T) -> T {
        let claimed = self.inner.claimed.lock();
        change(&mut claimed.unwrap_or_else(PoisonError::into_inner))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.inner
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let journal = self.clone();
        tokio::task::spawn_blocking(move || work(&mut journal.lock()))
            .await
            .map_err(|_| JournalError::Interrupted)?
    }
}

/// Whether an outcome leaves no task behind, not even a possible one.
const fn unspent(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Failure(Failure {
            charge: Charge::No,
            task_id: None,
            continuation: None,
            ..
        })
    )
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Journal")
    }
}
