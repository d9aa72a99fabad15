//! The guard of the create request: at most one paid task in a generation, whatever the component
//! does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::settlement::Settlement;
use super::terms::Terms;
use super::turn::Waits;
use crate::limits::Limit;
use crate::types::{Charge, Started};

/// How far the money has gone, as seen from the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Money {
    /// No create request may leave.
    Closed,
    /// The caller holds a checkpoint: one may leave.
    Permitted,
    /// One is under way.
    InFlight,
    /// The last one was refused by the service: nothing was charged.
    Refused,
    /// One was accepted. No other ever leaves.
    Paid,
    /// One left, and its answer is unknown. No other ever leaves.
    Unknown,
    /// One was accepted before this generation was taken up, and its task is known. None ever
    /// leaves: it is answered with that task.
    Known,
}

#[derive(Debug)]
struct State {
    money: Money,
    terms: Terms,
    /// Create requests that were answered, or may have been.
    creates: u32,
    /// The task that was accepted.
    task_id: Option<String>,
    shut: bool,
    requests: u32,
    refusals: u32,
}

/// Create requests of one generation.
const CREATES: u32 = 3;

/// Refused requests of one generation that are written down.
const REFUSALS: u32 = 64;

/// The guard of one generation, shared by its egress and its owner.
#[derive(Debug)]
pub(crate) struct Guard {
    state: Mutex<State>,
    recording: AtomicBool,
    stopped: watch::Sender<Option<Limit>>,
    waits: Waits,
}

impl Guard {
    pub(crate) fn new() -> Arc<Self> {
        Self::under(Terms::default())
    }

    /// The guard of a generation on these terms.
    pub(crate) fn under(terms: Terms) -> Arc<Self> {
        Self::at(Money::Closed, None, terms)
    }

    /// The guard of a generation whose task was accepted before.
    pub(crate) fn of_task(task_id: String) -> Arc<Self> {
        Self::at(Money::Known, Some(task_id), Terms::default())
    }

    fn at(money: Money, task_id: Option<String>, terms: Terms) -> Arc<Self> {
        let state = State {
            money,
            terms,
            creates: 0,
            task_id,
            shut: false,
            requests: 0,
            refusals: 0,
        };
        Arc::new(Self {
            state: Mutex::new(state),
            recording: AtomicBool::new(false),
            stopped: watch::Sender::new(None),
            waits: Waits::default(),
        })
    }

    /// Where the waiting for turns is counted.
    pub(super) fn waits(&self) -> &Waits {
        &self.waits
    }

