//! The guard of the create request: at most one paid task in a generation, whatever the component
//! does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::watch;

use super::Answer;
use super::turn::Waits;
use crate::limits::Limit;
use crate::types::Charge;

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
}

/// What became of a create request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settlement {
    /// It certainly did not leave: the permit stands.
    NotSent,
    /// The service refused it.
    Refused,
    /// The service accepted it.
    Accepted,
    /// Nobody knows.
    Unknown,
}

impl Settlement {
    /// Reads an answer to create: a readable business code other than success is a refusal, and so
    /// is a client error without one.
    pub(crate) fn of(answer: &Answer) -> Self {
        #[derive(Deserialize)]
        struct Envelope {
            code: Option<Code>,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Code {
            Number(i64),
            Text(String),
        }
        let code = serde_json::from_slice::<Envelope>(answer.body())
            .ok()
            .and_then(|it| it.code);
        let code = code.and_then(|code| match code {
            Code::Number(number) => Some(number),
            Code::Text(text) => text.trim().parse().ok(),
        });
        match code {
            Some(0 | 200) => Self::Accepted,
            // The service's own trouble may come after the charge.
            Some(500..=599) => Self::Unknown,
            Some(_) => Self::Refused,
            None if answer.status() == http::StatusCode::REQUEST_TIMEOUT => Self::Unknown,
            None if answer.status().is_client_error() => Self::Refused,
            None => Self::Unknown,
        }
    }
}

#[derive(Debug)]
struct State {
    money: Money,
    shut: bool,
    requests: u32,
}

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
        let state = State {
            money: Money::Closed,
            shut: false,
            requests: 0,
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

    /// Uses up the permit.
    pub(crate) fn begin_create(self: &Arc<Self>) -> Option<Ticket> {
        self.with(|state| {
            let permitted = state.money == Money::Permitted;
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
            let unspent = matches!(
                state.money,
                Money::Closed | Money::Permitted | Money::Refused
            );
            if unspent {
                state.shut = true;
                state.money = Money::Closed;
            }
            unspent
        })
    }

    /// Whether a create request is under way, or its answer has not been handed on.
    pub(crate) fn is_spending(&self) -> bool {
        self.with(|state| matches!(state.money, Money::InFlight | Money::Paid | Money::Unknown))
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
        let settlement = self.settlement;
        self.guard.with(|state| {
            state.money = match settlement {
                Settlement::NotSent if state.shut => Money::Closed,
                Settlement::NotSent => Money::Permitted,
                Settlement::Refused => Money::Refused,
                Settlement::Accepted => Money::Paid,
                Settlement::Unknown => Money::Unknown,
            };
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        let response = http::Response::builder().status(status);
        response
            .body(bytes::Bytes::copy_from_slice(body.as_bytes()))
            .unwrap()
    }

    #[test]
    fn without_a_permit_nothing_leaves() {
        assert!(Guard::new().begin_create().is_none());
    }

    #[test]
    fn one_permit_is_one_request() {
        let guard = Guard::new();
        guard.permit();
        let ticket = guard.begin_create().unwrap();
        assert!(guard.begin_create().is_none());
        ticket.settle(Settlement::Refused);
        assert!(guard.begin_create().is_none());
        guard.permit();
        assert!(guard.begin_create().is_some());
    }

    #[test]
    fn nothing_is_paid_twice() {
        for settlement in [Settlement::Accepted, Settlement::Unknown] {
            let guard = Guard::new();
            guard.permit();
            guard.begin_create().unwrap().settle(settlement);
            guard.permit();
            assert!(guard.begin_create().is_none(), "{settlement:?}");
        }
    }

    #[test]
    fn what_never_left_may_leave_again() {
        let guard = Guard::new();
        guard.permit();
        guard.begin_create().unwrap().settle(Settlement::NotSent);
        assert_eq!(guard.charge(), Charge::No);
        assert!(guard.begin_create().is_some());
    }

    #[test]
    fn a_request_that_was_broken_off_is_in_doubt() {
        let guard = Guard::new();
        guard.permit();
        drop(guard.begin_create());
        assert_eq!(guard.charge(), Charge::Unknown);
        assert!(!guard.shut_if_unspent());
    }

    #[test]
    fn after_a_cancellation_nothing_leaves() {
        let guard = Guard::new();
        guard.permit();
        assert!(guard.shut_if_unspent());
        guard.permit();
        assert!(guard.begin_create().is_none());
    }

    #[test]
    fn an_answer_to_create_is_read_by_its_business_code() {
        for (status, body, settlement) in [
            (200, r#"{"code":0,"data":{"id":"t"}}"#, Settlement::Accepted),
            (200, r#"{"code":200}"#, Settlement::Accepted),
            (200, r#"{"code":"6009"}"#, Settlement::Refused),
            (500, r#"{"code":4008}"#, Settlement::Refused),
            (401, "<html>", Settlement::Refused),
            (200, "<html>", Settlement::Unknown),
            (502, "", Settlement::Unknown),
            (408, "", Settlement::Unknown),
            (200, r#"{"code":500}"#, Settlement::Unknown),
        ] {
            assert_eq!(
                Settlement::of(&answer(status, body)),
                settlement,
                "{status} {body}"
            );
        }
    }
}
