//! The ledger's terms: what is asked before a create request leaves, and what became of it.

use std::fmt;
use std::str::FromStr;

/// How often one key may be sent in all. Requests that provably never left don't count.
pub const TRIES: u32 = 3;

/// The idempotency key of a generation: 128 bits, the same for every try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey(u128);

impl IdempotencyKey {
    /// The key of these bits.
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }
}

impl fmt::Display for IdempotencyKey {
    /// 32 hexadecimal digits in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// The text is no idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("An idempotency key has exactly 32 hexadecimal digits.")]
pub struct InvalidKey;

impl FromStr for IdempotencyKey {
    type Err = InvalidKey;

    /// Reads exactly 32 hexadecimal digits, in either case.
    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bits = u128::from_str_radix(text, 16).ok().filter(|_| digits);
        bits.map(Self).ok_or(InvalidKey)
    }
}

/// The most that may be spent, in points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ceilings {
    /// By one create request; no ceiling if `None`.
    pub per_request: Option<u64>,
    /// By all create requests of one store that were reserved on the same UTC day; no ceiling if
    /// `None`. Accepted requests count, and so do those in flight and in doubt.
    pub per_day: Option<u64>,
}

/// Who asks for a create request, where several share a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// What the client is called.
    pub name: String,
    /// The most that all of its create requests of one UTC day may cost, in points, beside the
    /// [`Ceilings`] of all; no ceiling of its own if `None`.
    pub per_day: Option<u64>,
}

/// A create request that is about to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// The key of its generation.
    pub key: IdempotencyKey,
    /// The id of its job, if it has one.
    pub job: Option<String>,
    /// Who asks for it, if several do.
    pub client: Option<Client>,
    /// What it costs at worst, in points.
    pub points: u64,
    /// The ceilings that hold for it.
    pub ceilings: Ceilings,
    /// A person asked for it to be sent again although an earlier request may have been accepted.
    /// Then a doubt refuses nothing, but it still counts as spent and as one of the tries.
    pub again: bool,
}

/// What the ledger says to a [`Reservation`]. Only [`Granted`](Self::Granted) lets the request leave.
///
/// The checks are made in the order of the cases after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The request may leave. It is in flight until it is settled.
    Granted,
    /// The key was accepted before: the task exists, and nothing may leave.
    Accepted {
        /// The service's id of the task.
        task_id: String,
    },
    /// A request with this key is under way, here or in another process.
    InFlight,
    /// A request with this key left, and what became of it is unknown.
    InDoubt,
    /// The key was sent [three times](TRIES) already.
    Exhausted,
    /// The request alone costs more than allowed.
    OverRequestCeiling {
        /// What it costs, in points.
        points: u64,
        /// What one request may cost, in points.
        ceiling: u64,
    },
    /// With this request, the day's requests, of all or of its client, would cost more than allowed.
    OverDayCeiling {
        /// What is spent on this UTC day already, at worst, in points.
        spent: u64,
        /// What the request costs, in points.
        points: u64,
        /// What a day may cost, in points.
        ceiling: u64,
    },
}

impl Verdict {
    /// Refuses what costs too much; none if it is within every ceiling. `spent` says what was spent today,
    /// by all or by a client.
    pub(crate) fn over<E>(
        reservation: &Reservation,
        mut spent: impl FnMut(Option<&str>) -> Result<u64, E>,
    ) -> Result<Option<Self>, E> {
        let Reservation {
            points, ceilings, ..
        } = *reservation;
        if let Some(ceiling) = ceilings.per_request.filter(|ceiling| points > *ceiling) {
            return Ok(Some(Self::OverRequestCeiling { points, ceiling }));
        }
        let client = reservation.client.as_ref();
        let own = client.and_then(|it| Some((Some(it.name.as_str()), it.per_day?)));
        let all = ceilings.per_day.map(|ceiling| (None, ceiling));
        for (client, ceiling) in own.into_iter().chain(all) {
            let spent = spent(client)?;
            if spent.saturating_add(points) > ceiling {
                return Ok(Some(Self::OverDayCeiling {
                    spent,
                    points,
                    ceiling,
                }));
            }
        }
        Ok(None)
    }
}

/// What became of a create request that was [reserved](Reservation).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// The service accepted it. Nothing takes this back.
    Accepted {
        /// The service's id of the task.
        task_id: String,
    },
    /// The service refused it, and charged nothing.
    Refused,
    /// It provably never left. The try is given back.
    NotSent,
    /// It left, and what became of it is unknown. Never replaces what is known.
    Unknown,
}

/// A create request in the ledger, for whoever sums up what was spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The id of its job, if it has one.
    pub job: Option<String>,
    /// Who asked for it, if several do.
    pub client: Option<String>,
    /// What it costs at worst, in points.
    pub points: u64,
    /// When it was reserved, in seconds since 1970.
    pub reserved_at: i64,
    /// What became of it; `None` if it is in flight, or its process died without knowing.
    pub settlement: Option<Settlement>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_32_hexadecimal_digits_in_either_case() {
        let key: IdempotencyKey = "00112233445566778899aAbBcCdDeEfF".parse().unwrap();
        assert_eq!(key.to_string(), "00112233445566778899aabbccddeeff");
        assert_eq!(key, key.to_string().parse().unwrap());
        for text in [
            "",
            "0011",
            "00112233445566778899aabbccddeef",
            "00112233445566778899aabbccddeefff",
            "+0112233445566778899aabbccddeeff",
            " 0112233445566778899aabbccddeeff",
            "0011223344556677-8899aabbccddeef",
            "0011223344556677889\u{e9}aabbccddeef",
        ] {
            assert_eq!(text.parse::<IdempotencyKey>(), Err(InvalidKey), "{text}");
        }
    }
}
