//! Sending the create request: a checkpoint before it every time, and a second time only where the
//! first one certainly did not leave.

use super::create::{CreateEnd, InFlight, Prepared};
use super::snapshot::{self, Resume};
use super::task::{Purchase, Task};
use super::wire::{Exchange, ExchangeEnd, Wire};
use super::{backoff, reflection};
use crate::Millis;
use crate::catalogue::Catalogue;
use crate::event::{Checkpoint, CheckpointState, Event, Fault, Phase};
use crate::outcome::Cause;
use crate::prelude::*;
use crate::quote::Quote;
use ima_wire::envelope::Refusal;

/// How often a create request that certainly did not leave is tried before giving up.
const TRIES: u32 = 3;

/// A create request on its way.
#[derive(Debug)]
pub(crate) struct Creating {
    purchase: Purchase,
    /// What an amended request is priced against: the chosen model alone.
    catalogue: Catalogue,
    attempt: reflection::Sent,
    failures: u32,
    step: Step,
}

#[derive(Debug)]
enum Step {
    Sent(Sent),
    Resting { prepared: Prepared, until: Millis },
}

#[derive(Debug)]
struct Sent {
    in_flight: InFlight,
    exchange: Exchange,
    at: Millis,
    cancelled: bool,
}

/// What became of the create request.
#[derive(Debug)]
pub(crate) enum CreatingEnd {
    /// It goes on.
    Going(Box<Creating>),
    /// The task exists, by a request that left at `at`.
    Accepted {
        task: Task,
        at: Millis,
        cancelled: bool,
        attempt: u8,
    },
    /// The service refused it.
    Refused {
        refusal: Refusal,
        attempt: reflection::Sent,
        catalogue: Catalogue,
    },
    /// It is over, and nothing was charged.
    NothingSpent(Cause),
    /// It may have been accepted. Holds the id of a task that the answer names all the same.
    Unknown(Option<String>),
}

impl Creating {
    /// Emits the checkpoint, then the request.
    pub(crate) fn send(
        purchase: Purchase,
        quote: Quote,
        attempt: reflection::Sent,
        catalogue: Catalogue,
        wire: &mut Wire<Event>,
        now: Millis,
    ) -> Self {
        let prepared = Prepared::new(quote, purchase.key);
        let step = send(&purchase, prepared, wire, now);
        Self {
            purchase,
            catalogue,
            attempt,
            failures: 0,
            step,
        }
    }

    /// What is about to be bought, or may have been.
    pub(crate) fn purchase(&self) -> &Purchase {
        &self.purchase
    }

    /// Whether the request may have left.
    pub(crate) fn is_sent(&self) -> bool {
        matches!(self.step, Step::Sent(_))
    }

    pub(crate) fn exchange(&self) -> Option<Exchange> {
        match &self.step {
            Step::Sent(sent) => Some(sent.exchange),
            Step::Resting { .. } => None,
        }
    }

    /// When the next thing happens by itself.
    pub(crate) fn wake(&self) -> Millis {
        match &self.step {
            Step::Sent(sent) => sent.exchange.deadline,
            Step::Resting { until, .. } => *until,
        }
    }

    /// Tells whether it can be stopped right here because nothing has left. A request that has
    /// left is waited for: its answer decides about money.
    pub(crate) fn cancel(&mut self, wire: &mut Wire<Event>) -> bool {
        match &mut self.step {
            Step::Resting { .. } => true,
            Step::Sent(sent) => {
                sent.cancelled = true;
                wire.withdraw(sent.exchange)
            }
        }
    }

    /// The exchange ended, or (`None`) its time did, or the rest did.
    pub(crate) fn ended(
        self,
        end: Option<&ExchangeEnd>,
        wire: &mut Wire<Event>,
        now: Millis,
    ) -> CreatingEnd {
        let Self {
            purchase,
            catalogue,
            attempt,
            failures,
            step,
        } = self;
        let sent = match step {
            Step::Sent(sent) => sent,
            Step::Resting { prepared, .. } => {
                let step = send(&purchase, prepared, wire, now);
                return CreatingEnd::Going(Box::new(Self {
                    purchase,
                    catalogue,
                    attempt,
                    failures,
                    step,
                }));
            }
        };
        let Some(end) = end else {
            return CreatingEnd::Unknown(None);
        };
        match sent.in_flight.ended(end) {
            CreateEnd::Accepted(id) => CreatingEnd::Accepted {
                task: Task::new(purchase.request.task, id, purchase.offer),
                at: sent.at,
                cancelled: sent.cancelled,
                attempt: attempt.number,
            },
            CreateEnd::Unknown(candidate) => CreatingEnd::Unknown(candidate),
            _ if sent.cancelled => CreatingEnd::NothingSpent(Cause::Cancelled),
            CreateEnd::Refused(refusal) => CreatingEnd::Refused {
                refusal,
                attempt,
                catalogue,
            },
            CreateEnd::NotSent(_) if failures + 1 >= TRIES => {
                CreatingEnd::NothingSpent(Cause::Network)
            }
            CreateEnd::NotSent(prepared) => {
                let failures = failures + 1;
                let rest = backoff::rest(failures, None, &mut wire.jitter);
                wire.event(Event::Fault(Fault {
                    phase: Phase::Creating,
                    status: None,
                    retry: rest,
                }));
                CreatingEnd::Going(Box::new(Self {
                    purchase,
                    catalogue,
                    attempt,
                    failures,
                    step: Step::Resting {
                        prepared,
                        until: now.saturating_add(rest),
                    },
                }))
            }
        }
    }
}

fn send(purchase: &Purchase, prepared: Prepared, wire: &mut Wire<Event>, now: Millis) -> Step {
    wire.event(Event::Checkpoint(Checkpoint {
        state: CheckpointState::Creating,
        task_id: None,
        continuation: snapshot::write(&Resume::InDoubt(purchase.clone())),
    }));
    let (in_flight, http) = prepared.transmit(purchase.request.language);
    Step::Sent(Sent {
        in_flight,
        exchange: wire.transmit_create(http, now),
        at: now,
        cancelled: false,
    })
}
