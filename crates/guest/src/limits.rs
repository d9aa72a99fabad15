//! How long an exchange of a component may take, and how much is read of it.

use ima_core::Millis;

/// How long an exchange may take and how much is read of it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Longest time to open a connection, in milliseconds. Never less than the time to the first byte is
    /// asked for, as some hosts count it until then (jco).
    pub connect_timeout_ms: u32,
    /// Longest time to the first byte of an answer, in milliseconds.
    pub first_byte_timeout_ms: u32,
    /// Longest time to the first byte of the answer to a create request, in milliseconds.
    pub create_wait_ms: u32,
    /// Longest pause within an answer, in milliseconds.
    pub between_bytes_timeout_ms: u32,
    /// Largest answer, in bytes.
    pub response_limit: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_timeout_ms: 10_000,
            first_byte_timeout_ms: 30_000,
            create_wait_ms: 300_000,
            between_bytes_timeout_ms: 15_000,
            response_limit: 8 * 1024 * 1024,
        }
    }
}

/// The times of one exchange, in nanoseconds, as `wasi:http` counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// The longest time to open a connection.
    pub connect: u64,
    /// The longest time to the first byte of the answer.
    pub first_byte: u64,
    /// The longest pause within the answer.
    pub between_bytes: u64,
}

impl Limits {
    /// The times of an exchange that must end at `deadline`. The answer to a request that creates is
    /// waited for as long as the session allows.
    #[must_use]
    pub fn times(&self, creates: bool, deadline: Millis, now: Millis) -> Times {
        let left = deadline.saturating_sub(now).max(1);
        let nanos = |limit: u32| Millis::from(limit).min(left).saturating_mul(1_000_000);
        let first_byte = match creates {
            true => self.create_wait_ms,
            false => self.first_byte_timeout_ms,
        };
        Times {
            connect: nanos(self.connect_timeout_ms.max(first_byte)),
            first_byte: nanos(first_byte),
            between_bytes: nanos(self.between_bytes_timeout_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_end_with_the_deadline_and_connecting_lasts_as_long_as_waiting() {
        let limits = Limits::default();
        let usual = limits.times(false, 1_000_000, 0);
        assert_eq!(
            (usual.connect, usual.first_byte),
            (30_000_000_000, 30_000_000_000)
        );
        assert_eq!(limits.times(true, 1_000_000, 0).first_byte, 300_000_000_000);
        let late = limits.times(true, 5, 4);
        assert_eq!(
            [late.connect, late.first_byte, late.between_bytes],
            [1_000_000; 3]
        );
        assert_eq!(limits.times(true, 4, 5).connect, 1_000_000);
    }
}
