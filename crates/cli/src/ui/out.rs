//! Writing lines. A reader that went away is no reason to leave a paid job.

use std::io::{self, ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use crate::ui::safe;

/// Whether some output could not be written.
static LOST: AtomicBool = AtomicBool::new(false);

/// A line on standard output.
pub(crate) fn line(text: &str) {
    bytes(format!("{}\n", safe::shown(text)).as_bytes());
}

/// Bytes on standard output.
pub(crate) fn bytes(bytes: &[u8]) {
    let mut stdout = io::stdout();
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    // A reader that has enough lost nothing.
    if written.is_err_and(|error| error.kind() != ErrorKind::BrokenPipe) {
        LOST.store(true, Ordering::Relaxed);
    }
}

/// Whether some output could not be written to standard output.
pub(crate) fn is_lost() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// A line on standard error.
pub(crate) fn error(text: &str) {
    let _ = writeln!(io::stderr(), "{}", safe::shown(text));
}

/// An object as one line of JSON on standard output.
pub(crate) fn json(object: &impl Serialize) {
    if let Ok(text) = serde_json::to_string(object) {
        line(&safe::json(&text));
    }
}

/// An object over several lines, for people too.
pub(crate) fn pretty(object: &impl Serialize) {
    if let Ok(text) = serde_json::to_string_pretty(object) {
        line(&safe::json(&text));
    }
}
