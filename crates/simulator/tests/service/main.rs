//! The simulator over real HTTP, as a client meets it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a failed assumption is a failed test"
)]

mod audio;
mod auth;
mod client;
mod connections;
mod control_http;
mod create;
mod faults;
mod lists;
mod prices;
mod program;
mod refusals;
mod rules;
mod strict_form;
mod timelines;
mod tls;
