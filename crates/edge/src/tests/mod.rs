//! Requests against a scripted service, on a clock that jumps.

mod jobs;
mod money;
mod orders;
mod script;
mod shape;
