//! The store in an SQLite database.

mod database;
mod fault;
mod jobs;
mod owner;
mod payments;
mod quotes;
mod spare;
#[cfg(test)]
mod tests;
mod writer;

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use database::{Opened, Place};
use fault::Fault;
use owner::Process;
use spare::Spares;
use writer::{Haste, Writer};

use crate::{
    Entry, FindJob, Held, IdempotencyKey, Job, JobEnd, KeptQuote, NewQuote, Payment, Reservation,
    Settlement, Store, StoreError, StoreFuture, Verdict,
};

/// The store in the database `journal.db` of a folder, shared by any number of processes.
///
/// One thread writes: what is asked for at the same time is committed and synced together. Reading
/// waits for no writer, and needs a tokio runtime. Dropping the store blocks until everything is
/// written.
pub struct SqliteStore {
    inner: Arc<Inner>,
    set_aside: Option<PathBuf>,
}

struct Inner {
    writer: Writer,
    /// Opened when something is read first.
    reader: Mutex<Option<Connection>>,
    process: Process,
    /// The jobs that this store's holders work on.
    held: Mutex<HashSet<String>>,
    place: Arc<Place>,
    spares: Arc<Spares>,
}

/// What is held until a future resolves: it lets go again if nobody takes it.
struct Untaken {
    inner: Arc<Inner>,
    held: Option<Held>,
}

impl Untaken {
    fn take(mut self) -> Result<Held, StoreError> {
        self.held.take().ok_or(StoreError::Interrupted)
    }
}

impl Drop for Untaken {
    fn drop(&mut self) {
        if let Some(held) = self.held.take() {
            self.inner.release(held, false);
        }
    }
}

impl SqliteStore {
    /// Opens or creates `journal.db` in `folder`. The folder is created if it is missing, for this
    /// user only: continuations hold what was asked for.
    ///
    /// A database that is seen to be damaged is renamed, never overwritten, and a new one is begun:
    /// [`set_aside`](Self::set_aside) says so. Opening doesn't read the whole database. Damage that
    /// shows later is [`StoreError::Damaged`], and the next opening looks for it everywhere.
    ///
    /// Blocks on the disk, and up to ten seconds for other processes that write.
    ///
    /// # Errors
    ///
    /// When the folder can't be created or written to, or the database is of a later version.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        database::create_private(folder).map_err(|source| StoreError::Folder {
            folder: folder.to_path_buf(),
            source,
        })?;
        let place = Arc::new(Place::new(folder));
        let Opened { writer, set_aside } = database::open(&place)?;
        let spares = Arc::new(Spares::new(folder));
        if let Err(fault) = spares.take_in(&writer) {
            let error = place.error(fault);
            tracing::error!(%error, "a paid task is not in the journal yet");
        }
        let inner = Inner {
            writer: Writer::start(writer).map_err(StoreError::Thread)?,
            reader: Mutex::default(),
            process: Process::new(folder),
            held: Mutex::default(),
            place,
            spares,
        };
        Ok(Self {
            inner: Arc::new(inner),
            set_aside,
        })
    }

    /// Where the former database is, if opening this one found it damaged.
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }

    /// Has something written, in order. It is written even if nobody waits for it any more.
    fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> StoreFuture<'static, T> {
        let (told, result) = oneshot::channel();
        let tell = |result| drop(told.send(result));
        self.inner.writer.submit(Haste::Now, work, tell);
        let place = Arc::clone(&self.inner.place);
        Box::pin(async move {
            let result = result.await.map_err(|_| StoreError::Interrupted)?;
            result.map_err(|fault| place.error(fault))
        })
    }

    fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> StoreFuture<'static, T> {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            let read = tokio::task::spawn_blocking(move || {
                let mut reader = inner.reader.lock().unwrap_or_else(PoisonError::into_inner);
                let connection = match reader.take() {
                    Some(connection) => Ok(connection),
                    None => inner.place.connect(),
                };
                let result = connection.and_then(|it| work(reader.insert(it)));
                result.map_err(|error| inner.place.error(Fault::Sql(error)))
            });
            read.await.map_err(|_| StoreError::Interrupted)?
        })
    }
}

