//! The rules of the requirements, seen from outside: through the component in the host.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod language;
mod models;
mod options;
mod reflection;

use ima_host::types::{Parameter, Request};
use ima_tests::Stage;
use serde_json::Value;

fn with(mut request: Request, name: &str, value: &Value) -> Request {
    request.parameters.push(Parameter {
        name: name.to_owned(),
        value: value.to_string(),
    });
    request
}

fn sent(stage: &Stage) -> Value {
    stage.control.tasks().last().unwrap().body["parameters"][0]["parameters"].clone()
}
