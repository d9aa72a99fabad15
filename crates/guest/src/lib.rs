//! What the components share: the run loop over a transport, and the conversions between the contract
//! and `ima-core`.
//!
//! A [`Transport`] is the only place in a component that does I/O. The loop blocks, because a
//! component of WASI 0.2 has one thread of control, and it is pulled: nothing happens between two
//! calls.
//!
//! ```
//! use ima_core::Millis;
//! use ima_core::http::{FailureKind, HttpResponse, Sent, Transmit, TransportFailure};
//! use ima_core::inquiry::Inquiry;
//! use ima_core::pump::Command;
//! use ima_core::request::{Language, TaskType};
//! use ima_guest::{Driver, Transport};
//!
//! struct Offline;
//!
//! impl Transport for Offline {
//!     fn exchange(&self, _: &Transmit) -> Result<HttpResponse, TransportFailure> {
//!         Err(TransportFailure { sent: Sent::No, kind: FailureKind::Network })
//!     }
//!     fn now(&self) -> Millis {
//!         0
//!     }
//!     fn sleep_until(&self, _: Millis) {}
//!     fn seed(&self) -> (u64, u64) {
//!         (0, 0)
//!     }
//! }
//!
//! let driver = Driver::new(Offline);
//! let mut inquiry = Inquiry::new(TaskType::TextToMusic, Language::En, 0);
//! driver.command(&mut inquiry, Command::Cancel)?;
//! assert_eq!(driver.next(&mut inquiry)?, None);
//! # Ok::<(), ima_core::pump::Misuse>(())
//! ```

#![no_std]

extern crate alloc;

mod conversions;
pub mod error_codes;
mod limits;
#[cfg(all(feature = "runtime", target_arch = "wasm32"))]
mod runtime;
#[cfg(feature = "wasi-http")]
mod wasi_http;

pub use limits::{Limits, Times};
#[cfg(feature = "wasi-http")]
pub use wasi_http::WasiHttp;

use ima_core::Millis;
use ima_core::http::{HttpResponse, Transmit, TransportFailure};
use ima_core::pump::{Command, Input, Misuse, Output, Pump};

/// What the macros of this crate refer to.
#[doc(hidden)]
pub mod macro_support {
    pub extern crate alloc;
    pub use ima_core;
    pub use ima_understanding;
    pub use ima_wire;
    pub use serde_json;
}

/// How a component reaches the service, and its clock and its randomness.
pub trait Transport {
    /// Carries out one exchange, from the request to the last byte of the answer. Blocks.
    ///
    /// A failure says `Sent::No` only if the transport proves it (money rule 3).
    fn exchange(&self, transmit: &Transmit) -> Result<HttpResponse, TransportFailure>;

    /// The time on a clock that does not go back.
    fn now(&self) -> Millis;

    /// Blocks until this time on the clock.
    fn sleep_until(&self, deadline: Millis);

    /// 128 random bits that nobody can guess, new at every call.
    fn seed(&self) -> (u64, u64);
}

impl<T: Transport> Transport for &T {
    fn exchange(&self, transmit: &Transmit) -> Result<HttpResponse, TransportFailure> {
        (**self).exchange(transmit)
    }

    fn now(&self) -> Millis {
        (**self).now()
    }

    fn sleep_until(&self, deadline: Millis) {
        (**self).sleep_until(deadline);
    }

    fn seed(&self) -> (u64, u64) {
        (**self).seed()
    }
}

/// What a machine comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<E> {
    /// It reports something.
    Event(E),
    /// It would rest beyond the time that there is.
    Paused,
    /// Nothing comes without a new command.
    Over,
}

/// The run loop of a component.
#[derive(Clone, Debug)]
pub struct Driver<T> {
    transport: T,
}

impl<T: Transport> Driver<T> {
    /// A driver over a transport, whose host adds the `Authorization` header to what leaves the
    /// sandbox.
    pub fn new(transport: T) -> Self {
        Self { transport }
    }

    /// The time on the transport's clock.
    pub fn now(&self) -> Millis {
        self.transport.now()
    }

    /// 128 random bits, for a new session.
    pub fn seed(&self) -> (u64, u64) {
        self.transport.seed()
    }

    /// Gives a machine a command.
    ///
    /// Fails if the machine cannot make sense of it.
    pub fn command<P: Pump>(&self, machine: &mut P, command: Command) -> Result<(), Misuse> {
        machine.handle(Input::Command(command), self.transport.now())
    }

    /// Runs a machine to its next event. `None`: nothing comes without a new command.
    ///
    /// Blocks while the machine waits for an answer or for time to pass.
    pub fn next<P: Pump>(&self, machine: &mut P) -> Result<Option<P::Event>, Misuse> {
        match self.next_until(machine, Millis::MAX)? {
            Step::Event(event) => Ok(Some(event)),
            Step::Paused | Step::Over => Ok(None),
        }
    }

    /// The same, but no rest between two exchanges lasts beyond this time on the clock. An exchange may.
    pub fn next_until<P: Pump>(
        &self,
        machine: &mut P,
        rest: Millis,
    ) -> Result<Step<P::Event>, Misuse> {
        loop {
            match machine.poll() {
                Output::Event(event) => return Ok(Step::Event(event)),
                Output::Done => return Ok(Step::Over),
                Output::Wait(deadline) if deadline > rest => return Ok(Step::Paused),
                Output::Wait(deadline) => {
                    self.transport.sleep_until(deadline);
                    machine.handle(Input::Timeout, self.transport.now())?;
                }
                Output::Transmit(transmit) => {
                    let exchange = transmit.exchange;
                    let input = match self.transport.exchange(&transmit) {
                        Ok(response) => Input::Response { exchange, response },
                        Err(failure) => Input::TransportFailure { exchange, failure },
                    };
                    machine.handle(input, self.transport.now())?;
                }
            }
        }
    }
}
