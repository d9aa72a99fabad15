//! What must hold at each output of the session, and between any two steps.

use super::{
    ANSWER, BEFORE_THE_TASK, Create, ONE_WAIT, OUTPUTS_AT_ONCE, Open, Quiet, TRIES, Tries, Witness,
};
use crate::invariant::Invariant::{
    CreateUnsecured, CreatedTwice, Endless, KeyChanged, KeyReused, Neglected, Overdue, PaidTwice,
    PriceUntrue, SnapshotUnfaithful, TaskLost, Undelivered, Unfinished,
};
use crate::invariant::Violation;
use crate::service::{Endpoint, Ledger};
use ima_core::Millis;
use ima_core::event::{Checkpoint, CheckpointState, Started};
use ima_core::http::{HttpRequest, Transmit};

impl Witness {
    /// A request leaves.
    pub(crate) fn transmitted(
        &mut self,
        endpoint: Endpoint,
        transmit: &Transmit,
        durable: Option<&Checkpoint>,
        clock: Millis,
    ) -> Result<(), Violation> {
        self.output()?;
        if endpoint == Endpoint::Create {
            self.keyed(&transmit.request)?;
            self.created(durable)?;
        }
        let gone = transmit.deadline <= self.timed_out;
        self.watch
            .require(Unfinished, !self.cancelled || gone, || {
                "a request after the user cancelled".to_owned()
            })?;
        self.tried(endpoint)?;
        if endpoint != Endpoint::Create {
            let Quiet { since, least, .. } = self.quiet;
            // Too early on this clock only where the driver came late to take it.
            let rested = clock >= since.saturating_add(least) || self.slack > 0;
            self.watch.require(Endless, rested, || {
                format!("asks at {clock}, {least} ms after {since} at the earliest")
            })?;
        }
        // The session may have given the exchange up before the driver came to take it.
        if !gone {
            self.open = Some(Open {
                exchange: transmit.exchange,
                endpoint,
                deadline: transmit.deadline,
            });
        } else if endpoint == Endpoint::Create {
            self.create = Create::Spent;
            self.doubt = true;
        }
        Ok(())
    }

    fn tried(&mut self, endpoint: Endpoint) -> Result<(), Violation> {
        match endpoint {
            Endpoint::List => self.tries.lists += 1,
            Endpoint::Create => {
                self.tries.lists = 0;
                self.tries.creates += 1;
            }
            Endpoint::Detail => self.asked = true,
        }
        let Tries {
            lists,
            creates,
            refusals,
        } = self.tries;
        let few = lists <= TRIES && creates <= TRIES && refusals < TRIES;
        let few = few || endpoint == Endpoint::Detail;
        self.watch
            .require(Endless, few, || format!("too many: {:?}", self.tries))
    }

    /// The key of a create request that leaves.
    fn keyed(&mut self, request: &HttpRequest) -> Result<(), Violation> {
        let mut headers = request.headers.iter();
        let key = headers.find(|(name, _)| *name == "idempotency-key");
        let key = key.map(|(_, key)| key.to_string()).unwrap_or_default();
        let digits = key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
        let own = self.keys.entry(self.permit).or_insert_with(|| key.clone());
        let same = *own == key;
        self.watch.require(KeyChanged, digits && same, || {
            format!("{key:?} after {own:?}")
        })?;
        let earlier = self.keys.range(..self.permit);
        let fresh = earlier.into_iter().all(|(_, old)| *old != key);
        self.watch.require(KeyReused, fresh, || {
            format!("{key} left under an earlier command")
        })
    }

    /// A create request leaves, from wherever.
    pub(crate) fn created(&mut self, durable: Option<&Checkpoint>) -> Result<(), Violation> {
        let free = self.create == Create::Free && self.task.is_none();
        self.watch.require(CreatedTwice, free, || {
            format!("a create request leaves while another is {:?}", self.create)
        })?;
        self.create = Create::InFlight;
        let secured = durable.is_some_and(|it| it.state == CheckpointState::Creating);
        self.watch.require(CreateUnsecured, secured, || {
            "no checkpoint is durable before it".to_owned()
        })
    }

    pub(crate) fn announced(&mut self, started: &Started) -> Result<(), Violation> {
        self.announced.insert(self.permit, started.points);
        let within = self.budget.is_none_or(|budget| started.points <= budget);
        self.watch.require(PriceUntrue, within, || {
            "announced above the budget".to_owned()
        })
    }

