//! The simulated clock: real time at a chosen speed, plus jumps.

use std::time::{Duration, Instant};

/// Counts simulated seconds since the start.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    speed: f64,
    advanced: f64,
}

impl Clock {
    /// A clock at 0 that runs `speed` simulated seconds per real second.
    pub(crate) fn new(speed: f64) -> Self {
        Self {
            started: Instant::now(),
            speed,
            advanced: 0.0,
        }
    }

    /// Simulated seconds since the start.
    pub(crate) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64() * self.speed + self.advanced
    }

    /// Jumps forward.
    pub(crate) fn advance(&mut self, by: Duration) {
        self.advanced += by.as_secs_f64();
    }
}
