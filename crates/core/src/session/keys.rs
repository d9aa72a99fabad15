//! The idempotency keys that a session may use: one for all tries of a generation, and another for
//! every time a person has it created again.

use super::backoff::mix;
use ima_wire::idempotency::IdempotencyKey;

/// Keys that follow from the caller's seed. The same seed gives the same keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys {
    next: (u64, u64),
}

impl Keys {
    pub(crate) fn new(seed: (u64, u64)) -> Self {
        Self { next: seed }
    }

    /// The first key: the seed itself.
    pub(crate) fn first(&self) -> IdempotencyKey {
        IdempotencyKey::from_seed(self.next)
    }

    /// A key that this session has not used, and that is not `used`.
    pub(crate) fn fresh(&mut self, used: IdempotencyKey) -> IdempotencyKey {
        loop {
            let (first, second) = self.next;
            let key = IdempotencyKey::from_seed(self.next);
            self.next = (
                mix(first.wrapping_add(STEP)),
                mix(second.wrapping_add(STEP.rotate_left(32))),
            );
            if key != used {
                return key;
            }
        }
    }
}

/// An odd number without a pattern.
const STEP: u64 = 0xD1B5_4A32_D192_ED03;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_key_is_never_the_one_in_use() {
        let mut keys = Keys::new((1, 2));
        let first = keys.first();
        let second = keys.fresh(first);
        let third = keys.fresh(second);
        assert!(first != second && second != third && first != third);
        // Of a session that was restored with another key, the seed's own is fresh.
        let held = IdempotencyKey::from_seed((9, 9));
        assert_eq!(Keys::new((1, 2)).fresh(held), first);
    }
}
