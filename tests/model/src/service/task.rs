//! A paid task and what the detail answer says about it.

use super::plan::{Fate, TaskEnd, Unfinished};
use super::{Meaning, Reply};
use ima_core::Millis;

/// A task that was paid.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) created: Millis,
    pub(crate) fate: Fate,
}

const WORKING: &str = r#"{"resource_status":0,"status":"processing"}"#;

impl Task {
    /// Whether the detail answer knows the task already.
    pub(crate) fn is_visible(&self, now: Millis) -> bool {
        now >= self.created.saturating_add(self.fate.hidden)
    }

    pub(crate) fn detail(&self, now: Millis, echo: &str) -> Reply {
        let (medias, meaning) = if now >= self.created.saturating_add(self.fate.takes) {
            self.finished(echo)
        } else {
            let there = match self.fate.unfinished {
                Unfinished::Half => vec![self.url(1, echo)],
                _ => Vec::new(),
            };
            let medias = match self.fate.unfinished {
                Unfinished::Half => format!("[{},{WORKING}]", self.there(1, echo)),
                Unfinished::Processing => format!("[{WORKING},{WORKING}]"),
                Unfinished::NoList => "null".to_owned(),
                Unfinished::EmptyList => "[]".to_owned(),
                Unfinished::NoUrl => r#"[{"resource_status":1,"status":"success"}]"#.to_owned(),
            };
            (medias, Meaning::Pending(there))
        };
        let id = &self.id;
        let status = match (self.fate.end, &meaning) {
            (TaskEnd::Task, Meaning::Failed(_)) => "failed",
            _ => "processing",
        };
        let data = format!(r#"{{"id":"{id}","status":"{status}","medias":{medias}}}"#);
        Reply::success(&data, meaning)
    }

    fn url(&self, number: u8, echo: &str) -> String {
        format!("https://cdn.example/{}/{number}{echo}.mp3", self.id)
    }

    fn there(&self, number: u8, echo: &str) -> String {
        let url = self.url(number, echo);
        format!(r#"{{"resource_status":1,"status":"success","url":"{url}"}}"#)
    }

    fn finished(&self, echo: &str) -> (String, Meaning) {
        let (url, there) = (
            |number| self.url(number, echo),
            |number| self.there(number, echo),
        );
        let failed = |fields: &str| (format!("[{{{fields}}}]"), Meaning::Failed(Vec::new()));
        match self.fate.end {
            TaskEnd::One => (format!("[{}]", there(1)), Meaning::Ready(vec![url(1)])),
            TaskEnd::Two => (
                format!("[{},{}]", there(1), there(2)),
                Meaning::Ready(vec![url(1), url(2)]),
            ),
            TaskEnd::Half => (
                format!(r#"[{},{{"resource_status":2}}]"#, there(1)),
                Meaning::Failed(vec![url(1)]),
            ),
            TaskEnd::Resource => failed(r#""resource_status":2,"status":"failed""#),
            TaskEnd::Deleted => failed(r#""resource_status":3"#),
            TaskEnd::Status => failed(r#""resource_status":0,"status":"failed""#),
            TaskEnd::Words => {
                failed(r#""resource_status":0,"status":"error","error_msg":"sensitive""#)
            }
            TaskEnd::Task => ("[]".to_owned(), Meaning::Failed(Vec::new())),
        }
    }
}
