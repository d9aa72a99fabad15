//! The component of world `edge`, unmodified but for its configuration, in stock wasmtime against the
//! simulator. The simulator's ledger says what was paid.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod bodies;
mod file;
mod jobs;
mod money;
mod routes;
mod stage;
