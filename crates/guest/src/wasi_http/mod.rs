//! The transport over `wasi:http`, `wasi:clocks` and `wasi:random`.

mod bindings;
mod clock;
mod exchange;
mod failure;

use crate::{Limits, Transport};
use alloc::string::String;
use ima_core::Millis;
use ima_core::http::{HttpResponse, Transmit, TransportFailure};
use ima_wire::origin::Origin;

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
