//! The monotonic clock of a component: the system's, one that runs faster, or one that jumps.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// How time passes for a component.
///
/// Only its monotonic clock, by which it waits and measures, and the host's pauses between the
/// tries of a download: the limits of the host and of HTTP stay in real time.
#[derive(Clone, Default)]
pub struct Clock(Pace);

#[derive(Clone, Default)]
enum Pace {
    #[default]
    Real,
    Accelerated(NonZeroU32),
    Stepped(Arc<dyn Fn(Duration) + Send + Sync>),
}

impl Clock {
    /// Real time.
    pub const fn system() -> Self {
        Self(Pace::Real)
    }

    /// Time that runs `rate` times as fast, for demonstrations and tests against a simulator. Rates
    /// of 0 and 1 are real time.
    pub const fn accelerated(rate: u32) -> Self {
        match NonZeroU32::new(rate) {
            Some(rate) if rate.get() > 1 => Self(Pace::Accelerated(rate)),
            _ => Self(Pace::Real),
        }
    }

    /// Time that stands still until the component waits, and then jumps to the end of the wait:
    /// for tests that are to give the same result every time. `jumped` hears of every jump, so that
    /// a simulated service can follow.
    pub fn stepped(jumped: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        Self(Pace::Stepped(Arc::new(jumped)))
    }

    /// How long the host waits, in real time, where it would wait `time` on this clock.
    pub(crate) fn real(&self, time: Duration) -> Duration {
        match &self.0 {
            Pace::Real => time,
            Pace::Accelerated(rate) => time / rate.get(),
            Pace::Stepped(_) => Duration::ZERO,
        }
    }

    /// Whether it is the real time.
    pub const fn is_real(&self) -> bool {
        matches!(self.0, Pace::Real)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Pace::Real => f.write_str("Clock::system"),
            Pace::Accelerated(rate) => write!(f, "Clock::accelerated({rate})"),
            Pace::Stepped(_) => f.write_str("Clock::stepped"),
        }
    }
}

/// The clock of one instance.
#[derive(Debug, Clone)]
pub(crate) struct MonotonicClock {
    start: Instant,
    clock: Clock,
    /// What a stepped clock shows, in nanoseconds.
    stepped: Arc<AtomicU64>,
}

impl MonotonicClock {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            start: Instant::now(),
            clock,
            stepped: Arc::default(),
        }
    }

    fn rate(&self) -> u32 {
        match self.clock.0 {
            Pace::Accelerated(rate) => rate.get(),
            Pace::Real | Pace::Stepped(_) => 1,
        }
    }

    /// What it shows, in nanoseconds.
    pub(crate) fn now(&self) -> u64 {
        if let Pace::Stepped(_) = self.clock.0 {
            return self.stepped.load(Ordering::Relaxed);
        }
        let elapsed = self
            .start
            .elapsed()
            .as_nanos()
            .saturating_mul(u128::from(self.rate()));
        u64::try_from(elapsed).unwrap_or(u64::MAX)
    }

    /// The moment at which this clock shows `nanoseconds`; none where it is too far to say.
    fn at(&self, nanoseconds: u64) -> Option<Instant> {
        self.start.checked_add(Duration::from_nanos(
            nanoseconds.div_ceil(u64::from(self.rate())),
        ))
    }

    /// Returns when this clock shows `nanoseconds`.
    pub(crate) async fn reached(&self, nanoseconds: u64) {
        if let Pace::Stepped(jumped) = &self.clock.0 {
            let before = self.stepped.fetch_max(nanoseconds, Ordering::Relaxed);
            if nanoseconds > before {
                jumped(Duration::from_nanos(nanoseconds - before));
            }
            return;
        }
        match self.at(nanoseconds) {
            Some(moment) if moment > Instant::now() => tokio::time::sleep_until(moment).await,
            // A guest that polls in a loop must leave room for the sockets that it waits for.
            Some(_) => tokio::task::yield_now().await,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accelerated_clock_reaches_a_moment_sooner() {
        let clock = MonotonicClock::new(Clock::accelerated(100));
        let moment = clock.at(5_000_000_000).unwrap();
        assert_eq!(
            moment.duration_since(clock.start),
            Duration::from_millis(50)
        );
    }

    #[tokio::test]
    async fn a_stepped_clock_jumps_to_the_end_of_a_wait_and_says_so() {
        let (sender, jumps) = std::sync::mpsc::channel();
        let clock = MonotonicClock::new(Clock::stepped(move |jump| sender.send(jump).unwrap()));
        clock.reached(5_000).await;
        clock.reached(3_000).await;
        clock.reached(7_000).await;
        assert_eq!(clock.now(), 7_000);
        let jumps: Vec<_> = jumps.try_iter().map(|jump| jump.as_nanos()).collect();
        assert_eq!(jumps, [5_000, 2_000]);
    }

    #[test]
    fn the_far_future_is_no_overflow() {
        let clock = MonotonicClock::new(Clock::accelerated(0));
        assert!(clock.at(u64::MAX).is_none_or(|moment| moment > clock.start));
    }
}
