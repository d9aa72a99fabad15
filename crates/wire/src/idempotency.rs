//! The key that all create requests of one generation carry, so that a ledger can recognise them
//! (`docs/money.md`, rule 10).

use alloc::string::{String, ToString};
use core::fmt;
use core::str::FromStr;

/// The name of the header. The service doesn't know it.
pub const HEADER: &str = "idempotency-key";

/// 128 bits, written as 32 hexadecimal digits in lower case.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(into = "String", try_from = "String")]
pub struct IdempotencyKey(u128);

/// A text that is not 32 hexadecimal digits in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key is 32 hexadecimal digits in lower case")]
pub struct MalformedKey;

impl IdempotencyKey {
    /// The key that these 128 bits are. The first number gives the first 16 digits.
    pub const fn from_seed((first, second): (u64, u64)) -> Self {
        Self((first as u128) << 64 | second as u128)
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl From<IdempotencyKey> for String {
    fn from(key: IdempotencyKey) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for IdempotencyKey {
    type Error = MalformedKey;

    fn try_from(text: String) -> Result<Self, MalformedKey> {
        text.parse()
    }
}

impl FromStr for IdempotencyKey {
    type Err = MalformedKey;

    fn from_str(text: &str) -> Result<Self, MalformedKey> {
        let digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 32 || !text.bytes().all(digit) {
            return Err(MalformedKey);
        }
        u128::from_str_radix(text, 16)
            .map(Self)
            .map_err(|_| MalformedKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written() {
        let key = IdempotencyKey::from_seed((0x0123, u64::MAX));
        assert_eq!(key.to_string(), "0000000000000123ffffffffffffffff");
        assert_eq!(key.to_string().parse(), Ok(key));
    }

    #[test]
    fn there_is_one_way_to_write_a_key() {
        for text in [
            "",
            "0000000000000123FFFFFFFFFFFFFFFF",
            "+000000000000123ffffffffffffffff",
            "000000000000123ffffffffffffffff",
            "0000000000000123ffffffffffffffff0",
        ] {
            assert_eq!(text.parse::<IdempotencyKey>(), Err(MalformedKey), "{text}");
        }
    }
}
