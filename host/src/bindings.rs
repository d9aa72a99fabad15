//! The contract in `wit/`, as wasmtime generates it.
#![allow(
    missing_docs,
    reason = "generated; the documentation is that of the WIT items"
)]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "plugin",
    exports: { default: async },
    additional_derives: [PartialEq],
});

/// The data of the contract: requests, events, outcomes and what they hold.
pub mod types {
    pub use super::exports::ima::studio::generations::OnUnknown;
    pub use super::exports::ima::studio::types::*;
}

pub(crate) use exports::ima::studio::generations::Guest as Generations;
