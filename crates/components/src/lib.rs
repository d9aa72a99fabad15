//! IMA Studio's WebAssembly components as bytes, for whoever embeds them.
//!
//! Each is a component for any engine of the component model. What it imports and exports stands in
//! the project's `wit/` folder.

/// The component of world `machine`: sessions for a caller that owns sockets and clocks. It imports
/// nothing.
pub static MACHINE: &[u8] = include_bytes!(env!("IMA_MACHINE_WASM"));

/// The component of world `plugin`: generations that do their own HTTP through `wasi:http` 0.2.
pub static PLUGIN: &[u8] = include_bytes!(env!("IMA_PLUGIN_WASM"));

/// The component of world `edge` as it is built: an HTTP API for the official service, whose callers
/// bring their own key. [`edge()`] gives it with another configuration.
pub static EDGE: &[u8] = include_bytes!(env!("IMA_EDGE_WASM"));

/// The same API for hosts of WASI 0.3, which let one instance serve many requests at once. [`edge_p3`] gives
/// it with another configuration.
pub static EDGE_P3: &[u8] = include_bytes!(env!("IMA_EDGE_P3_WASM"));

mod edge;

pub use edge::{EdgeConfiguration, EdgeError, EdgeKey, edge, edge_p3};
