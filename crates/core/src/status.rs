//! What the states of a task's media mean together (music: "Detail API status values";
//! `docs/wire.md`, "The detail answer").

use crate::api::detail::{MediaState, TaskState, Words};
use crate::outcome::{Media, TaskFault};
use crate::prelude::*;
use ima_wire::scalar::Scalar;
use ima_wire::words::{self, Reason};

/// The state of a task over all of its media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskStatus {
    /// Keep polling. Holds the media that are there already.
    Pending(Vec<Media>),
    /// Every media is there.
    Ready(Vec<Media>),
    /// The task or at least one media failed or was deleted. Holds those that are there all the same.
    Failed(TaskFault, Vec<Media>),
}

impl TaskStatus {
    /// Reads the `data` of the detail answer for a task. `None` where it has another shape, or names
    /// another task.
    pub fn read(data: &str, task_id: &str) -> Option<Self> {
        Some(Self::of(&TaskState::read(data, task_id)?))
    }

    fn of(task: &TaskState<'_>) -> Self {
        let mut ready = Vec::new();
        let mut failed = None;
        for media in &task.medias {
            match MediaStatus::of(media) {
                MediaStatus::Pending => {}
                MediaStatus::Failed(TaskFault::Status) if failed.is_some() => {}
                MediaStatus::Failed(fault) => failed = Some(fault),
                MediaStatus::Ready(media) => ready.push(media),
            }
        }
        let complete = !ready.is_empty() && ready.len() == task.medias.len();
        if failed.is_none() && !complete && words::is_failure(&task.status) {
            failed = Some(fault(&task.words, TaskFault::Status));
        }
        match failed {
            Some(fault) => Self::Failed(fault, ready),
            None if complete => Self::Ready(ready),
            None => Self::Pending(ready),
        }
    }
}

enum MediaStatus {
    Pending,
    Ready(Media),
    Failed(TaskFault),
}

impl MediaStatus {
    fn of(media: &MediaState<'_>) -> Self {
        match media.resource_status.integer() {
            Some(2 | 3) => Self::Failed(fault(&media.words, TaskFault::Resource)),
            _ if words::is_failure(&media.status) => {
                Self::Failed(fault(&media.words, TaskFault::Status))
            }
            Some(1) => match media.places.iter().find_map(address) {
                Some(url) => Self::Ready(Media {
                    url,
                    duration: media.duration_str.text(),
                    format: media.format.text(),
                }),
                None => Self::Pending,
            },
            _ => Self::Pending,
        }
    }
}

/// The kind of a failure, by what the service says of it.
fn fault(words: &Words<'_>, silent: TaskFault) -> TaskFault {
    let mut said = false;
    for text in words.texts() {
        said = true;
        match words::reason(text) {
            Some(Reason::Content) => return TaskFault::Content,
            Some(Reason::TooLong) => return TaskFault::TooLong,
            Some(Reason::Busy) => return TaskFault::Busy,
            None => {}
        }
    }
    match said {
        true => TaskFault::Resource,
        false => silent,
    }
}

