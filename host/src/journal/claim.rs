//! Claims: one job is worked on by one generation at a time, in whatever process.
//!
//! A job names its owner. The owner is a process, and alive for as long as it holds the lock on a
//! file of its own, which the operating system lets go of when the process ends, however it ends.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

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
    fn new(folder: &Path, connection: &Connection) -> Result<Self, JournalError> {
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
    let Ok(file) = File::open(&path) else {
        return false;
    };
    match file.try_lock_shared() {
        Ok(()) => {
            let _ = fs::remove_file(&path);
            false
        }
        // What can't be found out is treated with care.
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
        let (journal, job, mark) = (
            self.journal.clone(),
            std::mem::take(&mut self.job),
            std::mem::take(&mut self.mark),
        );
        let unspent = self.unspent.load(Ordering::Acquire);
        let release = move || {
            let sql =
                "UPDATE jobs SET updated_at = unixepoch(), state = 'failed', continuation = ''
                WHERE id = ?1 AND owner = ?2 AND state = 'creating' AND task_id IS NULL";
            if unspent && let Err(error) = journal.lock().execute(sql, [&job, &mark]) {
                tracing::warn!(%error, "the end of a job was not journalled");
            }
            let sql = "UPDATE jobs SET owner = NULL WHERE id = ?1 AND owner = ?2";
            if let Err(error) = journal.lock().execute(sql, [&job, &mark]) {
                tracing::warn!(%error, "a job was not released");
            }
        };
        match tokio::runtime::Handle::try_current() {
            Ok(handle) => drop(handle.spawn_blocking(release)),
            Err(_) => release(),
        }
    }
}

impl Journal {
    /// A mark that no other claim has, of this process.
    pub(super) fn next_mark(&self, connection: &Connection) -> Result<String, JournalError> {
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

    /// Claims a job by its id or task id; none where there is no such job.
    pub(crate) async fn claim(&self, id: &str) -> Result<Option<(Job, Arc<Claim>)>, JournalError> {
        let (journal, id) = (self.clone(), id.to_owned());
        self.blocking(move |connection| journal.claim_in(connection, &id))
            .await
    }

    fn claim_in(
        &self,
        connection: &mut Connection,
        id: &str,
    ) -> Result<Option<(Job, Arc<Claim>)>, JournalError> {
        let mark = self.next_mark(connection)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Some(job) = transaction
            .query_row(super::FIND, [id], job::read)
            .optional()?
        else {
            return Ok(None);
        };
        let owner: Option<String> =
            transaction.query_row("SELECT owner FROM jobs WHERE id = ?1", [&job.id], |row| {
                row.get(0)
            })?;
        let name = |mark: &str| mark.split('/').next().unwrap_or_default().to_owned();
        let elsewhere = owner
            .map(|owner| name(&owner))
            .is_some_and(|owner| owner != name(&mark) && is_alive(self.folder(), &owner));
        if elsewhere {
            return Err(JournalError::InUse);
        }
        let claim = self.enter(&job.id, mark).ok_or(JournalError::InUse)?;
        transaction.execute(
            "UPDATE jobs SET owner = ?2 WHERE id = ?1",
            params![job.id, claim.mark],
        )?;
        transaction.commit()?;
        Ok(Some((job, claim)))
    }
}
