//! The one thread that writes. What is queued at a moment is committed, and synced, together. When it
//! has nothing to do, it removes what was overwritten from the disk.

use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior, ffi};

use super::database;
use super::fault::Fault;

/// How long nothing must be asked for before traces are removed: it takes several syncs.
const QUIET: Duration = Duration::from_millis(500);

/// How many batches are written without such a pause before traces are removed all the same.
const BUSY: u32 = 64;

/// How long after an attempt that another process stood in the way of the next one is made.
const AGAIN: Duration = Duration::from_secs(1);

/// How long what has time waits for something else that is written.
const SOON: Duration = Duration::from_millis(50);

/// How long something may wait before it is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Haste {
    /// Not at all.
    Now,
    /// A moment, to share a sync with what comes next.
    Soon,
}

/// Something to write. It runs again if its transaction was lost, and a part of it may be committed
/// if it fails: each of its statements holds by itself, and it changes nothing else for good.
struct Task<T, W, D> {
    haste: Haste,
    work: W,
    result: Option<Result<T, Fault>>,
    done: D,
}

trait Queued: Send {
    fn haste(&self) -> Haste;

    fn run(&mut self, transaction: &Connection);

    /// Tells whoever waits for it. Without a commit there is no result but a failure.
    fn end(self: Box<Self>, committed: Result<(), &rusqlite::Error>);
}

impl<T, W, D> Queued for Task<T, W, D>
where
    T: Send,
    W: FnMut(&Connection) -> Result<T, Fault> + Send,
    D: FnOnce(Result<T, Fault>) + Send,
{
    fn haste(&self) -> Haste {
        self.haste
    }

    fn run(&mut self, transaction: &Connection) {
        // What an earlier run gave, a claim for example, ends first.
        self.result = None;
        self.result = Some((self.work)(transaction));
    }

    fn end(self: Box<Self>, committed: Result<(), &rusqlite::Error>) {
        let Self {
            work, result, done, ..
        } = *self;
        // With it goes what it holds of the journal, before anyone can believe it done.
        drop(work);
        let result = match (result, committed) {
            (Some(Err(fault)), _) => Err(fault),
            (_, Err(error)) => Err(Fault::Sql(copy(error))),
            (Some(result), Ok(())) => result,
            (None, Ok(())) => return,
        };
        done(result);
    }
}

/// The thread, and the way to it.
pub(super) struct Writer {
    queue: Option<Sender<Box<dyn Queued>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> io::Result<Self> {
        let (queue, tasks) = mpsc::channel();
        let thread = thread::Builder::new().name("ima-journal".to_owned());
        let thread = thread.spawn(move || write(connection, &tasks))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Has `work` done, whether or not anyone waits for it, and tells `done` once the result is on
    /// the disk. If the thread is gone, `done` is dropped.
    pub(super) fn submit<T: Send + 'static>(
        &self,
        haste: Haste,
        work: impl FnMut(&Connection) -> Result<T, Fault> + Send + 'static,
        done: impl FnOnce(Result<T, Fault>) + Send + 'static,
    ) {
        let task = Task {
            haste,
            work,
            result: None,
            done,
        };
        if let Some(queue) = &self.queue {
            let _ = queue.send(Box::new(task));
        }
    }
}

impl Drop for Writer {
    /// Waits until everything that was queued is written and the database is closed.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

fn write(mut connection: Connection, tasks: &Receiver<Box<dyn Queued>>) {
    // A process that was killed may have left traces.
    let (mut quiet, mut batches) = (Some(QUIET), 0);
    loop {
        let first = match quiet {
            None => tasks.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(_) if batches >= BUSY => Err(RecvTimeoutError::Timeout),
            Some(time) => tasks.recv_timeout(time),
        };
        match first {
            Ok(first) => {
                let mut batch = VecDeque::from([first]);
                batch.extend(tasks.try_iter());
                wait_for_haste(tasks, &mut batch);
                commit(&mut connection, batch);
                (quiet, batches) = (quiet.or(Some(QUIET)), batches + 1);
            }
            Err(RecvTimeoutError::Timeout) => {
                quiet = (!remove_traces(&connection)).then_some(AGAIN);
                batches = 0;
            }
            Err(RecvTimeoutError::Disconnected) => {
                if quiet.is_some() {
                    remove_traces(&connection);
                }
                return;
            }
        }
    }
}

/// Waits a moment for something that can't wait itself.
fn wait_for_haste(tasks: &Receiver<Box<dyn Queued>>, batch: &mut VecDeque<Box<dyn Queued>>) {
    let until = Instant::now() + SOON;
    while batch.iter().all(|task| task.haste() == Haste::Soon) {
        let left = until.saturating_duration_since(Instant::now());
        match tasks.recv_timeout(left) {
            Ok(task) => batch.push_back(task),
            Err(_) => return,
        }
    }
}

/// Brings the database up to date with its log and empties the log, which holds the pages as they
/// once were. Whether that could be done.
fn remove_traces(connection: &Connection) -> bool {
    let patient = connection.busy_timeout(Duration::from_millis(50));
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    let busy = patient.and(busy).unwrap_or_else(|error| {
        tracing::debug!(%error, "the journal's log could not be emptied");
        true
    });
    let _ = connection.busy_timeout(database::PATIENCE);
    !busy
}

/// Commits tasks in one transaction. If it can't be committed, each task gets one of its own, so that
/// none fails because of another.
fn commit(connection: &mut Connection, mut batch: VecDeque<Box<dyn Queued>>) {
    let (begun, committed) = attempt(connection, &mut batch);
    let alone = begun && committed.is_err() && batch.len() > 1;
    for task in batch {
        if alone {
            commit(connection, VecDeque::from([task]));
        } else {
            task.end(committed.as_ref().copied());
        }
    }
}

/// Whether a transaction could be begun, and what became of it.
fn attempt(
    connection: &mut Connection,
    batch: &mut VecDeque<Box<dyn Queued>>,
) -> (bool, Result<(), rusqlite::Error>) {
    let transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(error) => return (false, Err(error)),
    };
    for task in batch {
        task.run(&transaction);
        // A full disk, for one, ends the whole transaction.
        if transaction.is_autocommit() {
            let lost = ffi::Error::new(ffi::SQLITE_ABORT_ROLLBACK);
            return (true, Err(rusqlite::Error::SqliteFailure(lost, None)));
        }
    }
    (true, transaction.commit())
}

/// An error for each of those whom it meets.
fn copy(error: &rusqlite::Error) -> rusqlite::Error {
    let code = error.sqlite_error().copied();
    let code = code.unwrap_or(ffi::Error::new(ffi::SQLITE_ERROR));
    rusqlite::Error::SqliteFailure(code, Some(error.to_string()))
}
