//! Between the types of `wit/types.wit` and those of `ima-core`. The machine is built with it too.

mod catalogue;
mod event;
mod outcome;
mod request;

pub(crate) use catalogue::{model, quote};
