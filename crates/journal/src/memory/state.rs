//! What a store in memory keeps, and how it changes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::convert::Infallible;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::quotes::Quotes;
use crate::{
    Entry, Held, IdempotencyKey, Job, JobEnd, JobState, Payment, Reservation, Settlement,
    StoreError, TRIES, Verdict,
};

/// Seconds of a UTC day.
const DAY: i64 = 24 * 60 * 60;

#[derive(Debug, Default)]
pub(super) struct State {
    /// In the order in which they began.
    pub(super) jobs: Vec<Job>,
    pub(super) holders: HashMap<String, String>,
    payments: BTreeMap<IdempotencyKey, Vec<Payment>>,
    pub(super) quotes: Quotes,
    /// The last number that was given to anything.
    number: u64,
}

/// Whether a create request may have cost points.
const fn counts(payment: &Payment) -> bool {
    !matches!(
        payment.settlement,
        Some(Settlement::Refused | Settlement::NotSent)
    )
}

impl State {
    pub(super) fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    pub(super) fn hold(&mut self, job: String) -> Held {
        let mark = self.next().to_string();
        self.holders.insert(job.clone(), mark.clone());
        Held { job, mark }
    }

    pub(super) fn is_held_by(&self, held: &Held) -> bool {
        self.holders.get(&held.job) == Some(&held.mark)
    }

    pub(super) fn let_go(&mut self, held: &Held) {
        if self.is_held_by(held) {
            self.holders.remove(&held.job);
        }
    }

    pub(super) fn job(&mut self, id: &str) -> Option<&mut Job> {
        self.jobs.iter_mut().find(|job| job.id == id)
    }

    /// The job with this id, else the one last written with this task id.
    pub(super) fn find(&self, id: &str) -> Option<&Job> {
        let by_id = self.jobs.iter().find(|job| job.id == id);
        let by_task = |job: &&Job| job.task_id.as_deref() == Some(id);
        let written = |job: &&Job| job.updated_at;
        by_id.or_else(|| self.jobs.iter().filter(by_task).max_by_key(written))
    }

    pub(super) fn find_continuation(&self, continuation: &str) -> Option<&Job> {
        let same = |job: &&Job| !continuation.is_empty() && job.continuation == continuation;
        let found = self.jobs.iter().filter(same);
        found.max_by_key(|job| job.updated_at)
    }

    pub(super) fn begin(&mut self, entry: Entry) -> String {
        let id = format!("{:010x}", self.next());
        self.begin_as(id, entry)
    }

    /// Begins a job with this id.
    pub(super) fn begin_as(&mut self, id: String, entry: Entry) -> String {
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

    pub(super) fn checkpoint(&mut self, held: &Held, entry: Entry) -> Result<(), StoreError> {
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

    pub(super) fn finish(&mut self, held: &Held, end: JobEnd) -> Result<(), StoreError> {
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

    pub(super) fn forget(&mut self, id: &str) -> Result<(), StoreError> {
        let missing = || StoreError::NoSuchJob(id.to_owned());
        let id = self.find(id).ok_or_else(missing)?.id.clone();
        if self.holders.contains_key(&id) {
            return Err(StoreError::InUse(id));
        }
        self.jobs.retain(|job| job.id != id);
        Ok(())
    }

    pub(super) fn payments(&self, since: i64) -> Vec<Payment> {
        let all = self.payments.values().flatten();
        let mut all: Vec<_> = all.filter(|it| it.reserved_at >= since).cloned().collect();
        all.sort_by_key(|it| it.reserved_at);
        all
    }

    pub(super) fn reserve(&mut self, reservation: Reservation) -> Verdict {
        let (key, again) = (reservation.key, reservation.again);
        let tries = self.payments.entry(key).or_default();
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
        let was_sent = |it: &Payment| it.settlement != Some(Settlement::NotSent);
        let sent = tries.iter().filter(|it| was_sent(it)).count();
        if sent >= usize::try_from(TRIES).unwrap_or(usize::MAX) {
            return Verdict::Exhausted;
        }
        let now = now();
        let today = |it: &&Payment| counts(it) && it.reserved_at >= now - now.rem_euclid(DAY);
        let spent = |client: Option<&str>| {
            let counted = self.payments.values().flatten().filter(today);
            let of_client = |it: &&Payment| client.is_none() || it.client.as_deref() == client;
            let points = counted.filter(of_client).map(|it| it.points);
            Ok::<_, Infallible>(points.fold(0, u64::saturating_add))
        };
        if let Ok(Some(refusal)) = Verdict::over(&reservation, spent) {
            return refusal;
        }
        let tries = self.payments.entry(key).or_default();
        tries.retain(was_sent);
        tries.push(Payment {
            job: reservation.job,
            client: reservation.client.map(|it| it.name),
            points: reservation.points,
            reserved_at: now,
            settlement: None,
        });
        Verdict::Granted
    }

    pub(super) fn settle(
        &mut self,
        key: &IdempotencyKey,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        let tries = self.payments.entry(*key).or_default();
        let Some(payment) = tries.last_mut() else {
            if matches!(
                settlement,
                Settlement::Accepted { .. } | Settlement::Unknown
            ) {
                tries.push(Payment {
                    job: None,
                    client: None,
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

    pub(super) fn prune(&mut self, older_than: Duration) -> u64 {
        let now = now();
        let limit = now.saturating_sub(i64::try_from(older_than.as_secs()).unwrap_or(i64::MAX));
        let before = self.jobs.len();
        let holders = &self.holders;
        self.jobs
            .retain(|job| job.is_open() || job.updated_at > limit || holders.contains_key(&job.id));
        let jobs: HashSet<&str> = self.jobs.iter().map(|job| job.id.as_str()).collect();
        self.quotes.prune(limit, &jobs);
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

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}