    /// The session gave an output.
    pub(crate) fn output(&mut self) -> Result<(), Violation> {
        self.outputs += 1;
        self.watch
            .require(Endless, self.outputs <= OUTPUTS_AT_ONCE, || {
                format!("{OUTPUTS_AT_ONCE} outputs and no end")
            })?;
        self.watch.require(Unfinished, !self.finished, || {
            "an output after the last event".to_owned()
        })
    }

    /// The session wants to wait, having reported all that it had to.
    pub(crate) fn waits(
        &mut self,
        until: Millis,
        clock: Millis,
        durable: Option<&Checkpoint>,
    ) -> Result<(), Violation> {
        self.output()?;
        self.drained(durable)?;
        let Quiet { since, most, .. } = self.quiet;
        let asks = self.task.is_none() || self.open.is_some();
        let soon = clock <= since.saturating_add(most).saturating_add(self.slack);
        self.watch.require(Neglected, asks || soon, || {
            format!("not asked for since {since}, with a rest of {most}")
        })?;
        let limit = match self.task {
            Some(_) => self.deadline(),
            None if self.create == Create::InFlight => clock.saturating_add(ANSWER),
            None => clock.saturating_add(ONE_WAIT),
        };
        self.watch.require(Overdue, until <= limit, || {
            format!("waits until {until}, not {limit}")
        })
    }

    /// The session has nothing more to say.
    pub(crate) fn done(&mut self, durable: Option<&Checkpoint>) -> Result<(), Violation> {
        self.drained(durable)?;
        self.watch.require(Unfinished, self.finished, || {
            "it stops without a last event".to_owned()
        })
    }

    fn drained(&self, durable: Option<&Checkpoint>) -> Result<(), Violation> {
        self.watch.require(Undelivered, self.due.is_none(), || {
            format!("{:?} was not reported", self.due)
        })?;
        let Some(task) = &self.task else {
            return Ok(());
        };
        self.watch.require(TaskLost, holds(durable, task), || {
            format!("{task} is not durable")
        })
    }

    /// What a snapshot taken now must say.
    pub(crate) fn snapshot(&self, snapshot: &str) -> Result<(), Violation> {
        let says = |stage: &str| snapshot.contains(&format!(r#""state":{{"{stage}":"#));
        let truthful = match (&self.task, self.create) {
            (Some(task), _) => says("waiting") && snapshot.contains(&format!(r#""id":"{task}""#)),
            (None, Create::InFlight | Create::Spent) => says("creating"),
            (None, Create::Free) if self.doubt => says("creating"),
            (None, Create::Free) => says("asked") || says("creating"),
        };
        self.watch.require(SnapshotUnfaithful, truthful, || {
            format!("{:?}, task {:?}: {snapshot}", self.create, self.task)
        })
    }

    /// What must hold between any two steps.
    pub(crate) fn check(
        &self,
        ledger: &Ledger,
        durable: Option<&Checkpoint>,
        clock: Millis,
    ) -> Result<(), Violation> {
        let charges = ledger.charges();
        self.watch
            .require(PaidTwice, charges.len() <= self.permit + 1, || {
                format!("{} charges, {} commands", charges.len(), self.permit + 1)
            })?;
        for charge in charges {
            // A crash now would come back to this checkpoint, and be reported as unknown. Once the
            // outcome is told, nobody comes back.
            let creating = durable.is_some_and(|it| it.state == CheckpointState::Creating);
            let secured = creating && !self.finished;
            let safe =
                secured || holds(durable, &charge.task) || self.reported.contains(&charge.permit);
            self.watch.require(TaskLost, safe, || {
                format!("{} would be lost in a crash", charge.task)
            })?;
            let announced = self.announced.get(&charge.permit).copied();
            let limit = announced.into_iter().chain(self.budget).min();
            self.watch.require(
                PriceUntrue,
                limit.is_none_or(|limit| charge.points <= limit),
                || format!("{} points charged above {limit:?}", charge.points),
            )?;
        }
        if self.finished {
            return Ok(());
        }
        let limit = match self.task {
            Some(_) => self.deadline(),
            None => self.began.saturating_add(BEFORE_THE_TASK),
        };
        self.watch
            .require(Overdue, clock <= limit.saturating_add(self.slack), || {
                format!("still going at {clock}, limit {limit}")
            })
    }
}

fn holds(durable: Option<&Checkpoint>, task: &str) -> bool {
    let quoted = format!("\"id\":\"{task}\"");
    durable
        .is_some_and(|it| it.task_id.as_deref() == Some(task) && it.continuation.contains(&quoted))
}
