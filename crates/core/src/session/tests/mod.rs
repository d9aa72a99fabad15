//! Scenarios of the session: what comes in, what goes out.

mod flow;
mod money;
mod properties;
mod reflection;
mod resume;
mod script;
mod waiting;
