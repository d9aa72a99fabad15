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

use ima_host::Request;
use ima_test_kit::Stage;
use serde_json::Value;

fn with(mut request: Request, name: &str, value: &Value) -> Request {
    request.parameters.insert(name.to_owned(), value.clone());
    request
}

fn sent(stage: &Stage) -> Value {
    stage.control.tasks().last().unwrap().body["parameters"][0]["parameters"].clone()
}
