//! The journal of jobs: what was paid, and how to go on after a crash.

mod claim;
mod database;
mod entry;
mod error;
mod job;
#[cfg(test)]
mod tests;
mod writer;

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::oneshot;

pub(crate) use claim::{By, Claim};
pub(crate) use entry::Entry;
use error::Fault;
pub use error::JournalError;
pub use job::{Job, JobState};

use database::Opened;
use writer::Writer;

use crate::folders::create_private;
use crate::types::{Charge, Failure, Outcome};

/// Finds a job by its id or its task id.
const FIND: &str =
    "SELECT * FROM jobs WHERE id = ?1 OR task_id = ?1 ORDER BY id = ?1 DESC, updated_at DESC";

/// A journal on disk, shared by any number of processes. Cheap to clone.
///
/// A write is on the disk (committed and synced) before it returns; what is written at the same time
/// is synced together. A job is worked on by one generation at a time, in whatever process: see
/// [`Runtime::resume_job`](crate::Runtime::resume_job).
///
/// What generations write, and the `async` functions here, hold up no task. [`open`](Self::open),
/// [`get`](Self::get), [`list`](Self::list) and dropping the last clone, which waits until everything
/// is written, block on the disk: where other tasks wait, call them through
/// `tokio::task::spawn_blocking`.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

struct Inner {
    // The first field, so that it is the first to end: closing the last connection tidies up.
    writer: Writer,
    reader: Mutex<Connection>,
    owner: Mutex<Option<claim::Owner>>,
    claimed: Mutex<HashSet<String>>,
    claims: AtomicU64,
    folder: PathBuf,
    path: PathBuf,
    set_aside: Option<PathBuf>,
}

impl Journal {
    /// Opens or creates `journal.db` in `folder`. The folder is created where it is missing, for
    /// this user only: continuations hold what was asked for.
    ///
    /// A damaged database is renamed, never overwritten, and a new one is begun:
    /// [`set_aside`](Self::set_aside) says so.
    ///
    /// Blocks: it reads the whole database to see whether it is sound, and waits up to ten seconds
    /// for other processes that write.
    ///
    /// # Errors
    ///
    /// When the folder can't be created or written to, or the journal is of a later version.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        create_private(folder).map_err(|source| JournalError::Folder {
            folder: folder.to_path_buf(),
            source,
        })?;
        let Opened {
            path,
            writer,
            reader,
            set_aside,
        } = database::open(folder)?;
        let writer = Writer::start(writer).map_err(JournalError::Thread)?;
        Ok(Self {
            inner: Arc::new(Inner {
                writer,
                reader: Mutex::new(reader),
                owner: Mutex::default(),
                claimed: Mutex::default(),
                claims: AtomicU64::new(0),
                folder: folder.to_path_buf(),
                path,
                set_aside,
            }),
        })
    }

    /// Where the former database is, if opening this journal found it damaged. What was paid may
    /// be known there only.
    pub fn set_aside(&self) -> Option<&Path> {
        self.inner.set_aside.as_deref()
    }

    /// The job with this id, or with this task id. Blocks on the disk, but waits for no writer.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn get(&self, id: &str) -> Result<Option<Job>, JournalError> {
        self.read(|connection| connection.query_row(FIND, [id], job::read).optional())
    }

    /// Every job, the newest first. Blocks on the disk, but waits for no writer.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn list(&self) -> Result<Vec<Job>, JournalError> {
        self.read(|connection| {
            let sql = "SELECT * FROM jobs ORDER BY created_at DESC, rowid DESC";
            let mut statement = connection.prepare(sql)?;
            statement.query_map([], job::read)?.collect()
        })
    }

    /// Notes that every audio file of a job, named by its id or its task id, is kept on this machine
    /// ([`Job::saved`]).
    ///
    /// # Errors
    ///
    /// [`JournalError::NoSuchJob`], or when the database fails.
    pub async fn mark_saved(&self, id: &str) -> Result<(), JournalError> {
        let id = id.to_owned();
        self.write(move |connection| {
            let sql = "UPDATE jobs SET updated_at = unixepoch(), saved = 1
                WHERE id = ?1 OR task_id = ?1";
            match connection.prepare_cached(sql)?.execute([&id])? {
                0 => Err(JournalError::NoSuchJob(id.clone()).into()),
                _ => Ok(()),
            }
        })
        .await
    }

    /// Writes a checkpoint and returns the claim on its job. A job whose task exists is not set
    /// back to `creating`: that is a conflict.
    pub(crate) async fn checkpoint(&self, entry: Entry) -> Result<Arc<Claim>, JournalError> {
        let journal = self.clone();
        self.write(move |connection| {
            if let Some(claim) = &entry.claim {
                entry.write(connection, Some(claim.job()), Some(claim.mark()))?;
                return Ok(Arc::clone(claim));
            }
            let mark = journal.next_mark(connection)?;
            let id = entry.write(connection, None, Some(&mark))?;
            Ok(journal.enter(&id, mark).ok_or(JournalError::InUse(id))?)
        })
        .await
    }

    /// Has a checkpoint written for which nobody waits, before the job is let go of.
    pub(crate) fn leave(&self, mut entry: Entry) {
        let owned = |claim: Arc<Claim>| (claim.job().to_owned(), claim.mark().to_owned());
        let (job, mark) = entry.claim.take().map(owned).unzip();
        let path = self.path().to_path_buf();
        self.writer().submit(
            move |connection| entry.write(connection, job.as_deref(), mark.as_deref()),
            move |result| {
                if let Err(error) = result.map_err(|fault| fault.at(&path)) {
                    tracing::error!(%error, "a paid task is not journalled");
                }
            },
        );
    }

    /// Writes the id of a job's task where the component broke down before it could say so. The
    /// continuation stays what it was: with the id it leads to the task.
    pub(crate) async fn note_task(
        &self,
        claim: Arc<Claim>,
        task_id: String,
    ) -> Result<(), JournalError> {
        self.write(move |connection| {
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
        let mark = claim.mark().to_owned();
        let job = claim.job().to_owned();
        self.write(move |connection| {
            let sql = "UPDATE jobs SET
                    updated_at = unixepoch(), state = ?2, task_id = coalesce(?3, task_id),
                    continuation = coalesce(?4, continuation), owner = nullif(owner, ?5)
                WHERE id = ?1 AND (
                    ?3 IS NOT NULL OR task_id IS NULL OR state NOT IN ('waiting', 'finished'))";
            let values = params![job, state.as_str(), task_id, continuation, mark];
            match connection.prepare_cached(sql)?.execute(values)? {
                0 => Err(JournalError::Conflict.into()),
                _ => Ok(()),
            }
        })
        .await?;
        claim.settle();
        Ok(())
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

    fn path(&self) -> &Path {
        &self.inner.path
    }

    fn writer(&self) -> &Writer {
        &self.inner.writer
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, JournalError> {
        let reader = self.inner.reader.lock();
        let result = work(&reader.unwrap_or_else(PoisonError::into_inner));
        result.map_err(|error| Fault::Sql(error).at(self.path()))
    }

    /// Has something written. It is written whole even where nobody waits for it any more.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, JournalError> {
        let (told, result) = oneshot::channel();
        self.writer().submit(work, |result| drop(told.send(result)));
        let result = result.await.map_err(|_| JournalError::Interrupted)?;
        result.map_err(|fault| fault.at(self.path()))
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
