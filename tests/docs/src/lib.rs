//! The Rust code of the README and the guides, compiled as documentation tests.

#[doc = include_str!("../../../README.md")]
#[doc = include_str!("../../../docs/agent-runtime.md")]
#[doc = include_str!("../../../host/README.md")]
mod documents {}
