//! Music and speech as five flat tools for agents: models, voices, quote, create, check.
//!
//! Agent hosts start an instance for each call and keep nothing of it. So quotes and jobs are kept by the
//! gateway (`ima gateway`, `docs/agents.md`), which also holds the key and the ledger; without a gateway
//! there are prices, and no purchase. [`Tools`] is pure but for its [`Transport`](ima_guest::Transport), and
//! the same for the component of world `tools` and for every adapter.

#![cfg_attr(target_os = "wasi", allow(unsafe_code, reason = "generated bindings"))]

mod answers;
mod call;
#[cfg(all(feature = "component", target_os = "wasi"))]
mod component;
mod gateway;
mod problem;
mod purchase;
mod service;
#[cfg(all(feature = "waki", target_os = "wasi"))]
mod waki_transport;
mod words;

#[cfg(test)]
mod tests;

pub use answers::{Job, Models, Quote, Voices};
pub use call::{DESCRIPTION, Tool, schema_of_all, tools};
pub use problem::Problem;
pub use service::Tools;
#[cfg(all(feature = "waki", target_os = "wasi"))]
pub use waki_transport::Waki;
