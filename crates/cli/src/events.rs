//! The events of a generation as JSON, one line each, for `--events`.

use std::path::Path;

use ima_host::types::{Event, Outcome};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// One line of `--events`: what happened, in times of milliseconds and prices of points.
#[derive(Serialize)]
pub(crate) struct Line {
    event: String,
    #[serde(flatten)]
    body: Map<String, Value>,
    /// Which of several generations it is of, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<usize>,
}

impl Line {
    /// The library's event, in the program's words: those of the contract, in lower case.
    pub(crate) fn of(event: &Event, number: Option<usize>) -> Self {
        let (event_word, mut body) = tagged(serde_json::to_value(event).unwrap_or_default());
        if let Event::Finished(outcome) = event {
            let (word, inner) = tagged(Value::Object(body));
            body = inner;
            body.insert("outcome".to_owned(), word.into());
            if let Outcome::Failure(failure) = outcome {
                body.insert("cause".to_owned(), failure.cause.name().into());
            }
        }
        for word in ["state", "kind", "phase", "charge"] {
            if let Some(Value::String(word)) = body.get_mut(word) {
                word.make_ascii_lowercase();
            }
        }
        // The text shows its language by itself, and few failures have a page to help.
        body.remove("language");
        body.retain(|name, value| name != "help" || !value.is_null());
        Self {
            event: event_word,
            body,
            number,
        }
    }

    pub(crate) fn saved(file: &Path, sha256: &str, number: Option<usize>) -> Self {
        // JSON has no form for bytes that are no UTF-8.
        let file = file.to_string_lossy();
        let (event, body) = tagged(json!({"Saved": {"file": file, "sha256": sha256}}));
        Self {
            event,
            body,
            number,
        }
    }
}

/// The only key of an object, in lower case, and the object that it leads to.
fn tagged(value: Value) -> (String, Map<String, Value>) {
    let Value::Object(object) = value else {
        return Default::default();
    };
    match object.into_iter().next() {
        Some((word, Value::Object(body))) => (word.to_ascii_lowercase(), body),
        _ => Default::default(),
    }
}
