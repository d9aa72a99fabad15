//! The guard of the create request: at most one paid task in a generation, whatever the component
//! does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ima_journal::{Client, Settlement, StoreError, Verdict};
use tokio::sync::watch;

use super::permit::PermitWait;
use super::terms::Terms;
use crate::limits::Limit;
use crate::types::{Charge, Started};

/// How far the money has gone, as seen from the network.
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
    /// One was accepted, now or before this generation was resumed. No other ever leaves.
    Paid,
    /// One left, and its answer is unknown. No other ever leaves.
    Unknown,
}

/// Why a component is stopped from outside.
#[derive(Debug, Clone)]
pub(crate) enum Halt {
    /// It exceeded a limit.
    Limit(Limit),
    /// The ledger doesn't let its create request leave.
    Ledger(Verdict),
    /// The ledger can't be written. [`Guard::take_ledger_error`] says why.
    LedgerFailed,
}

#[derive(Debug)]
struct State {
    money: Money,
    terms: Terms,
    /// Create requests that were answered, or may have been.
    creates: u32,
    /// The task that was accepted.
    task_id: Option<String>,
    /// The job in the journal.
    job: Option<String>,
    /// Who asks, where several share the ledger.
    client: Option<Client>,
    shut: bool,
    /// Whether the host sees nothing of what the component says.
    unwatched: bool,
    requests: u32,
    refusals: u32,
    ledger_error: Option<StoreError>,
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
    halted: watch::Sender<Option<Halt>>,
    permit_wait: PermitWait,
}

impl Guard {
    pub(crate) fn new() -> Arc<Self> {
        Self::under(Terms::default())
    }

    /// The guard of a generation on these terms.
    pub(crate) fn under(terms: Terms) -> Arc<Self> {
        Self::at(Money::Closed, None, terms)
    }

    /// The guard of a component whose checkpoints and prices the host doesn't see: one create request may
    /// leave, and after a refusal another one. What it costs is bounded by the budget and the ledger.
    #[cfg(any(feature = "edge", feature = "gateway"))]
    pub(crate) fn unwatched(budget: Option<u32>, client: Option<Client>) -> Arc<Self> {
        let guard = Self::under(Terms::untold(budget));
        guard.with(|state| {
            state.unwatched = true;
            state.client = client;
        });
        guard
    }

    /// The guard of a generation whose task was accepted before: nothing is created.
    pub(crate) fn of_task(task_id: String) -> Arc<Self> {
        Self::at(Money::Paid, Some(task_id), Terms::default())
    }

    fn at(money: Money, task_id: Option<String>, terms: Terms) -> Arc<Self> {
        let state = State {
            money,
            terms,
            creates: 0,
            task_id,
            job: None,
            client: None,
            shut: false,
            unwatched: false,
            requests: 0,
            refusals: 0,
            ledger_error: None,
        };
        Arc::new(Self {
            state: Mutex::new(state),
            recording: AtomicBool::new(false),
            halted: watch::Sender::new(None),
            permit_wait: PermitWait::default(),
        })
    }

    /// Where the wait for connections is counted.
    pub(crate) fn permit_wait(&self) -> &PermitWait {
        &self.permit_wait
    }