impl Inner {
    fn with_held<T>(&self, change: impl FnOnce(&mut HashSet<String>) -> T) -> T {
        change(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Holds a job whose entry has `mark`; none if a holder of this store works on it already.
    fn hold(self: &Arc<Self>, job: &str, mark: &str) -> Option<Untaken> {
        let held = Held {
            job: job.to_owned(),
            mark: mark.to_owned(),
        };
        self.with_held(|it| it.insert(held.job.clone()))
            .then(|| Untaken {
                inner: Arc::clone(self),
                held: Some(held),
            })
    }

    fn release(&self, held: Held, unspent: bool) {
        self.with_held(|it| it.remove(&held.job));
        self.enqueue(Haste::Now, "a job was not released", move |connection| {
            jobs::release(connection, &held, unspent)
        });
    }

    /// Has something written that nobody waits for.
    fn enqueue(
        &self,
        haste: Haste,
        trouble: &'static str,
        work: impl FnMut(&Connection) -> Result<(), Fault> + Send + 'static,
    ) {
        let place = Arc::clone(&self.place);
        self.writer.submit(haste, work, move |result| {
            if let Err(error) = result.map_err(|fault| place.error(fault)) {
                tracing::error!(%error, "{trouble}");
            }
        });
    }

    /// Begins a job, with this id if it has one.
    fn begin(
        self: &Arc<Self>,
        connection: &Connection,
        id: Option<&str>,
        entry: &Entry,
    ) -> Result<Untaken, Fault> {
        let mark = self.process.next_mark(connection)?;
        let id = jobs::checkpoint(connection, id, Some(&mark), entry)?;
        Ok(self.hold(&id, &mark).ok_or(StoreError::InUse(id))?)
    }

    fn claim(
        self: &Arc<Self>,
        connection: &Connection,
        by: &FindJob,
    ) -> Result<Option<(Job, Untaken)>, Fault> {
        let mark = self.process.next_mark(connection)?;
        let Some((job, owner)) = jobs::find(connection, by)? else {
            return Ok(None);
        };
        let in_use = || StoreError::InUse(job.id.clone());
        if owner.is_some_and(|owner| self.process.is_another(&owner)) {
            return Err(in_use().into());
        }
        let untaken = self.hold(&job.id, &mark).ok_or_else(in_use)?;
        jobs::set_owner(connection, &job.id, &mark)?;
        Ok(Some((job, untaken)))
    }
}

/// Gives the room of a key back, or keeps its task there if the database could not take it.
fn spare_settled(spares: &Spares, key: &IdempotencyKey, settlement: &Settlement, written: bool) {
    match settlement {
        _ if written => spares.remove(key),
        Settlement::Accepted { task_id } => {
            if let Err(error) = spares.keep(key, task_id) {
                tracing::error!(%error, "a paid task is nowhere on the disk");
            }
        }
        _ => {}
    }
}

impl Store for SqliteStore {
    fn checkpoint(&self, held: Option<&Held>, entry: Entry) -> StoreFuture<'_, Held> {
        if let Some(held) = held.cloned() {
            return self.write(move |connection| {
                jobs::checkpoint(connection, Some(&held.job), Some(&held.mark), &entry)?;
                Ok(held.clone())
            });
        }
        let inner = Arc::clone(&self.inner);
        let begun = self.write(move |connection| inner.begin(connection, None, &entry));
        Box::pin(async move { begun.await?.take() })
    }

    fn enqueue_checkpoint(&self, held: Option<&Held>, entry: Entry) {
        let (job, mark) = held.map(|it| (it.job.clone(), it.mark.clone())).unzip();
        let trouble = "a paid task is not journalled";
        self.inner.enqueue(Haste::Now, trouble, move |connection| {
            jobs::checkpoint(connection, job.as_deref(), mark.as_deref(), &entry).map(drop)
        });
    }

    fn note_task(&self, held: &Held, task_id: &str) -> StoreFuture<'_, ()> {
        let (job, task_id) = (held.job.clone(), task_id.to_owned());
        self.write(move |connection| jobs::note_task(connection, &job, &task_id))
    }

