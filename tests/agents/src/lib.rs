//! The tools in agent hosts, through the gateway, against the simulator. `cargo xtask test --agents` builds the
//! components and the program, and runs this.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

pub mod act;
pub mod ironclaw;
pub mod scenarios;
pub mod stage;
pub mod wassette;
pub mod zeroclaw;

use std::path::PathBuf;

use serde_json::Value;

/// An agent host with the tools loaded. Each call may be to an instance of its own.
pub trait AgentHost: Send + Sync {
    /// Calls a tool. What it says of a failure is a JSON object too, or a text that holds one.
    fn call(&self, tool: &str, arguments: Value) -> Result<Value, String>;

    /// The same, but the host is killed after this long, if the call still lasts.
    fn call_and_die(&self, tool: &str, arguments: Value, after: std::time::Duration);
}

/// A file that `cargo xtask` built.
pub fn built(name: &str) -> PathBuf {
    let folder = std::env::var_os("IMA_AGENTS").expect("run this by `cargo xtask test --agents`");
    PathBuf::from(folder).join(name)
}
