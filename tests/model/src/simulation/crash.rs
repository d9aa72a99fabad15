//! Crashes: all that is not durable is gone, and a new life begins from what is.

use super::Simulation;
use crate::invariant::Violation;
use ima_core::event::CheckpointState;
use ima_core::pump::Command;

impl Simulation {
    /// Perhaps crashes the driver here. Tells whether it did, and has come back.
    pub(super) fn crashes(&mut self, point: &'static str) -> Result<bool, Violation> {
        let crashes = self.may_crash() && self.happens(self.odds.crash);
        if crashes {
            self.crash(point)?;
        }
        Ok(crashes)
    }

    pub(super) fn may_crash(&self) -> bool {
        self.crashes_left > 0 && !self.driver.journal.finished
    }

    pub(super) fn crash(&mut self, point: &'static str) -> Result<(), Violation> {
        self.crashes_left -= 1;
        self.coverage.reach("crash", point);
        self.coverage.reach("crash at", self.witness.stage());
        self.trace.note(self.now, "crash", || point);
        let away = match self.random.below(3) {
            0 => 0,
            1 => self.random.below(5_000),
            _ => self.random.below(900_000),
        };
        self.advance(self.now + away);
        if let Some(task) = self.task_in_doubt()
            && self.happens(self.odds.resume / 2)
        {
            self.coverage.reach("user", "adopts a task after a crash");
            return self.adopt(&task);
        }
        self.restart()?;
        let in_doubt = self
            .driver
            .durable()
            .is_some_and(|it| it.state == CheckpointState::Creating);
        if in_doubt && self.may_permit() && self.happens(self.odds.again / 2) {
            self.coverage.reach("user", "creates again after a crash");
            return self.create_again();
        }
        if self.happens(self.odds.cancel) {
            self.coverage.reach("user", "cancels after a crash");
            return self.cancel();
        }
        self.command(Command::Start)
    }

    /// The task that the last create request made, where the driver does not know it.
    pub(super) fn task_in_doubt(&self) -> Option<String> {
        let durable = self.driver.durable()?;
        let charge = self.service.ledger.charges().last()?;
        let unknown = durable.state == CheckpointState::Creating;
        (unknown && charge.permit == self.witness.permit()).then(|| charge.task.clone())
    }

    /// A new life that takes up a task by its id: somebody looked it up.
    pub(super) fn adopt(&mut self, task: &str) -> Result<(), Violation> {
        let offset = self.forget();
        self.driver.adopt(task, offset)?;
        self.begin_again();
        self.command(Command::Start)
    }

    /// A new life from what is durable, not started yet.
    pub(super) fn restart(&mut self) -> Result<(), Violation> {
        let offset = self.forget();
        self.driver.restart(offset)?;
        self.begin_again();
        Ok(())
    }

    /// All that is not durable is gone. Gives what the next life's clock shows.
    fn forget(&mut self) -> u64 {
        self.inbox.clear();
        self.amended = false;
        self.began = self.now;
        self.outcome = None;
        self.random.below(1 << 40)
    }

    fn begin_again(&mut self) {
        let from = self.driver.durable();
        self.trace.note(self.now, "restart", || match from {
            Some(checkpoint) => checkpoint.continuation.clone(),
            None => "from nothing".to_owned(),
        });
        self.witness.restored(from, self.driver.clock(self.now));
    }
}
