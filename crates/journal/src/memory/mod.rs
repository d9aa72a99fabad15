//! A store that keeps nothing.

mod quotes;
mod state;

use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use state::{State, now};

use crate::{
    Entry, FindJob, Held, IdempotencyKey, Job, JobEnd, JobState, KeptQuote, NewQuote, Payment,
    Reservation, Settlement, Store, StoreError, StoreFuture, Verdict,
};

/// A store in the memory of one process: everything is lost with it. For runtimes without a journal,
/// for tests, and as an example of a store of one's own.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn with<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, StoreError>,
    ) -> StoreFuture<'static, T> {
        Box::pin(ready(self.change(change)))
    }

    /// A holder that lets go again if nobody takes it.
    fn untaken(&self, held: Held) -> Untaken {
        Untaken {
            state: Arc::clone(&self.state),
            held: Some(held),
        }
    }
}

/// What a future holds until it resolves.
struct Untaken {
    state: Arc<Mutex<State>>,
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
            let state = self.state.lock();
            state.unwrap_or_else(PoisonError::into_inner).let_go(&held);
        }
    }
}

impl Store for MemoryStore {
    fn checkpoint(&self, held: Option<&Held>, entry: Entry) -> StoreFuture<'_, Held> {
        if let Some(held) = held {
            return self.with(|state| state.checkpoint(held, entry).map(|()| held.clone()));
        }
        let held = self.change(|state| {
            let job = state.begin(entry);
            state.hold(job)
        });
        let untaken = self.untaken(held);
        Box::pin(async move { untaken.take() })
    }

    fn enqueue_checkpoint(&self, held: Option<&Held>, entry: Entry) {
        self.change(|state| match held {
            Some(held) => log(state.checkpoint(held, entry)),
            None => drop(state.begin(entry)),
        });
    }

    fn note_task(&self, held: &Held, task_id: &str) -> StoreFuture<'_, ()> {
        self.with(|state| {
            if let Some(job) = state.job(&held.job).filter(|job| !job.state.has_task()) {
                job.updated_at = now();
                job.state = JobState::Waiting;
                job.task_id = Some(task_id.to_owned());
            }
            Ok(())
        })
    }

    fn finish(&self, held: &Held, end: JobEnd) -> StoreFuture<'_, ()> {
        self.with(|state| state.finish(held, end))
    }

    fn claim(&self, by: FindJob) -> StoreFuture<'_, Option<(Job, Held)>> {
        let claimed = self.change(|state| {
            let job = match &by {
                FindJob::Id(id) => state.find(id),
                FindJob::Continuation(continuation) => state.find_continuation(continuation),
            };
            let Some(job) = job.cloned() else {
                return Ok(None);
            };
            if state.holders.contains_key(&job.id) {
                return Err(StoreError::InUse(job.id));
            }
            let held = state.hold(job.id.clone());
            Ok(Some((job, held)))
        });
        let claimed = claimed.map(|it| it.map(|(job, held)| (job, self.untaken(held))));
        Box::pin(async move {
            let Some((job, untaken)) = claimed? else {
                return Ok(None);
            };
            Ok(Some((job, untaken.take()?)))
        })
    }

    fn release(&self, held: Held, unspent: bool) {
        self.change(|state| {
            let over = unspent && state.is_held_by(&held);
            let unpaid = |job: &&mut Job| job.state == JobState::Creating && job.task_id.is_none();
            if let Some(job) = state.job(&held.job).filter(unpaid).filter(|_| over) {
                job.updated_at = now();
                job.state = JobState::Failed;
                job.continuation.clear();
            }
            state.let_go(&held);
        });
    }

    fn get(&self, id: &str) -> StoreFuture<'_, Option<Job>> {
        self.with(|state| Ok(state.find(id).cloned()))
    }

    fn list(&self, limit: Option<u32>) -> StoreFuture<'_, Vec<Job>> {
        let limit = limit.map_or(usize::MAX, |limit| {
            usize::try_from(limit).unwrap_or(usize::MAX)
        });
        self.with(|state| Ok(state.jobs.iter().rev().take(limit).cloned().collect()))
    }

    fn mark_saved(&self, id: &str) -> StoreFuture<'_, ()> {
        self.with(|state| {
            let named = |job: &&mut Job| job.id == id || job.task_id.as_deref() == Some(id);
            let mut jobs = state.jobs.iter_mut().filter(named).peekable();
            if jobs.peek().is_none() {
                return Err(StoreError::NoSuchJob(id.to_owned()));
            }
            for job in jobs {
                job.updated_at = now();
                job.saved = true;
            }
            Ok(())
        })
    }

    fn forget(&self, id: &str) -> StoreFuture<'_, ()> {
        self.with(|state| state.forget(id))
    }

    fn payments(&self, since: i64) -> StoreFuture<'_, Vec<Payment>> {
        self.with(|state| Ok(state.payments(since)))
    }

    fn prune(&self, older_than: Duration) -> StoreFuture<'_, u64> {
        self.with(|state| Ok(state.prune(older_than)))
    }

    fn reserve(&self, reservation: Reservation) -> StoreFuture<'_, Verdict> {
        self.with(|state| Ok(state.reserve(reservation)))
    }

    fn settle(&self, key: &IdempotencyKey, settlement: Settlement) -> StoreFuture<'_, ()> {
        self.with(|state| state.settle(key, settlement))
    }

    fn keep_quote(&self, quote: NewQuote) -> StoreFuture<'_, ()> {
        self.with(|state| {
            state.keep_quote(quote);
            Ok(())
        })
    }

    fn quote(&self, id: &str) -> StoreFuture<'_, Option<KeptQuote>> {
        self.with(|state| Ok(state.find_quote(id)))
    }

    fn begin_quoted(&self, quote: &str, entry: Entry) -> StoreFuture<'_, Held> {
        let begun = self.change(|state| {
            let job = state.take_quote(quote)?;
            let job = state.begin_as(job, entry);
            Ok(state.hold(job))
        });
        let untaken = begun.map(|held| self.untaken(held));
        Box::pin(async move { untaken?.take() })
    }

    fn keep_result(&self, job: &str, result: String) -> StoreFuture<'_, ()> {
        self.with(|state| {
            state.keep_result(job, result);
            Ok(())
        })
    }

    fn enqueue_settlement(&self, key: &IdempotencyKey, settlement: Settlement) {
        self.change(|state| log(state.settle(key, settlement)));
    }
}

fn log(written: Result<(), StoreError>) {
    if let Err(error) = written {
        tracing::error!(%error, "a write that nobody waits for failed");
    }
}

#[cfg(test)]
mod tests {
    use crate::conformance::{self, for_each_test};
    use crate::{Journal, MemoryStore};

    macro_rules! tests {
        ($($module:ident::$name:ident,)*) => {
            $(
                #[tokio::test]
                async fn $name() {
                    conformance::$module::$name(Journal::with(MemoryStore::new())).await;
                }
            )*
        };
    }
    for_each_test!(tests);
}
