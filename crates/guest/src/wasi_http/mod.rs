//! The transport over `wasi:http`, `wasi:clocks` and `wasi:random`.

mod bindings;
mod clock;
mod exchange;
mod failure;

use crate::Transport;
use alloc::string::String;
use ima_core::Millis;
use ima_core::http::{HttpResponse, Transmit, TransportFailure};
use ima_wire::origin::Origin;

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

/// The service at an origin, reached through the host's `wasi:http/outgoing-handler`.
#[derive(Clone)]
pub struct WasiHttp {
    origin: Origin,
    limits: Limits,
    key: Option<String>,
}

impl WasiHttp {
    /// A transport for one origin.
    pub fn new(origin: Origin, limits: Limits) -> Self {
        Self {
            origin,
            limits,
            key: None,
        }
    }

    /// The same with a key that the component was given by whoever called it. Without one the host adds
    /// its own to what leaves the sandbox.
    #[must_use]
    pub fn with_key(mut self, key: String) -> Self {
        self.key = Some(key);
        self
    }
}

impl Transport for WasiHttp {
    fn exchange(&self, transmit: &Transmit) -> Result<HttpResponse, TransportFailure> {
        exchange::exchange(&self.origin, &self.limits, self.key.as_deref(), transmit)
    }

    fn now(&self) -> Millis {
        clock::now()
    }

    fn sleep_until(&self, deadline: Millis) {
        clock::sleep_until(deadline);
    }

    fn seed(&self) -> (u64, u64) {
        let half = bindings::wasi::random::random::get_random_u64;
        (half(), half())
    }
}
