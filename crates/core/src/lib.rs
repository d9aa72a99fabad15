//! IMA Studio's generation flow as pure state machines.
//!
//! The crate does no I/O, reads no clock, draws no random number and never sees the API key: it is
//! `no_std`, so the compiler holds it to that. The caller owns sockets and clocks and pumps a
//! machine:
//!
//! ```
//! use ima_core::pump::{Command, Input, Output, Pump};
//! use ima_core::request::{Language, Request, TaskType};
//! use ima_core::session::{Session, Settings};
//!
//! let request = Request::new(TaskType::TextToSpeech, "Hello.", Language::En);
//! let mut session = Session::new(request, Settings::default())?;
//! session.handle(Input::Command(Command::Start), 0)?;
//! loop {
//!     match session.poll() {
//!         Output::Event(_event) => {}        // for the host and the user
//!         Output::Transmit(_exchange) => {}  // one HTTP exchange; answer it with `handle`
//!         Output::Wait(_deadline) => break,  // sleep until then, or until an answer comes
//!         Output::Done => return Ok(()),
//!     }
//! }
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! Times are milliseconds on a clock of the caller's choice, money is points.

#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod catalogue;
pub mod event;
pub mod http;
pub mod inquiry;
pub mod outcome;
pub mod preferences;
pub mod pump;
pub mod quote;
pub mod request;
pub mod session;
pub mod status;

mod api;
mod message;
mod prelude;

/// A point in time, or a span of it, in milliseconds on the caller's clock.
pub type Millis = u64;
