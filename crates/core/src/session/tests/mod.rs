//! Scenarios of the session: what comes in, what goes out.

mod adopt;
mod flow;
mod keys;
mod money;
mod paid;
mod properties;
mod reflection;
mod resume;
mod script;
mod waiting;
