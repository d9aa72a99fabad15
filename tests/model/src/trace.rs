//! What happened, line by line, for a person who replays a seed.

use ima_core::Millis;
use std::fmt::Display;

/// The lines of one run. Nothing is formatted unless somebody wants to read it.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    lines: Option<Vec<String>>,
}

impl Trace {
    pub(crate) fn new(wanted: bool) -> Self {
        Self {
            lines: wanted.then(Vec::new),
        }
    }

    /// Adds a line: when, who (`>` into the session, `<` out of it, else the world), and what.
    pub(crate) fn note<T: Display>(&mut self, now: Millis, who: &str, what: impl FnOnce() -> T) {
        if let Some(lines) = &mut self.lines {
            let (seconds, rest) = (now / 1_000, now % 1_000);
            lines.push(format!("{seconds:>6}.{rest:03} {who:<8} {}", what()));
        }
    }

    pub(crate) fn into_lines(self) -> Vec<String> {
        self.lines.unwrap_or_default()
    }
}
