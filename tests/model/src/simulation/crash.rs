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

    /// A new life from what is durable, not started yet.
    pub(super) fn restart(&mut self) -> Result<(), Violation> {
        self.inbox.clear();
        self.amended = false;
        self.began = self.now;
        self.outcome = None;
        let offset = self.random.below(1 << 40);
        self.driver.restart(offset)?;
        let from = self.driver.durable();
        self.trace.note(self.now, "restart", || match from {
            Some(checkpoint) => checkpoint.continuation.clone(),
            None => "from nothing".to_owned(),
        });
        self.witness.restored(from, self.driver.clock(self.now));
        Ok(())
    }
}
