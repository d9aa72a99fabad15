//! The HTTP API of the component of world `edge`, and its page (`docs/edge.md`).
//!
//! Everything but [`Transport`] is pure: routing, parsing, the state of a request, tokens, frames of
//! events. So it is tested natively, and the same code runs over any version of `wasi:http`.
//!
//! Nothing is kept between two requests. A job is known by its token, which holds what
//! [`Session::paid`](ima_core::session::Session::paid) knows of a task: neither the prompt nor a key. A
//! token never leads to a create request.

#![cfg_attr(not(test), no_std)]

extern crate alloc;

mod browser;
pub mod configuration;
mod create;
mod error;
mod events;
pub mod http;
mod job;
mod language;
mod lists;
mod order;
mod page;
mod prelude;
mod retry;
mod route;
mod run;
mod service;
mod token;
mod voices;

// Its allocator is wanted by whatever is made of this crate.
#[cfg(target_arch = "wasm32")]
use ima_guest as _;

#[cfg(all(feature = "component", target_arch = "wasm32"))]
mod component;
#[cfg(test)]
mod tests;

pub use configuration::Configuration;
pub use events::Events;
pub use run::Transport;
pub use service::serve;
