//! What must always hold, by name.

use std::fmt;

/// A promise of the requirements that a run can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// A generation is charged at most once, and once more for each explicit command to create
    /// again (`docs/money.md`, the first promise).
    PaidTwice,
    /// A create request never leaves while an earlier one of the same command may have been
    /// accepted (money rule 4), even where the service happened not to see it.
    CreatedTwice,
    /// A checkpoint *creating* is durable before the create request leaves (money rule 1).
    CreateUnsecured,
    /// The id of a charged task is in the last durable checkpoint, or a crash there would be, or
    /// the end was, reported as unknown (money rule 5).
    TaskLost,
    /// A run ends by its deadline.
    Overdue,
    /// Once one answer about a finished task gets through, its outcome is the next thing reported,
    /// with all of its media (money rule 9), and nothing else is called its outcome.
    Undelivered,
    /// A task that exists is asked for again within the longest backoff, or after the `Retry-After`
    /// that the service sent, at least once however short the deadline, and no fault of the asking
    /// ends the waiting (money rule 5).
    Neglected,
    /// A failure's charge is `no` or `yes` where the driver saw enough to know, and then agrees
    /// with the ledger for good; `unknown` only where it did not (money rule 7).
    ChargeUntrue,
    /// What is charged is what was announced, or less, within the budget, and what is reported is
    /// what was charged (money rule 8).
    PriceUntrue,
    /// All create requests of one command have the same idempotency key (money rule 10).
    KeyChanged,
    /// After the command to create again, no create request has a key that left before it.
    KeyReused,
    /// Requests, events and snapshots never hold the account's key.
    KeyHeld,
    /// Outputs come to a wait or an end; the list is asked for three times at most, a create request
    /// that did not leave tried three times, a refused one amended twice; and the service is not
    /// asked again before the backoff's shortest rest, or its own `Retry-After`.
    Endless,
    /// Every command comes to exactly one last event, and nothing is sent after a cancellation.
    Unfinished,
    /// A session restored from a snapshot is where the snapshotted one was, and ends as that does.
    SnapshotUnfaithful,
    /// Misuse is named and changes nothing; proper use is no misuse.
    MisuseUntrue,
}

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub invariant: Invariant,
    /// What was seen.
    pub detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}: {}", self.invariant, self.detail)
    }
}

impl std::error::Error for Violation {}

impl Invariant {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::PaidTwice,
        Self::CreatedTwice,
        Self::CreateUnsecured,
        Self::TaskLost,
        Self::Overdue,
        Self::Undelivered,
        Self::Neglected,
        Self::ChargeUntrue,
        Self::PriceUntrue,
        Self::KeyChanged,
        Self::KeyReused,
        Self::KeyHeld,
        Self::Endless,
        Self::Unfinished,
        Self::SnapshotUnfaithful,
        Self::MisuseUntrue,
    ];

    pub(crate) fn broken(self, detail: impl Into<String>) -> Violation {
        Violation {
            invariant: self,
            detail: detail.into(),
        }
    }
}

/// Which promises are looked at: all, or a single one, to show that it sees a sabotage by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch(pub(crate) Option<Invariant>);

impl Watch {
    pub(crate) fn on(self, invariant: Invariant) -> bool {
        self.0.is_none_or(|only| only == invariant)
    }

    /// Fails with `detail` where the promise does not hold and is looked at.
    pub(crate) fn require(
        self,
        invariant: Invariant,
        holds: bool,
        detail: impl FnOnce() -> String,
    ) -> Result<(), Violation> {
        if holds || !self.on(invariant) {
            Ok(())
        } else {
            Err(invariant.broken(detail()))
        }
    }
}
