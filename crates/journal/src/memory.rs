//! A store that keeps nothing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::{
    Entry, FindJob, Held, IdempotencyKey, Job, JobEnd, JobState, Reservation, Settlement, Store,
    StoreError, StoreFuture, TRIES, Verdict,
};

/// Seconds of a UTC day.
const DAY: i64 = 24 * 60 * 60;

/// A store in the memory of one process: everything is lost with it. For runtimes without a journal,
/// for tests, and as an example of a store of one's own.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// In the order in which they began.
    jobs: Vec<Job>,
    holders: HashMap<String, String>,
    payments: BTreeMap<IdempotencyKey, Vec<Payment>>,
    /// The last number that was given to anything.
    number: u64,
}

/// One create request.
#[derive(Debug)]
struct Payment {
    job: Option<String>,
    points: u64,
    reserved_at: i64,
    /// `None` while it is in flight.
    settlement: Option<Settlement>,
}

impl Payment {
    /// Whether it may have cost points.
    const fn counts(&self) -> bool {
        !matches!(
            self.settlement,
            Some(Settlement::Refused | Settlement::NotSent)
        )
    }
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

impl State {
    fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn hold(&mut self, job: String) -> Held {
        let mark = self.next().to_string();
        self.holders.insert(job.clone(), mark.clone());
        Held { job, mark }
    }

    fn is_held_by(&self, held: &Held) -> bool {
        self.holders.get(&held.job) == Some(&held.mark)
    }

    fn let_go(&mut self, held: &Held) {
        if self.is_held_by(held) {
            self.holders.remove(&held.job);
        }
    }

    fn job(&mut self, id: &str) -> Option<&mut Job> {
        self.jobs.iter_mut().find(|job| job.id == id)
    }

    /// The job with this id, else the one last written with this task id.
    fn find(&self, id: &str) -> Option<&Job> {
        let by_id = self.jobs.iter().find(|job| job.id == id);
        let by_task = |job: &&Job| job.task_id.as_deref() == Some(id);
        let written = |job: &&Job| job.updated_at;
        by_id.or_else(|| self.jobs.iter().filter(by_task).max_by_key(written))
    }

    fn find_continuation(&self, continuation: &str) -> Option<&Job> {
        let same = |job: &&Job| !continuation.is_empty() && job.continuation == continuation;
        let found = self.jobs.iter().filter(same);
        found.max_by_key(|job| job.updated_at)
    }

    fn begin(&mut self, entry: Entry) -> String {
        let id = format!("{:010x}", self.next());
        let now = now();
        self.jobs.push(Job {
            id: id.clone(),
            created_at: now,
            updated_at: now,
            task: entry.task,
            model_name: entry.model_name,
            state: entry.state.into(),
            task_id: entry.task_id,
            continuation: entry.continuation,
            saved: false,
        });
        id
    }

    fn checkpoint(&mut self, held: &Held, entry: Entry) -> Result<(), StoreError> {
        let holds = self.is_held_by(held);
        let job = self.job(&held.job).ok_or(StoreError::Conflict)?;
        let state = JobState::from(entry.state);
        let paid = job.task_id.is_some() && job.state.has_task();
        if state == JobState::Creating && (!holds || paid) {
            return Err(StoreError::Conflict);
        }
        job.updated_at = now();
        job.task = entry.task.or(job.task);
        job.model_name = entry.model_name.or_else(|| job.model_name.take());
        job.state = state;
        job.task_id = entry.task_id.or_else(|| job.task_id.take());
        job.continuation = entry.continuation;
        Ok(())
    }

    fn finish(&mut self, held: &Held, end: JobEnd) -> Result<(), StoreError> {
        let job = self.job(&held.job).ok_or(StoreError::Conflict)?;
        if end.task_id.is_none() && job.task_id.is_some() && job.state.has_task() {
            return Err(StoreError::Conflict);
        }
        job.updated_at = now();
        job.state = end.state;
        job.task_id = end.task_id.or_else(|| job.task_id.take());
        if let Some(continuation) = end.continuation {
            job.continuation = continuation;
        }
        self.let_go(held);
        Ok(())
    }

