//! The Rust code of the README and the guides, compiled as documentation tests.

#[doc = include_str!("../../../README.md")]
mod readme {}

#[doc = include_str!("../../../docs/agent-runtime.md")]
mod agent_runtime {}

#[doc = include_str!("../../../host/README.md")]
mod host_readme {}
