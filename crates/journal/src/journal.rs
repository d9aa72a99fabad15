//! The handle that a runtime and its embedder work with.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::{
    Claim, Entry, FindJob, IdempotencyKey, Job, KeptQuote, NewQuote, Payment, Reservation,
    Settlement, Store, StoreError, Verdict,
};

/// Jobs, checkpoints and the ledger, in a [`Store`]. Cheap to clone.
///
/// A write is durable before it returns, and what is written at the same time is synced together. A
/// write that was begun is done even if its future is dropped; a job that would have been claimed by
/// it is free again.
#[derive(Clone)]
pub struct Journal {
    store: Arc<dyn Store>,
    set_aside: Option<PathBuf>,
}

impl Journal {
    /// The journal in a store.
    pub fn with(store: impl Store) -> Self {
        Self {
            store: Arc::new(store),
            set_aside: None,
        }
    }

    /// Where the former database is, if opening this journal found it damaged. What was paid may
    /// be known there only.
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }

    /// Begins a job with its first checkpoint, and claims it.
    ///
    /// # Errors
    ///
    /// When the store fails. Then nothing may be spent.
    pub async fn begin(&self, entry: Entry) -> Result<Claim, StoreError> {
        let held = self.store.checkpoint(None, entry).await?;
        Ok(Claim::new(Arc::clone(&self.store), held))
    }

    /// Has a checkpoint written that nobody waits for, in order with everything else. Without a claim
    /// it begins a job that nobody works on. A failure is logged.
    pub fn enqueue_checkpoint(&self, claim: Option<&Claim>, entry: Entry) {
        self.store.enqueue_checkpoint(claim.map(Claim::held), entry);
    }

    /// Keeps a quote: a request with its price that may be bought once.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn keep_quote(&self, quote: NewQuote) -> Result<(), StoreError> {
        self.store.keep_quote(quote).await
    }

    /// The quote with this id, or of this job.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn quote(&self, id: &str) -> Result<Option<KeptQuote>, StoreError> {
        self.store.quote(id).await
    }

    /// Buys a quote: begins its job with its first checkpoint, and claims it. However many processes
    /// try, one of them gets the claim.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchQuote`], [`StoreError::QuoteExpired`], [`StoreError::QuoteUsed`] with the job
    /// that it became, or when the store fails. Then nothing may be spent.
    pub async fn begin_quoted(&self, quote: &str, entry: Entry) -> Result<Claim, StoreError> {
        let held = self.store.begin_quoted(quote, entry).await?;
        Ok(Claim::new(Arc::clone(&self.store), held))
    }

    /// Keeps what became of a job that began with a quote, for whoever asks again.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn keep_result(&self, job: &str, result: String) -> Result<(), StoreError> {
        self.store.keep_result(job, result).await
    }

    /// Takes up a job; `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] if somebody works on it, here or in another process, or when the store
    /// fails.
    pub async fn claim(&self, by: FindJob) -> Result<Option<(Job, Claim)>, StoreError> {
        let claimed = self.store.claim(by).await?;
        Ok(claimed.map(|(job, held)| (job, Claim::new(Arc::clone(&self.store), held))))
    }

    /// The job with this id, or with this task id.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn get(&self, id: &str) -> Result<Option<Job>, StoreError> {
        self.store.get(id).await
    }

    /// Every job, the newest first.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn list(&self) -> Result<Vec<Job>, StoreError> {
        self.store.list(None).await
    }

    /// The newest jobs, at most `limit`, the newest first.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn list_newest(&self, limit: u32) -> Result<Vec<Job>, StoreError> {
        self.store.list(Some(limit)).await
    }

    /// Notes that every audio file of a job, named by its id or its task id, is kept on this machine
    /// ([`Job::saved`]).
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchJob`], or when the store fails.
    pub async fn mark_saved(&self, id: &str) -> Result<(), StoreError> {
        self.store.mark_saved(id).await
    }

    /// Removes closed jobs that were last written at least this long ago, and the ledger's entries
    /// that are as old. Tells how many jobs were removed. [`Store::prune`] says what always stays.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn prune(&self, older_than: Duration) -> Result<u64, StoreError> {
        self.store.prune(older_than).await
    }

    /// Removes a job, named by its id or its task id, whatever its state. Its payments stay in the
    /// ledger. Only a person may ask for it: audio that was paid for may be lost with it.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchJob`], [`StoreError::InUse`], or when the store fails.
    pub async fn forget(&self, id: &str) -> Result<(), StoreError> {
        self.store.forget(id).await
    }

    /// Every create request that was reserved at this time or later, in seconds since 1970, the oldest
    /// first.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn payments(&self, since: i64) -> Result<Vec<Payment>, StoreError> {
        self.store.payments(since).await
    }

    /// Asks whether a create request may leave, and notes that it does. Every grant must be
    /// [settled](Self::settle).
    ///
    /// # Errors
    ///
    /// When the store fails. Then the request must not leave.
    pub async fn reserve(&self, reservation: Reservation) -> Result<Verdict, StoreError> {
        self.store.reserve(reservation).await
    }

    /// Writes what became of the last request with this key. May be repeated, and never takes back an
    /// acceptance.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] if it was accepted as another task, or when the store fails. Then the
    /// key stays in flight, and is in doubt once this process has ended.
    pub async fn settle(
        &self,
        key: &IdempotencyKey,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        self.store.settle(key, settlement).await
    }

    /// Settles without waiting: durable with the next write, so that an acceptance and the checkpoint
    /// *waiting* that follows it share a sync. A failure is logged.
    pub fn enqueue_settlement(&self, key: &IdempotencyKey, settlement: Settlement) {
        self.store.enqueue_settlement(key, settlement);
    }
}

#[cfg(feature = "sqlite")]
impl Journal {
    /// Opens or creates the journal in a folder: [`SqliteStore::open`](crate::SqliteStore::open).
    ///
    /// Blocks on the disk, and so does dropping the last clone, which waits until everything is
    /// written. In async code use [`open`](Self::open) and [`close`](Self::close).
    ///
    /// # Errors
    ///
    /// When the folder can't be created or written to, or the journal is of a later version.
    pub fn open_blocking(folder: &Path) -> Result<Self, StoreError> {
        let store = crate::SqliteStore::open(folder)?;
        let set_aside = store.set_aside().map(Path::to_path_buf);
        Ok(Self {
            set_aside,
            ..Self::with(store)
        })
    }

    /// Opens or creates the journal in a folder, on a thread of tokio that may block.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub async fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let folder = folder.into();
        let opened = tokio::task::spawn_blocking(move || Self::open_blocking(&folder)).await;
        opened.map_err(|_| StoreError::Interrupted)?
    }

    /// Drops this handle on a thread of tokio that may block. If it is the last one, and no claim is
    /// left, everything is written and the database is closed afterwards.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub async fn close(self) {
        // It fails only if the runtime ends, which drops the handle too.
        let _ = tokio::task::spawn_blocking(move || drop(self)).await;
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Journal")
    }
}
