//! The right to work on a job.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Entry, Held, JobEnd, Store, StoreError};

/// The right to work on a job. It ends with [`finish`](Self::finish), when the last clone is dropped,
/// and with the process.
#[derive(Clone)]
pub struct Claim(Arc<Guard>);

struct Guard {
    store: Arc<dyn Store>,
    held: Held,
    finished: AtomicBool,
    unspent: AtomicBool,
}

impl Claim {
    pub(crate) fn new(store: Arc<dyn Store>, held: Held) -> Self {
        Self(Arc::new(Guard {
            store,
            held,
            finished: AtomicBool::new(false),
            unspent: AtomicBool::new(false),
        }))
    }

    pub(crate) fn held(&self) -> &Held {
        &self.0.held
    }

    /// The id of the job.
    pub fn job(&self) -> &str {
        &self.0.held.job
    }

    /// Writes a checkpoint of the job. Durable when it resolves.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] if the job's task exists and the entry would set it back to
    /// *creating*, or when the store fails.
    pub async fn checkpoint(&self, entry: Entry) -> Result<(), StoreError> {
        let written = self.0.store.checkpoint(Some(self.held()), entry);
        written.await.map(drop)
    }

    /// Writes the id of the job's task if no checkpoint could say it. The continuation stays: with the
    /// id it leads to the task.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn note_task(&self, task_id: &str) -> Result<(), StoreError> {
        self.0.store.note_task(self.held(), task_id).await
    }

    /// Writes how the job ended, and that nobody works on it any more.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] if the job's task exists and `end` knows of none, or when the store
    /// fails. The claim lasts then.
    pub async fn finish(&self, end: JobEnd) -> Result<(), StoreError> {
        self.0.store.finish(self.held(), end).await?;
        self.0.finished.store(true, Ordering::Release);
        Ok(())
    }

    /// Nothing was spent, and nothing will be. When the claim ends, the job is over, and what was
    /// asked for is not kept.
    pub fn release_unspent(&self) {
        self.0.unspent.store(true, Ordering::Release);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !*self.finished.get_mut() {
            let unspent = *self.unspent.get_mut();
            self.store.release(self.held.clone(), unspent);
        }
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Claim").field(&self.job()).finish()
    }
}
