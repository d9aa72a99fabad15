//! What a journal needs of a database.

use std::pin::Pin;
use std::time::Duration;

use crate::{
    Entry, FindJob, Held, IdempotencyKey, Job, JobEnd, KeptQuote, NewQuote, Payment, Reservation,
    Settlement, StoreError, Verdict,
};

/// What a store answers with. The write is asked for by the call itself: the order of calls is the
/// order of writes, and a future that is dropped leaves its write to be done.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A database of jobs and payments, shared by any number of threads and, unless it says otherwise,
/// of processes.
///
/// A write is durable when its future resolves. Calls take effect in the order they were made. The
/// `conformance` module (feature `testing`) tests an implementation.
pub trait Store: Send + Sync + 'static {
    /// Writes a checkpoint. `None` begins a job, and whoever asked for it holds the job.
    ///
    /// If the future of a job that begins is dropped before it resolves, the job is written and
    /// nobody holds it. In an entry, `None` leaves what is known.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] if a job whose task exists would go back to *creating*, or `held` no
    /// longer holds it.
    fn checkpoint(&self, held: Option<&Held>, entry: Entry) -> StoreFuture<'_, Held>;

    /// Writes a checkpoint that nobody waits for. Begins a job that nobody holds if `held` is `None`.
    /// A failure is logged.
    fn enqueue_checkpoint(&self, held: Option<&Held>, entry: Entry);

    /// Writes the id of a job's task, if none is known. The job is *waiting* then; its continuation
    /// stays.
    fn note_task(&self, held: &Held, task_id: &str) -> StoreFuture<'_, ()>;

    /// Writes how a job ended, and that nobody holds it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] if the job's task exists and `end` knows of none. The job is still
    /// held then.
    fn finish(&self, held: &Held, end: JobEnd) -> StoreFuture<'_, ()>;

    /// Takes up a job; `None` if there is none. The end of a process ends its claims.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] if somebody holds it, here or in another process.
    fn claim(&self, by: FindJob) -> StoreFuture<'_, Option<(Job, Held)>>;

    /// Lets go of a job, unless it is finished already. With `unspent`, a job that is *creating*
    /// without a task is over: it has failed, and its continuation is cleared. Nobody waits; a
    /// failure is logged.
    fn release(&self, held: Held, unspent: bool);

    /// The job with this id, else the one last written with this task id.
    fn get(&self, id: &str) -> StoreFuture<'_, Option<Job>>;

    /// The newest jobs, the newest first: at most `limit`, or all of them.
    fn list(&self, limit: Option<u32>) -> StoreFuture<'_, Vec<Job>>;

    /// Notes that every audio file of a job, named by its id or its task id, is kept.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchJob`] if there is none.
    fn mark_saved(&self, id: &str) -> StoreFuture<'_, ()>;

    /// Removes closed jobs that were last written at least this long ago, and the ledger's entries
    /// and quotes that are as old. Tells how many jobs were removed.
    ///
    /// Stays: an [open](Job::is_open) job, one that somebody holds, a key that is in flight or in
    /// doubt, a key whose job stays, and everything that was reserved today.
    fn prune(&self, older_than: Duration) -> StoreFuture<'_, u64>;

    /// Removes a job, named by its id or its task id, whatever its state. Its payments stay in the
    /// ledger. Only a person may ask for it: audio that was paid for may be lost with it.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchJob`] if there is none, [`StoreError::InUse`] if somebody holds it.
    fn forget(&self, id: &str) -> StoreFuture<'_, ()>;

    /// Every create request that was reserved at this time or later, in seconds since 1970, the oldest
    /// first.
    fn payments(&self, since: i64) -> StoreFuture<'_, Vec<Payment>>;

    /// Asks whether a create request may leave, and notes that it does, in one step over all
    /// processes. If the process dies before it settles the reservation, the key is in doubt.
    fn reserve(&self, reservation: Reservation) -> StoreFuture<'_, Verdict>;

    /// Writes what became of the last request with this key. May be repeated. An acceptance is never
    /// taken back: what contradicts it changes nothing. A key that was never reserved is noted at no
    /// points if it was accepted or is in doubt.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] if it was accepted as another task.
    fn settle(&self, key: &IdempotencyKey, settlement: Settlement) -> StoreFuture<'_, ()>;

    /// Keeps a quote, and forgets what those that are no longer valid asked for.
    fn keep_quote(&self, quote: NewQuote) -> StoreFuture<'_, ()>;

    /// The quote with this id, else the one of this job.
    fn quote(&self, id: &str) -> StoreFuture<'_, Option<KeptQuote>>;

    /// Buys a quote: notes that it is used and begins its job, in one step over all processes. Whoever
    /// asked for it holds the job, as with [`checkpoint`](Self::checkpoint). What was to be bought is
    /// forgotten: the job's continuation holds it.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchQuote`], [`StoreError::QuoteExpired`], or [`StoreError::QuoteUsed`] with
    /// the job that it became.
    fn begin_quoted(&self, quote: &str, entry: Entry) -> StoreFuture<'_, Held>;

    /// Keeps what became of the job of a quote, in the caller's own form. Without effect on other jobs.
    fn keep_result(&self, job: &str, result: String) -> StoreFuture<'_, ()>;

    /// Settles without anyone waiting: durable with the next write that is asked for, or shortly
    /// after. Until then a crash leaves the key in doubt. A failure is logged.
    fn enqueue_settlement(&self, key: &IdempotencyKey, settlement: Settlement);
}