/// Where a media is. A number or a blank text is no address, so the media is not there yet.
fn address(url: &Scalar<'_>) -> Option<String> {
    match url {
        Scalar::Text(url) if !url.trim().is_empty() => Some(url.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(medias: &str) -> String {
        let data = format!(r#"{{"id":"t","medias":{medias}}}"#);
        match TaskStatus::read(&data, "t") {
            None => "unreadable".to_owned(),
            Some(TaskStatus::Pending(medias)) => format!("pending {}", urls(&medias)),
            Some(TaskStatus::Ready(medias)) => format!("ready {}", urls(&medias)),
            Some(TaskStatus::Failed(_, medias)) => format!("failed {}", urls(&medias)),
        }
    }

    fn urls(medias: &[Media]) -> String {
        let urls: Vec<_> = medias.iter().map(|media| media.url.as_str()).collect();
        urls.join(",")
    }

    #[test]
    fn one_media() {
        for (media, expected) in [
            (r#"{}"#, "pending "),
            (r#"{"resource_status":null,"status":"pending"}"#, "pending "),
            (r#"{"resource_status":0,"status":"processing"}"#, "pending "),
            (
                r#"{"resource_status":0,"status":"success","url":"u"}"#,
                "pending ",
            ),
            (
                r#"{"resource_status":1,"status":"success","url":"u"}"#,
                "ready u",
            ),
            (
                r#"{"resource_status":"1","status":"completed","url":"u"}"#,
                "ready u",
            ),
            (r#"{"resource_status":1,"url":"u"}"#, "ready u"),
            (
                r#"{"resource_status":1,"url":"","watermark_url":"w"}"#,
                "ready w",
            ),
            (r#"{"resource_status":1,"status":"success"}"#, "pending "),
            (r#"{"resource_status":1,"url":" "}"#, "pending "),
            (
                r#"{"resource_status":1,"url":7,"watermark_url":"w"}"#,
                "ready w",
            ),
            (
                r#"{"resource_status":1,"status":"failed","url":"u"}"#,
                "failed ",
            ),
            (r#"{"resource_status":null,"status":"Failed"}"#, "failed "),
            (r#"{"resource_status":0,"status":"error"}"#, "failed "),
            (r#"{"resource_status":0,"status":"CANCELLED"}"#, "failed "),
            (
                r#"{"resource_status":1,"url":"","watermark_url":null,"preview_url":"p"}"#,
                "ready p",
            ),
            (r#"{"resource_status":2}"#, "failed "),
            (
                r#"{"resource_status":3,"status":"success","url":"u"}"#,
                "failed ",
            ),
            (r#"{"resource_status":4,"url":"u"}"#, "pending "),
            (r#"{"resource_status":-1}"#, "pending "),
        ] {
            assert_eq!(status(&format!("[{media}]")), expected, "{media}");
        }
    }

    #[test]
    fn all_media_count() {
        let ready = r#"{"resource_status":1,"url":"a"}"#;
        let other = r#"{"resource_status":1,"url":"b"}"#;
        let pending = r#"{"resource_status":0}"#;
        let failed = r#"{"resource_status":2}"#;
        assert_eq!(status(&format!("[{ready},{other}]")), "ready a,b");
        assert_eq!(status(&format!("[{ready},{pending}]")), "pending a");
        assert_eq!(status(&format!("[{ready},{failed}]")), "failed a");
        assert_eq!(status("[]"), "pending ");
        assert_eq!(status("null"), "pending ");
        assert_eq!(status("[1]"), "unreadable");
    }

    #[test]
    fn the_state_of_the_task_counts_where_its_media_say_nothing() {
        let of = |data: &str| TaskStatus::read(data, "t").unwrap();
        let silent = TaskStatus::Failed(TaskFault::Status, Vec::new());
        assert_eq!(of(r#"{"status":"failed","medias":[]}"#), silent);
        assert_eq!(of(r#"{"status":"canceled"}"#), silent);
        assert_eq!(
            of(r#"{"status":"success","medias":[]}"#),
            TaskStatus::Pending(Vec::new())
        );
        let ready = r#"[{"resource_status":1,"url":"a"}]"#;
        let both = of(&format!(r#"{{"status":"failed","medias":{ready}}}"#));
        assert!(matches!(both, TaskStatus::Ready(_)));
    }

    #[test]
    fn the_services_words_choose_the_kind_of_a_failure() {
        for (words, expected) in [
            (r#""error_msg":"sensitive content""#, TaskFault::Content),
            (r#""error_msg":"x","remark":"文本过长""#, TaskFault::TooLong),
            (r#""remark":"upstream timeout""#, TaskFault::Busy),
            (r#""error_msg":"GPU 7 fell over""#, TaskFault::Resource),
            (r#""error_msg":"","remark":null"#, TaskFault::Status),
            (r#""error_msg":"\ud83d","remark":7"#, TaskFault::Status),
        ] {
            let data = format!(r#"{{"medias":[{{"status":"failed",{words}}}]}}"#);
            let failed = Some(TaskStatus::Failed(expected, Vec::new()));
            assert_eq!(TaskStatus::read(&data, "t"), failed, "{words}");
        }
    }

    #[test]
    fn an_answer_about_another_task_says_nothing() {
        for (data, task_id, expected) in [
            (r#"{"id":"t"}"#, "t", true),
            (r#"{"id":"u"}"#, "t", false),
            (
                r#"{"id":12345678901234567890123}"#,
                "12345678901234567890123",
                true,
            ),
            (r#"{"id":null}"#, "t", true),
            (r#"{}"#, "t", true),
        ] {
            assert_eq!(
                TaskStatus::read(data, task_id).is_some(),
                expected,
                "{data}"
            );
        }
    }

    #[test]
    fn more_media_than_any_task_has_are_no_answer() {
        let list = |count| format!("[{}]", vec![r#"{"resource_status":0}"#; count].join(","));
        assert_eq!(status(&list(1_000)), "pending ");
        assert_eq!(status(&list(1_001)), "unreadable");
    }
}