    fn finish(&self, held: &Held, end: JobEnd) -> StoreFuture<'_, ()> {
        let (inner, held) = (Arc::clone(&self.inner), held.clone());
        let job = held.job.clone();
        let written = self.write(move |connection| jobs::finish(connection, &held, &end));
        Box::pin(async move {
            written.await?;
            inner.with_held(|it| it.remove(&job));
            Ok(())
        })
    }

    fn claim(&self, by: FindJob) -> StoreFuture<'_, Option<(Job, Held)>> {
        let inner = Arc::clone(&self.inner);
        let claimed = self.write(move |connection| inner.claim(connection, &by));
        Box::pin(async move {
            let Some((job, untaken)) = claimed.await? else {
                return Ok(None);
            };
            Ok(Some((job, untaken.take()?)))
        })
    }

    fn release(&self, held: Held, unspent: bool) {
        self.inner.release(held, unspent);
    }

    fn get(&self, id: &str) -> StoreFuture<'_, Option<Job>> {
        let id = id.to_owned();
        self.read(move |connection| jobs::get(connection, &id))
    }

    fn list(&self, limit: Option<u32>) -> StoreFuture<'_, Vec<Job>> {
        self.read(move |connection| jobs::list(connection, limit))
    }

    fn mark_saved(&self, id: &str) -> StoreFuture<'_, ()> {
        let id = id.to_owned();
        self.write(move |connection| jobs::mark_saved(connection, &id))
    }

    fn forget(&self, id: &str) -> StoreFuture<'_, ()> {
        let (inner, id) = (Arc::clone(&self.inner), id.to_owned());
        self.write(move |connection| {
            let in_use = |job: &str, owner: Option<&str>| {
                inner.with_held(|it| it.contains(job))
                    || owner.is_some_and(|it| inner.process.is_another(it))
            };
            jobs::forget(connection, &id, in_use)
        })
    }

    fn payments(&self, since: i64) -> StoreFuture<'_, Vec<Payment>> {
        self.read(move |connection| payments::list(connection, since))
    }

    fn prune(&self, older_than: Duration) -> StoreFuture<'_, u64> {
        let inner = Arc::clone(&self.inner);
        let seconds = i64::try_from(older_than.as_secs()).unwrap_or(i64::MAX);
        self.write(move |connection| {
            let in_use = |job: &str, owner: &str| {
                inner.with_held(|it| it.contains(job)) || inner.process.is_another(owner)
            };
            let removed = jobs::prune(connection, seconds, in_use)?;
            payments::prune(connection, seconds)?;
            quotes::prune(connection, seconds)?;
            Ok(removed)
        })
    }

    fn reserve(&self, reservation: Reservation) -> StoreFuture<'_, Verdict> {
        let inner = Arc::clone(&self.inner);
        self.write(move |connection| {
            let (key, job) = (&reservation.key, reservation.job.as_deref());
            let taken = inner.spares.reserve(key, job);
            let fresh = taken.map_err(|source| StoreError::Folder {
                folder: inner.place.path.clone(),
                source,
            })?;
            let verdict = payments::reserve(connection, &inner.process, &reservation)?;
            if fresh && verdict != Verdict::Granted {
                inner.spares.remove(key);
            }
            Ok(verdict)
        })
    }

    fn settle(&self, key: &IdempotencyKey, settlement: Settlement) -> StoreFuture<'_, ()> {
        let key = *key;
        let kept = settlement.clone();
        let written = self.write(move |connection| payments::settle(connection, key, &settlement));
        let spares = Arc::clone(&self.inner.spares);
        Box::pin(async move {
            let written = written.await;
            spare_settled(&spares, &key, &kept, written.is_ok());
            written
        })
    }

    fn keep_quote(&self, quote: NewQuote) -> StoreFuture<'_, ()> {
        self.write(move |connection| quotes::keep(connection, &quote))
    }

    fn quote(&self, id: &str) -> StoreFuture<'_, Option<KeptQuote>> {
        let id = id.to_owned();
        self.read(move |connection| quotes::find(connection, &id))
    }

    fn begin_quoted(&self, quote: &str, entry: Entry) -> StoreFuture<'_, Held> {
        let (inner, quote) = (Arc::clone(&self.inner), quote.to_owned());
        let begun = self.write(move |connection| {
            let job = quotes::take(connection, &quote)?;
            inner.begin(connection, Some(&job), &entry)
        });
        Box::pin(async move { begun.await?.take() })
    }

    fn keep_result(&self, job: &str, result: String) -> StoreFuture<'_, ()> {
        let job = job.to_owned();
        self.write(move |connection| quotes::keep_result(connection, &job, &result))
    }

    fn enqueue_settlement(&self, key: &IdempotencyKey, settlement: Settlement) {
        let key = *key;
        let kept = settlement.clone();
        let (place, spares) = (
            Arc::clone(&self.inner.place),
            Arc::clone(&self.inner.spares),
        );
        let work = move |connection: &Connection| payments::settle(connection, key, &settlement);
        self.inner.writer.submit(Haste::Soon, work, move |result| {
            let written = result.map_err(|fault| place.error(fault));
            if let Err(error) = &written {
                tracing::error!(%error, "what became of a create request is not in the ledger");
            }
            spare_settled(&spares, &key, &kept, written.is_ok());
        });
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SqliteStore")
            .field(&self.inner.place.path)
            .finish()
    }
}
