//! Between the types of `wit/` and those of `ima-core`.

mod catalogue;
mod event;
mod outcome;
mod request;
mod understanding;

pub(crate) use catalogue::{model, quote};
pub(crate) use understanding::voice;
