//! The engine, the store and what a component may import.

mod compiled;
mod engine;
mod meter;
mod pool;
mod state;

pub use engine::ComponentSource;
pub(crate) use engine::{MACHINE, PLUGIN, Sandbox, component_bytes};
pub(crate) use meter::{Meter, exceeded};
pub(crate) use state::State;
