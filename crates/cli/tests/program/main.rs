//! Every command of the program against the simulator: what it prints, leaves, costs, and its code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

#[cfg(unix)]
mod attacks;
mod audio;
mod command_line;
mod completions;
mod crash;
mod create;
#[cfg(unix)]
mod environments;
mod failures;
mod field;
mod gateway;
mod generate;
mod jobs;
mod library;
mod logs;
mod mcp;
mod narration;
mod outcomes;
mod say;
mod screen;
mod serve;
mod served;
mod service;
mod settings;
#[path = "../stage/mod.rs"]
mod stage;
#[cfg(unix)]
mod stopping;
mod target;
#[cfg(unix)]
mod terminal;
mod usage;
mod words;
