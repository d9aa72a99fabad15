//! How long to rest after a fault.

use crate::Millis;

const FIRST: Millis = 1_000;
const LONGEST: Millis = 30_000;

/// The longest rest that the service is granted. While nothing is paid, the user hears of a longer one
/// instead; for a paid task it is cut short, or the deadline would pass without another question.
pub(crate) const PATIENCE: Millis = 60_000;

/// Spreads delays so that many clients do not come back at once. The same seed gives the same
/// delays.
#[derive(Clone, Debug)]
pub(crate) struct Jitter(u64);

impl Jitter {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A delay between 80 % and 120 % of `delay`.
    fn spread(&mut self, delay: Millis) -> Millis {
        let fifth = delay / 5;
        let span = fifth.saturating_mul(2).saturating_add(1);
        delay - fifth + self.next() % span
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }
}

/// The mixing of SplitMix64: one-to-one, and every bit depends on every bit.
pub(crate) fn mix(mut mixed: u64) -> u64 {
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// The rest after the `faults`-th fault in a row: doubling, spread, and never less than the
/// service asked for with `Retry-After`.
pub(crate) fn rest(faults: u32, retry_after: Option<Millis>, jitter: &mut Jitter) -> Millis {
    let doublings = faults.saturating_sub(1).min(16);
    let delay = (FIRST << doublings).min(LONGEST);
    jitter.spread(delay).max(retry_after.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_double_up_to_a_limit_and_stay_near_it() {
        let mut jitter = Jitter::new(7);
        for (faults, middle) in [
            (1, 1_000),
            (2, 2_000),
            (5, 16_000),
            (6, 30_000),
            (99, 30_000),
        ] {
            let rest = rest(faults, None, &mut jitter);
            assert!(
                (middle * 4 / 5..=middle * 6 / 5).contains(&rest),
                "{faults}: {rest}"
            );
        }
    }

    #[test]
    fn the_service_is_obeyed() {
        assert_eq!(rest(1, Some(90_000), &mut Jitter::new(0)), 90_000);
    }

    #[test]
    fn the_same_seed_gives_the_same_rests() {
        let rests = |seed| {
            let mut jitter = Jitter::new(seed);
            [1, 2, 3].map(|faults| rest(faults, None, &mut jitter))
        };
        assert_eq!(rests(1), rests(1));
        assert_ne!(rests(1), rests(2));
    }
}
