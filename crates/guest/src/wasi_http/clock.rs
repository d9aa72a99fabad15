//! Milliseconds on the component's monotonic clock.

use super::bindings::wasi::clocks::monotonic_clock;
use ima_core::Millis;

const NANOS: u64 = 1_000_000;

pub(crate) fn now() -> Millis {
    monotonic_clock::now() / NANOS
}

pub(crate) fn sleep_until(deadline: Millis) {
    monotonic_clock::subscribe_instant(deadline.saturating_mul(NANOS)).block();
}