    /// How long requests have waited for a connection since this was last asked; `None` if they
    /// hardly did.
    pub(crate) fn waited(&self) -> Option<Duration> {
        self.permit_wait.take()
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Names the job for the ledger.
    pub(crate) fn set_job(&self, job: Option<&str>) {
        self.with(|state| state.job = job.map(str::to_owned));
    }

    pub(super) fn client(&self) -> Option<Client> {
        self.with(|state| state.client.clone())
    }

    pub(super) fn job(&self) -> Option<String> {
        self.with(|state| state.job.clone())
    }

    /// The caller asked for the event after a checkpoint `creating`: one create request may leave,
    /// unless one was already accepted or is in doubt (money rule 1).
    pub(crate) fn permit(&self) {
        self.with(|state| {
            if matches!(state.money, Money::Closed | Money::Refused) && !state.shut {
                state.money = Money::Permitted;
            }
        });
    }

    /// The user is told a price: a create request may cost as much.
    pub(crate) fn tell(&self, started: &Started) {
        self.tell_price(&started.model_id, started.points);
    }

    /// The same, in points.
    pub(crate) fn tell_price(&self, model_id: &str, points: u32) {
        self.with(|state| state.terms.tell(model_id, points));
    }

    /// Uses up the permission, for a create request with this body. Gives what it costs at the
    /// worst, in points.
    pub(crate) fn begin_create(self: &Arc<Self>, body: &[u8]) -> Option<(Ticket, u64)> {
        let points = self.with(|state| {
            let is_permitted = match state.money {
                Money::Permitted => true,
                Money::Closed | Money::Refused => state.unwatched && !state.shut,
                Money::InFlight | Money::Paid | Money::Unknown => false,
            };
            if !is_permitted || state.creates >= CREATES {
                return None;
            }
            let points = state.terms.worst_case(body)?;
            state.money = Money::InFlight;
            Some(points)
        })?;
        let ticket = Ticket {
            guard: Arc::clone(self),
            settlement: Settlement::Unknown,
        };
        Some((ticket, points.into()))
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
                Money::InFlight | Money::Paid | Money::Unknown => return false,
            }
            state.shut = true;
            true
        })
    }

    /// Whether a create request is under way.
    pub(crate) fn is_in_flight(&self) -> bool {
        self.with(|state| state.money == Money::InFlight)
    }

    /// The task that was accepted, now or before.
    pub(crate) fn task_id(&self) -> Option<String> {
        self.with(|state| state.task_id.clone())
    }

    /// Whether the account was charged.
    pub(crate) fn charge(&self) -> Charge {
        match self.with(|state| state.money) {
            Money::Closed | Money::Permitted | Money::Refused => Charge::No,
            Money::Paid => Charge::Yes,
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

    /// Counts a refused request; false if enough of them were written down.
    pub(crate) fn count_refusal(&self) -> bool {
        self.with(|state| {
            state.refusals = state.refusals.saturating_add(1);
            state.refusals <= REFUSALS
        })
    }

    /// Has the component stopped at the next opportunity.
    pub(crate) fn halt(&self, halt: Halt) {
        self.halted.send_replace(Some(halt));
    }

    /// Has the component stopped: the ledger can't be written.
    pub(crate) fn ledger_failed(&self, error: StoreError) {
        self.with(|state| state.ledger_error = Some(error));
        self.halt(Halt::LedgerFailed);
    }

    /// Why the ledger can't be written.
    pub(crate) fn take_ledger_error(&self) -> Option<StoreError> {
        self.with(|state| state.ledger_error.take())
    }

    /// Why the component is to be stopped, if it is.
    pub(crate) fn halted(&self) -> Option<Halt> {
        self.halted.borrow().clone()
    }

    /// Waits until the component is to be stopped.
    pub(crate) async fn until_halted(&self) -> Halt {
        let mut receiver = self.halted.subscribe();
        let halted = receiver
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|it| it.clone());
        match halted {
            Some(halt) => halt,
            // The sender lives as long as the guard.
            None => std::future::pending().await,
        }
    }
}

/// A create request under way. Dropped without a settlement, its outcome is unknown.
#[derive(Debug)]
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
                Settlement::Accepted { task_id } => {
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
            most_points: 1,
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
        let (ticket, points) = guard.begin_create(ORDER).unwrap();
        assert_eq!(points, 1);
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
            let (unsent, _) = guard.begin_create(ORDER).unwrap();
            unsent.settle(Settlement::NotSent);
            let (sent, _) = guard.begin_create(ORDER).unwrap();
            sent.settle(Settlement::Refused);
        }
        guard.permit();
        assert!(guard.begin_create(ORDER).is_none());
    }

    #[test]
    fn nothing_is_paid_twice() {
        for settlement in [
            Settlement::Accepted {
                task_id: "t".to_owned(),
            },
            Settlement::Unknown,
        ] {
            let guard = guard();
            guard.permit();
            let (ticket, _) = guard.begin_create(ORDER).unwrap();
            ticket.settle(settlement);
            guard.permit();
            assert!(guard.begin_create(ORDER).is_none());
        }
    }

    #[test]
    fn what_never_left_may_leave_again() {
        let guard = guard();
        guard.permit();
        let (ticket, _) = guard.begin_create(ORDER).unwrap();
        ticket.settle(Settlement::NotSent);
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
    fn what_was_paid_before_is_not_paid_again() {
        let guard = Guard::of_task("t".to_owned());
        guard.permit();
        assert!(guard.begin_create(ORDER).is_none());
        assert!(!guard.shut_if_unspent());
        assert_eq!(guard.charge(), Charge::Yes);
        assert_eq!(guard.task_id().as_deref(), Some("t"));
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
