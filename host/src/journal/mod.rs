//! The journal of jobs: what was paid, and how to go on after a crash.

mod job;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fmt, io};

use rusqlite::{Connection, OptionalExtension, params};

use job::task_word;
pub use job::{Job, JobState};

use crate::folders::create_private;
use crate::types::{Charge, Checkpoint, CheckpointState, Failure, Outcome, TaskType};

/// Why the journal could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The folder could not be created.
    #[error("{}: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database failed.
    #[error("the journal failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// Another process has gone on with the job in the meantime: its task exists. Nothing was
    /// written.
    #[error("another process has gone on with the job")]
    Conflict,
    /// The process is ending.
    #[error("the journal was interrupted")]
    Interrupted,
}

/// What to write about a job at a checkpoint.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) job: Option<String>,
    pub(crate) task: Option<TaskType>,
    pub(crate) model_name: Option<String>,
    pub(crate) checkpoint: Checkpoint,
}

/// A journal on disk, shared by any number of processes. Cheap to clone.
///
/// A write is on the disk (committed and synced) before it returns.
#[derive(Clone)]
pub struct Journal {
    connection: Arc<Mutex<Connection>>,
}

impl Journal {
    /// Opens or creates `journal.db` in `folder`. The folder is created where it is missing, for
    /// this user only: continuations hold what was asked for.
    ///
    /// # Errors
    ///
    /// When the folder can't be created, or the file is not a journal.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        create_private(folder).map_err(|source| JournalError::Folder {
            folder: folder.to_path_buf(),
            source,
        })?;
        let connection = Connection::open(folder.join("journal.db"))?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS jobs (
                id TEXT PRIMARY KEY,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                task_type TEXT,
                model_name TEXT,
                state TEXT NOT NULL,
                task_id TEXT,
                continuation TEXT NOT NULL
            ) STRICT",
        )?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// The job with this id, or with this task id.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn get(&self, id: &str) -> Result<Option<Job>, JournalError> {
        const SQL: &str = "SELECT * FROM jobs WHERE id = ?1 OR task_id = ?1 ORDER BY id = ?1 DESC, updated_at DESC";
        Ok(self.lock().query_row(SQL, [id], job::read).optional()?)
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

    /// Writes a checkpoint and returns the id of its job. A job whose task exists is not set back
    /// to `creating`: that is a conflict.
    pub(crate) async fn checkpoint(&self, entry: Entry) -> Result<String, JournalError> {
        self.blocking(move |connection| {
            let state = match entry.checkpoint.state {
                CheckpointState::Creating => JobState::Creating,
                CheckpointState::Waiting => JobState::Waiting,
            };
            let sql = "INSERT INTO jobs VALUES (
                    coalesce(?1, lower(hex(randomblob(5)))), unixepoch(), unixepoch(), ?2, ?3, ?4, ?5, ?6
                )
                ON CONFLICT (id) DO UPDATE SET
                    updated_at = excluded.updated_at,
                    task_type = coalesce(excluded.task_type, task_type),
                    model_name = coalesce(excluded.model_name, model_name),
                    state = excluded.state,
                    task_id = coalesce(excluded.task_id, task_id),
                    continuation = excluded.continuation
                WHERE excluded.state <> 'creating' OR task_id IS NULL
                    OR state NOT IN ('waiting', 'finished')
                RETURNING id";
            let values = params![
                entry.job,
                entry.task.map(task_word),
                entry.model_name,
                state.as_str(),
                entry.checkpoint.task_id,
                entry.checkpoint.continuation
            ];
            let id = connection.query_row(sql, values, |row| row.get(0));
            id.optional()?.ok_or(JournalError::Conflict)
        })
        .await
    }

    /// Writes how a job ended. Its last continuation stays: a delivered task can be asked for
    /// again at no cost. Only where nothing was spent it is cleared, for it holds what was asked.
    /// An outcome without a task says nothing about a job whose task exists: that is a conflict.
    pub(crate) async fn finish(&self, id: String, outcome: &Outcome) -> Result<(), JournalError> {
        let state = JobState::after(outcome);
        let (task_id, continuation) = match outcome {
            Outcome::Success(success) => (Some(success.task_id.clone()), None),
            Outcome::Failure(failure) => (failure.task_id.clone(), failure.continuation.clone()),
        };
        let continuation = continuation.or_else(|| unspent(outcome).then(String::new));
        self.blocking(move |connection| {
            let changed = connection.execute(
                "UPDATE jobs SET updated_at = unixepoch(), state = ?2, task_id = coalesce(?3, task_id),
                    continuation = coalesce(?4, continuation)
                WHERE id = ?1 AND (
                    ?3 IS NOT NULL OR task_id IS NULL OR state NOT IN ('waiting', 'finished'))",
                params![id, state.as_str(), task_id, continuation],
            )?;
            if changed == 0 {
                return Err(JournalError::Conflict);
            }
            Ok(())
        })
        .await
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let journal = self.clone();
        tokio::task::spawn_blocking(move || work(&journal.lock()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Cause, Success, TaskFault};

    fn entry(job: Option<String>, state: CheckpointState, continuation: &str) -> Entry {
        let task_id = (state == CheckpointState::Waiting).then(|| "task_1".to_owned());
        Entry {
            job,
            task: Some(TaskType::TextToMusic),
            model_name: Some("Suno".to_owned()),
            checkpoint: Checkpoint {
                state,
                task_id,
                continuation: continuation.to_owned(),
            },
        }
    }

    fn failure(cause: Cause, charge: Charge) -> Outcome {
        Outcome::Failure(Failure {
            cause,
            charge,
            message: String::new(),
            task_id: None,
            medias: Vec::new(),
            alternatives: Vec::new(),
            continuation: Some("c3".to_owned()),
        })
    }

    #[tokio::test]
    async fn a_job_goes_from_checkpoint_to_checkpoint() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("new")).unwrap();
        let id = journal
            .checkpoint(entry(None, CheckpointState::Creating, "c1"))
            .await
            .unwrap();
        assert_eq!(journal.get(&id).unwrap().unwrap().state, JobState::Creating);

        let same = journal
            .checkpoint(entry(Some(id.clone()), CheckpointState::Waiting, "c2"))
            .await
            .unwrap();
        assert_eq!(same, id);
        let success = Outcome::Success(Success {
            task_id: "task_1".to_owned(),
            medias: Vec::new(),
            model_id: "sonic".to_owned(),
            model_name: "Suno".to_owned(),
            points: 25,
            elapsed_ms: 1,
        });
        journal.finish(id.clone(), &success).await.unwrap();
        let job = journal.get("task_1").unwrap().unwrap();
        assert_eq!(
            (job.id, job.state, job.continuation),
            (id, JobState::Finished, "c2".to_owned())
        );
    }

    #[tokio::test]
    async fn another_process_sees_a_checkpoint_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let one = Journal::open(folder.path()).unwrap();
        let other = Journal::open(folder.path()).unwrap();
        let id = one
            .checkpoint(entry(None, CheckpointState::Creating, "c1"))
            .await
            .unwrap();
        assert_eq!(
            other.list().unwrap().first().map(|job| job.id.clone()),
            Some(id)
        );
    }

    #[tokio::test]
    async fn an_outcome_says_what_becomes_of_the_job() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        for (cause, charge, state) in [
            (Cause::OutcomeUnknown, Charge::Unknown, JobState::Unknown),
            (Cause::Deadline, Charge::Yes, JobState::Waiting),
            (Cause::Cancelled, Charge::Yes, JobState::Waiting),
            (Cause::Cancelled, Charge::No, JobState::Failed),
            (
                Cause::TaskFailed(TaskFault::Resource),
                Charge::Yes,
                JobState::Failed,
            ),
            (Cause::Network, Charge::No, JobState::Failed),
        ] {
            let id = journal
                .checkpoint(entry(None, CheckpointState::Creating, "c1"))
                .await
                .unwrap();
            journal
                .finish(id.clone(), &failure(cause.clone(), charge))
                .await
                .unwrap();
            let job = journal.get(&id).unwrap().unwrap();
            assert_eq!(
                (job.state, job.continuation.as_str()),
                (state, "c3"),
                "{cause:?} {charge:?}"
            );
        }
    }

    #[tokio::test]
    async fn what_was_asked_for_is_not_kept_where_nothing_was_spent() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        let checkpoint = entry(None, CheckpointState::Creating, "prompt");
        let id = journal.checkpoint(checkpoint).await.unwrap();
        let mut outcome = failure(Cause::Network, Charge::No);
        if let Outcome::Failure(failure) = &mut outcome {
            failure.continuation = None;
        }
        journal.finish(id.clone(), &outcome).await.unwrap();
        let job = journal.get(&id).unwrap().unwrap();
        assert_eq!(
            (job.state, job.continuation.as_str()),
            (JobState::Failed, "")
        );
    }

    #[tokio::test]
    async fn a_task_that_another_process_found_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        let other = Journal::open(folder.path()).unwrap();
        let checkpoint = entry(None, CheckpointState::Creating, "c1");
        let id = journal.checkpoint(checkpoint).await.unwrap();
        let waiting = entry(Some(id.clone()), CheckpointState::Waiting, "c2");
        other.checkpoint(waiting).await.unwrap();

        let creating = entry(Some(id.clone()), CheckpointState::Creating, "c1");
        let refused = journal.checkpoint(creating).await;
        assert!(matches!(refused, Err(JournalError::Conflict)));
        let unknown = failure(Cause::OutcomeUnknown, Charge::Unknown);
        let refused = journal.finish(id.clone(), &unknown).await;
        assert!(matches!(refused, Err(JournalError::Conflict)));
        let job = journal.get(&id).unwrap().unwrap();
        assert_eq!(
            (job.state, job.continuation.as_str()),
            (JobState::Waiting, "c2")
        );
    }

    #[test]
    fn a_file_that_is_no_journal_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("journal.db"),
            "not a database, but long enough to be read",
        )
        .unwrap();
        assert!(matches!(
            Journal::open(folder.path()),
            Err(JournalError::Database(_))
        ));
    }
}
