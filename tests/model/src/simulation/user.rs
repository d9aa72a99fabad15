//! The user: cancels, says to create again, resumes, or leaves it at that.

use super::Simulation;
use crate::invariant::Invariant::MisuseUntrue;
use crate::invariant::Violation;
use crate::sabotage::Sabotage;
use ima_core::event::{Checkpoint, CheckpointState};
use ima_core::http::{ExchangeId, FailureKind, Sent, TransportFailure};
use ima_core::outcome::{Charge, Failure, Outcome};
use ima_core::pump::{Command, Input, Misuse};

/// How often the user may say to create again: the service plans that many tasks.
const PERMITS: usize = 3;

impl Simulation {
    pub(super) fn cancel(&mut self) -> Result<(), Violation> {
        self.coverage.reach("user cancels", self.witness.stage());
        self.witness.cancelled();
        self.command(Command::Cancel)
    }

    pub(super) fn may_permit(&self) -> bool {
        self.witness.permit() < PERMITS
    }

    pub(super) fn create_again(&mut self) -> Result<(), Violation> {
        self.witness.create_again(self.driver.clock(self.now));
        self.command(Command::CreateAgain)
    }

    /// The session has nothing more to say. Tells whether the user has.
    pub(super) fn done(&mut self) -> Result<bool, Violation> {
        self.witness.done(self.driver.durable())?;
        self.check()?;
        if self.random.chance(100) {
            self.misuse()?;
        }
        let Some(Outcome::Failure(failure)) = self.outcome.take() else {
            return Ok(false);
        };
        if failure.charge == Charge::Unknown {
            self.watch
                .require(MisuseUntrue, self.driver.may_create_again(), || {
                    "nothing to repeat after an unknown outcome".to_owned()
                })?;
        }
        let in_doubt = match failure.charge {
            Charge::Unknown => self.task_in_doubt(),
            Charge::No | Charge::Yes => None,
        };
        if let Some(task) = in_doubt
            && self.resumes_left > 0
            && self.happens(self.odds.resume / 2)
        {
            self.resumes_left -= 1;
            self.coverage.reach("user", "adopts a task");
            self.driver.journal.finished = false;
            self.reflect();
            self.keep(CheckpointState::Creating, &failure);
            self.adopt(&task)?;
            return Ok(true);
        }
        match failure.charge {
            Charge::Unknown if self.saboteur.is(Sabotage::CreatesAgainUnasked) => {
                self.witness.reopened();
                self.command(Command::CreateAgain)?;
                Ok(true)
            }
            Charge::Unknown if self.may_permit() && self.happens(self.odds.again) => {
                self.driver.journal.finished = false;
                self.reflect();
                if self.random.chance(500) {
                    self.coverage
                        .reach("user", "creates again in another session");
                    self.keep(CheckpointState::Creating, &failure);
                    self.restart()?;
                } else {
                    self.coverage.reach("user", "creates again");
                    self.began = self.now;
                    self.amended = false;
                }
                self.create_again()?;
                Ok(true)
            }
            Charge::Yes if self.resumes_left > 0 && self.happens(self.odds.resume) => {
                self.resumes_left -= 1;
                self.reflect();
                if self.random.chance(500) {
                    self.coverage.reach("user", "resumes from the failure");
                    self.keep(CheckpointState::Waiting, &failure);
                } else {
                    self.coverage.reach("user", "resumes from the journal");
                }
                self.restart()?;
                self.command(Command::Start)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// The user takes a while to decide.
    fn reflect(&mut self) {
        let span = self.random.below(900_000);
        self.advance(self.now + span);
    }

    /// The user keeps the continuation of a failure.
    fn keep(&mut self, state: CheckpointState, failure: &Failure) {
        if let Some(continuation) = &failure.continuation {
            self.driver.keep(&Checkpoint {
                state,
                task_id: failure.task_id.clone(),
                continuation: continuation.clone(),
            });
        }
    }

    /// What a driver with a fault of its own might hand in.
    fn misuse(&mut self) -> Result<(), Violation> {
        self.coverage.reach("driver", "misuse");
        let start = Input::Command(Command::Start);
        self.driver.misuse(start, Misuse::AlreadyStarted)?;
        if !self.driver.may_create_again() {
            let again = Input::Command(Command::CreateAgain);
            self.driver.misuse(again, Misuse::NothingToRepeat)?;
        }
        let exchange = ExchangeId(1_000_000);
        let failure = TransportFailure {
            sent: Sent::No,
            kind: FailureKind::Network,
        };
        let foreign = Input::TransportFailure { exchange, failure };
        self.driver
            .misuse(foreign, Misuse::UnknownExchange(exchange))
    }
}
