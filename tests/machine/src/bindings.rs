//! The world `machine`, as wasmtime generates it.

#![allow(missing_docs, reason = "generated; the WIT items are documented")]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "machine",
    additional_derives: [PartialEq],
});
