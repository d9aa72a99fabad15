//! Runs the machines of `ima-core` inside a component, over `wasi:http` and `wasi:clocks`.
//!
//! The driver is the only place in a guest that does I/O. It blocks, because a component of
//! WASI 0.2 has one thread of control, and it is pulled: nothing happens between two calls.

#![no_std]

extern crate alloc;

mod clock;
mod error_code;
mod http;
mod origin;

pub use origin::Origin;

use ima_core::pump::{Command, Input, Misuse, Output, Pump};

/// How long an exchange may take and how much is read of it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Longest time to open a connection, in milliseconds.
    pub connect_timeout_ms: u32,
    /// Longest time to the first byte of an answer, in milliseconds.
    pub first_byte_timeout_ms: u32,
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
            between_bytes_timeout_ms: 15_000,
            response_limit: 8 * 1024 * 1024,
        }
    }
}

/// The run loop of a component, for one origin.
#[derive(Clone, Debug)]
pub struct Driver {
    origin: Origin,
    limits: Limits,
}

impl Driver {
    /// A driver whose host adds the `Authorization` header to what leaves the sandbox.
    pub fn new(origin: Origin, limits: Limits) -> Self {
        Self { origin, limits }
    }

    /// A number to start the jitter of delays from.
    pub fn seed() -> u64 {
        wasi::random::insecure::get_insecure_random_u64()
    }

    /// Gives a machine a command.
    pub fn command<P: Pump>(&self, machine: &mut P, command: Command) -> Result<(), Misuse> {
        machine.handle(Input::Command(command), clock::now())
    }

    /// Runs a machine to its next event. `None`: nothing comes without a new command.
    ///
    /// Blocks while the machine waits for an answer or for time to pass.
    pub fn next<P: Pump>(&self, machine: &mut P) -> Result<Option<P::Event>, Misuse> {
        loop {
            match machine.poll() {
                Output::Event(event) => return Ok(Some(event)),
                Output::Done => return Ok(None),
                Output::Wait(deadline) => {
                    clock::sleep_until(deadline);
                    machine.handle(Input::Timeout, clock::now())?;
                }
                Output::Transmit(transmit) => {
                    let exchange = transmit.exchange;
                    let ended = http::exchange(&self.origin, &self.limits, &transmit);
                    let input = match ended {
                        Ok(response) => Input::Response { exchange, response },
                        Err(failure) => Input::TransportFailure { exchange, failure },
                    };
                    machine.handle(input, clock::now())?;
                }
            }
        }
    }
}
