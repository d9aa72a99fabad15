//! Writing lines. A reader that went away is no reason to leave a paid job.

use std::io::{self, Write};

use serde::Serialize;

/// A line on standard output.
pub(crate) fn line(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// A line on standard error.
pub(crate) fn error(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// An object as one line of JSON on standard output.
pub(crate) fn json(object: &impl Serialize) {
    if let Ok(text) = serde_json::to_string(object) {
        line(&text);
    }
}

/// An object over several lines, for people too.
pub(crate) fn pretty(object: &impl Serialize) {
    if let Ok(text) = serde_json::to_string_pretty(object) {
        line(&text);
    }
}