    fn reserve(&mut self, reservation: Reservation) -> Verdict {
        let Reservation {
            key,
            job,
            points,
            ceilings,
            again,
        } = reservation;
        let tries = self.payments.entry(key).or_default();
        tries.retain(|it| it.settlement != Some(Settlement::NotSent));
        let accepted = tries.iter().find_map(|it| match &it.settlement {
            Some(Settlement::Accepted { task_id }) => Some(task_id.clone()),
            _ => None,
        });
        if let Some(task_id) = accepted {
            return Verdict::Accepted { task_id };
        }
        if tries.iter().any(|it| it.settlement.is_none()) {
            return Verdict::InFlight;
        }
        if !again
            && tries
                .iter()
                .any(|it| it.settlement == Some(Settlement::Unknown))
        {
            return Verdict::InDoubt;
        }
        if tries.len() >= usize::try_from(TRIES).unwrap_or(usize::MAX) {
            return Verdict::Exhausted;
        }
        let now = now();
        let today = |it: &&Payment| it.counts() && it.reserved_at >= now - now.rem_euclid(DAY);
        let counted = self.payments.values().flatten().filter(today);
        let spent = counted.map(|it| it.points).fold(0, u64::saturating_add);
        if let Some(refusal) = Verdict::over(ceilings, points, spent) {
            return refusal;
        }
        self.payments.entry(key).or_default().push(Payment {
            job,
            points,
            reserved_at: now,
            settlement: None,
        });
        Verdict::Granted
    }

    fn settle(&mut self, key: &IdempotencyKey, settlement: Settlement) -> Result<(), StoreError> {
        let tries = self.payments.entry(*key).or_default();
        let Some(payment) = tries.last_mut() else {
            if matches!(
                settlement,
                Settlement::Accepted { .. } | Settlement::Unknown
            ) {
                tries.push(Payment {
                    job: None,
                    points: 0,
                    reserved_at: now(),
                    settlement: Some(settlement),
                });
            }
            return Ok(());
        };
        match (&payment.settlement, &settlement) {
            (Some(Settlement::Accepted { task_id }), Settlement::Accepted { task_id: other })
                if task_id != other =>
            {
                return Err(StoreError::Conflict);
            }
            (Some(Settlement::Accepted { .. }), _) | (Some(_), Settlement::Unknown) => {}
            _ => payment.settlement = Some(settlement),
        }
        Ok(())
    }

    fn prune(&mut self, older_than: Duration) -> u64 {
        let now = now();
        let limit = now.saturating_sub(i64::try_from(older_than.as_secs()).unwrap_or(i64::MAX));
        let before = self.jobs.len();
        let holders = &self.holders;
        self.jobs
            .retain(|job| job.is_open() || job.updated_at > limit || holders.contains_key(&job.id));
        let jobs: HashSet<&str> = self.jobs.iter().map(|job| job.id.as_str()).collect();
        let limit = limit.min(now - now.rem_euclid(DAY) - 1);
        self.payments.retain(|_, tries| {
            tries.iter().any(|it| {
                it.reserved_at > limit
                    || matches!(it.settlement, None | Some(Settlement::Unknown))
                    || it.job.as_deref().is_some_and(|job| jobs.contains(job))
            })
        });
        u64::try_from(before - self.jobs.len()).unwrap_or(u64::MAX)
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

    fn prune(&self, older_than: Duration) -> StoreFuture<'_, u64> {
        self.with(|state| Ok(state.prune(older_than)))
    }

    fn reserve(&self, reservation: Reservation) -> StoreFuture<'_, Verdict> {
        self.with(|state| Ok(state.reserve(reservation)))
    }

    fn settle(&self, key: &IdempotencyKey, settlement: Settlement) -> StoreFuture<'_, ()> {
        self.with(|state| state.settle(key, settlement))
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

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}
