//! The engine that runs the component: configuration, compiled code, limits, instances.

mod compiled;
mod epoch;
mod machines;
mod meter;
mod release;
mod slots;

#[cfg(feature = "edge")]
pub(crate) use compiled::Compiled;
pub(crate) use epoch::{TICK, Ticker};
pub use machines::ComponentSource;
pub(crate) use machines::{Instance, MachineEngine, component_bytes};
pub(crate) use meter::{Meter, exceeded};
pub(crate) use release::Release;
