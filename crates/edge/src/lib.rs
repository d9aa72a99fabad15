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
#[cfg(all(target_arch = "wasm32", not(target_os = "wasi")))]
use ima_guest as _;

#[cfg(all(feature = "component", target_arch = "wasm32"))]
mod component;
#[cfg(test)]
mod tests;

use alloc::string::String;
use ima_core::request::{Language, Request, TaskType};
use serde_json::{Map, Value};

/// Reads what is ordered out of members that are named as in the bodies of `POST /v1/music` and
/// `POST /v1/audio/speech`, for other ways to order the same. Nothing that isn't understood is left out.
///
/// # Errors
///
/// A sentence that names the member, what was given and what is allowed.
pub fn order(
    task: TaskType,
    members: Map<String, Value>,
    language: Language,
) -> Result<Request, String> {
    order::of(task, members, language).map_err(|error| error.message())
}

pub use configuration::Configuration;
pub use events::Events;
pub use run::Transport;
pub use service::serve;
