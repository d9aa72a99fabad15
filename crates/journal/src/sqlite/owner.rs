//! Claims: one job is worked on by one generation at a time, in whatever process.
//!
//! A job names its owner. The owner is a process, and alive for as long as it holds the lock on a
//! file of its own, which the operating system lets go of when the process ends, however it ends.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{Connection, OptionalExtension};

use super::error::Fault;
use super::{Job, Journal, JournalError, job};

/// The folder of the owners' files, beside the database.
const OWNERS: &str = "owners";

/// This process, as far as one opened journal is concerned.
#[derive(Debug)]
pub(super) struct Owner {
    name: String,
    path: PathBuf,
    _lock: File,
}

impl Owner {
    fn new(folder: &Path, connection: &Connection) -> Result<Self, Fault> {
        let owners = folder.join(OWNERS);
        crate::folders::create_private(&owners).map_err(|source| JournalError::Folder {
            folder: owners.clone(),
            source,
        })?;
        let name: String =
            connection.query_row("SELECT lower(hex(randomblob(8)))", [], |row| row.get(0))?;
        let path = owners.join(&name);
        let lock = File::create_new(&path).and_then(|file| file.lock().map(|()| file));
        let _lock = lock.map_err(|source| JournalError::File {
            path: path.clone(),
            source,
        })?;
        Ok(Self { name, path, _lock })
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // What stays behind is unlocked, and removed by whoever looks at it next.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether the process of this name still runs.
fn is_alive(folder: &Path, name: &str) -> bool {
    // A name comes out of the database, and must lead nowhere else.
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return false;
    }
    let path = folder.join(OWNERS).join(name);
    // What can't be found out, by a process without a free file descriptor for one, is treated with
    // care: only a file that is gone or unlocked speaks of an owner that is gone.
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) => return error.kind() != ErrorKind::NotFound,
    };
    match file.try_lock_shared() {
        Ok(()) => {
            let _ = fs::remove_file(&path);
            false
        }
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => true,
    }
}

/// The right to work on a job. It ends when it is dropped, and with the process.
#[derive(Debug)]
pub(crate) struct Claim {
    journal: Journal,
    job: String,
    mark: String,
    settled: AtomicBool,
    unspent: AtomicBool,
}

impl Claim {
    pub(crate) fn job(&self) -> &str {
        &self.job
    }

    /// What the job's entry says of its owner.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    /// The entry no longer names an owner.
    pub(super) fn settle(&self) {
        self.settled.store(true, Ordering::Release);
    }

    /// Nothing was spent, and nothing will be: with the claim ends the job, and what was asked for
    /// is not kept.
    pub(crate) fn release_unspent(&self) {
        self.unspent.store(true, Ordering::Release);
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.journal
            .with_claimed(|claimed| claimed.remove(&self.job));
        if self.settled.load(Ordering::Acquire) {
            return;
        }
        let (job, mark) = (
            std::mem::take(&mut self.job),
            std::mem::take(&mut self.mark),
        );
        let unspent = self.unspent.load(Ordering::Acquire);
        self.journal.release(job, mark, unspent);
    }
}

/// What a job is found by.
#[derive(Clone)]
pub(crate) enum By {
    /// Its id or its task id.
    Id(String),
    /// Its last continuation.
    Continuation(String),
}

const FIND_CONTINUATION: &str =
    "SELECT * FROM jobs WHERE continuation = ?1 AND ?1 <> '' ORDER BY updated_at DESC";

impl Journal {
    /// Lets go of a job, before anything that is asked of the journal from now on.
    fn release(&self, job: String, mark: String, unspent: bool) {
        let release = move |connection: &Connection| {
            let sql = "UPDATE jobs SET owner = NULL,
                    updated_at = iif(?3 AND state = 'creating' AND task_id IS NULL,
                        unixepoch(), updated_at),
                    continuation = iif(?3 AND state = 'creating' AND task_id IS NULL,
                        '', continuation),
                    state = iif(?3 AND state = 'creating' AND task_id IS NULL, 'failed', state)
                WHERE id = ?1 AND owner = ?2";
            let mut release = connection.prepare_cached(sql)?;
            release.execute((&job, &mark, unspent))?;
            Ok(())
        };
        let path = self.path().to_path_buf();
        self.writer().submit(release, move |result| {
            if let Err(error) = result.map_err(|fault| fault.at(&path)) {
                tracing::warn!(%error, "a job was not released");
            }
        });
    }

    /// A mark that no other claim has, of this process.
    pub(super) fn next_mark(&self, connection: &Connection) -> Result<String, Fault> {
        let mut owner = self.owner();
        let name = match &*owner {
            Some(owner) => owner.name.clone(),
            None => {
                let new = Owner::new(self.folder(), connection)?;
                owner.insert(new).name.clone()
            }
        };
        Ok(format!("{name}/{}", self.next_number()))
    }

    /// The claim on a job whose entry holds `mark`; none where this process works on it already.
    pub(super) fn enter(&self, job: &str, mark: String) -> Option<Arc<Claim>> {
        self.with_claimed(|claimed| claimed.insert(job.to_owned()))
            .then(|| {
                Arc::new(Claim {
                    journal: self.clone(),
                    job: job.to_owned(),
                    mark,
                    settled: AtomicBool::new(false),
                    unspent: AtomicBool::new(false),
                })
            })
    }

    /// Claims a job; none where there is no such job.
    pub(crate) async fn claim(&self, by: By) -> Result<Option<(Job, Arc<Claim>)>, JournalError> {
        let journal = self.clone();
        self.write(move |connection| journal.claim_in(connection, &by))
            .await
    }

    fn claim_in(
        &self,
        connection: &Connection,
        by: &By,
    ) -> Result<Option<(Job, Arc<Claim>)>, Fault> {
        let mark = self.next_mark(connection)?;
        let (sql, value) = match by {
            By::Id(id) => (super::FIND, id),
            By::Continuation(continuation) => (FIND_CONTINUATION, continuation),
        };
        let mut found = connection.prepare_cached(sql)?;
        let Some(job) = found.query_row([value], job::read).optional()? else {
            return Ok(None);
        };
        let owner: Option<String> =
            connection.query_row("SELECT owner FROM jobs WHERE id = ?1", [&job.id], |row| {
                row.get(0)
            })?;
        let name = |mark: &str| mark.split('/').next().unwrap_or_default().to_owned();
        let elsewhere = owner
            .map(|owner| name(&owner))
            .is_some_and(|owner| owner != name(&mark) && is_alive(self.folder(), &owner));
        let in_use = || JournalError::InUse(job.id.clone());
        if elsewhere {
            return Err(in_use().into());
        }
        let claim = self.enter(&job.id, mark).ok_or_else(in_use)?;
        let sql = "UPDATE jobs SET owner = ?2 WHERE id = ?1";
        connection.execute(sql, [&job.id, &claim.mark])?;
        Ok(Some((job, claim)))
    }
}
