//! The server over a real runtime and journal, against the simulator, by clients of both protocols.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod bench;
mod buying;
mod consent;
mod day;
mod failures;
mod protocol;
mod skill;
mod tasks;