    /// How long requests have waited for their turn since this was last asked; none where they
    /// hardly did.
    pub(crate) fn waited(&self) -> Option<Duration> {
        self.waits.take()
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The caller asked for the event after a checkpoint `creating`: one create request may leave,
    /// unless one was already accepted or is in doubt.
    pub(crate) fn permit(&self) {
        self.with(|state| {
            if matches!(state.money, Money::Closed | Money::Refused) && !state.shut {
                state.money = Money::Permitted;
            }
        });
    }

    /// The user is told a price: a create request may cost as much.
    pub(crate) fn tell(&self, started: &Started) {
        self.with(|state| state.terms.tell(started));
    }

    /// Uses up the permit, for a create request with this body.
    pub(crate) fn begin_create(self: &Arc<Self>, body: &[u8]) -> Option<Ticket> {
        self.with(|state| {
            let permitted = state.money == Money::Permitted
                && state.creates < CREATES
                && state.terms.allow(body);
            if permitted {
                state.money = Money::InFlight;
            }
            permitted
        })
        .then(|| Ticket {
            guard: Arc::clone(self),
            settlement: Settlement::Unknown,
        })
    }

    /// Lets no create request leave any more, from this moment on.
    pub(crate) fn shut(&self) {
        self.with(|state| {
            state.shut = true;
            if state.money == Money::Permitted {
                state.money = Money::Closed;
            }
        });
    }

    /// Shuts, unless a create request has left that was not refused.
    pub(crate) fn shut_if_unspent(&self) -> bool {
        self.with(|state| {
            match state.money {
                Money::Closed | Money::Permitted | Money::Refused => state.money = Money::Closed,
                Money::Known => {}
                Money::InFlight | Money::Paid | Money::Unknown => return false,
            }
            state.shut = true;
            true
        })
    }

    /// The task that was accepted, now or before.
    pub(crate) fn task_id(&self) -> Option<String> {
        self.with(|state| state.task_id.clone())
    }

    /// The task that a create request is answered with in place of being sent.
    pub(crate) fn known_task(&self) -> Option<String> {
        self.with(|state| match state.money {
            Money::Known => state.task_id.clone(),
            _ => None,
        })
    }

    /// Whether the account was charged.
    pub(crate) fn charge(&self) -> Charge {
        match self.with(|state| state.money) {
            Money::Closed | Money::Permitted | Money::Refused => Charge::No,
            Money::Paid | Money::Known => Charge::Yes,
            Money::InFlight | Money::Unknown => Charge::Unknown,
        }
    }

    /// Notes whether an event is being journalled.
    pub(crate) fn set_recording(&self, recording: bool) {
        self.recording.store(recording, Ordering::Release);
    }

    /// Whether an event is being journalled: broken off, the journal would hold a job that nobody
    /// knows.
    pub(crate) fn is_recording(&self) -> bool {
        self.recording.load(Ordering::Acquire)
    }

    /// Counts a request; false beyond the limit.
    pub(crate) fn count_request(&self, limit: u32) -> bool {
        self.with(|state| {
            state.requests = state.requests.saturating_add(1);
            state.requests <= limit
        })
    }

    /// Counts a refused request; false where enough of them were written down.
    pub(crate) fn count_refusal(&self) -> bool {
        self.with(|state| {
            state.refusals = state.refusals.saturating_add(1);
            state.refusals <= REFUSALS
        })
    }

    /// Has the component stopped at the next opportunity.
    pub(crate) fn stop(&self, limit: Limit) {
        self.stopped.send_replace(Some(limit));
    }

    /// Why the component is to be stopped, where it is.
    pub(crate) fn exceeded(&self) -> Option<Limit> {
        *self.stopped.borrow()
    }

    /// Waits until the component is to be stopped.
    pub(crate) async fn stopped(&self) -> Limit {
        let mut receiver = self.stopped.subscribe();
        loop {
            if let Some(limit) = *receiver.borrow_and_update() {
                return limit;
            }
            if receiver.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

/// A create request under way. Dropped without a settlement, its outcome is unknown.
pub(crate) struct Ticket {
    guard: Arc<Guard>,
    settlement: Settlement,
}

impl Ticket {
    pub(crate) fn settle(mut self, settlement: Settlement) {
        self.settlement = settlement;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let settlement = std::mem::replace(&mut self.settlement, Settlement::Unknown);
        self.guard.with(|state| {
            if settlement != Settlement::NotSent {
                state.creates += 1;
            }
            state.money = match settlement {
                Settlement::NotSent if state.shut => Money::Closed,
                Settlement::NotSent => Money::Permitted,
                Settlement::Refused => Money::Refused,
                Settlement::Accepted(task_id) => {
                    state.task_id = Some(task_id);
                    Money::Paid
                }
                Settlement::Unknown => Money::Unknown,
            };
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Estimate;

    const ORDER: &[u8] = br#"{"parameters":[{"model_id":"m","credit":1,"parameters":{}}]}"#;

    fn guard() -> Arc<Guard> {
        let guard = Guard::new();
        guard.tell(&Started {
            model_id: "m".to_owned(),
            model_name: "M".to_owned(),
            points: 1,
            estimate: Estimate {
                min_seconds: 1,
                max_seconds: 2,
            },
        });
        guard
    }

    #[test]
    fn without_a_permit_nothing_leaves() {
        assert!(guard().begin_create(ORDER).is_none());
    }

    #[test]
    fn one_permit_is_one_request() {
        let guard = guard();
        guard.permit();
        let ticket = guard.begin_create(ORDER).unwrap();
        assert!(guard.begin_create(ORDER).is_none());
        ticket.settle(Settlement::Refused);
        assert!(guard.begin_create(ORDER).is_none());
        guard.permit();
        assert!(guard.begin_create(ORDER).is_some());
    }

    #[test]
    fn a_create_request_that_costs_more_keeps_the_permit() {
        let guard = guard();
        guard.permit();
        let dear = br#"{"parameters":[{"model_id":"m","credit":2,"parameters":{}}]}"#;
        assert!(guard.begin_create(dear).is_none());
        assert!(guard.begin_create(ORDER).is_some());
    }

    #[test]
    fn a_fourth_create_request_does_not_leave() {
        let guard = guard();
        for _ in 0..CREATES {
            guard.permit();
            guard
                .begin_create(ORDER)
                .unwrap()
                .settle(Settlement::NotSent);
            let sent = guard.begin_create(ORDER).unwrap();
            sent.settle(Settlement::Refused);
        }
        guard.permit();
        assert!(guard.begin_create(ORDER).is_none());
    }

    #[test]
    fn nothing_is_paid_twice() {
        for settlement in [Settlement::Accepted("t".to_owned()), Settlement::Unknown] {
            let guard = guard();
            guard.permit();
            guard.begin_create(ORDER).unwrap().settle(settlement);
            guard.permit();
            assert!(guard.begin_create(ORDER).is_none());
            assert!(guard.known_task().is_none());
        }
    }

    #[test]
    fn what_never_left_may_leave_again() {
        let guard = guard();
        guard.permit();
        guard
            .begin_create(ORDER)
            .unwrap()
            .settle(Settlement::NotSent);
        assert_eq!(guard.charge(), Charge::No);
        assert!(guard.begin_create(ORDER).is_some());
    }

    #[test]
    fn a_request_that_was_broken_off_is_in_doubt() {
        let guard = guard();
        guard.permit();
        drop(guard.begin_create(ORDER));
        assert_eq!(guard.charge(), Charge::Unknown);
        assert!(!guard.shut_if_unspent());
    }

    #[test]
    fn what_was_paid_before_is_known_and_not_sent() {
        let guard = Guard::of_task("t".to_owned());
        guard.permit();
        assert!(guard.begin_create(ORDER).is_none());
        assert!(guard.shut_if_unspent());
        assert_eq!(guard.charge(), Charge::Yes);
        assert_eq!(guard.known_task().as_deref(), Some("t"));
    }

    #[test]
    fn after_a_cancellation_nothing_leaves() {
        let guard = guard();
        guard.permit();
        assert!(guard.shut_if_unspent());
        guard.permit();
        assert!(guard.begin_create(ORDER).is_none());
    }
}
