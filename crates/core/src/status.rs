//! What the states of a task's media mean together (music: "Detail API status values";
//! `docs/wire.md`, "The detail answer").

use crate::api::detail::{self, MediaState};
use crate::outcome::{Media, TaskFault};
use crate::prelude::*;
use ima_wire::scalar::Scalar;

/// The state of a task over all of its media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskStatus {
    /// Keep polling.
    Pending,
    /// Every media is there.
    Ready(Vec<Media>),
    /// At least one media failed or was deleted. Holds those that are there all the same.
    Failed(TaskFault, Vec<Media>),
}

impl TaskStatus {
    /// Reads the `data` of a detail answer. `None` where it has another shape.
    pub fn read(data: &str) -> Option<Self> {
        Some(Self::of(&detail::medias(data)?))
    }

    fn of(medias: &[MediaState<'_>]) -> Self {
        let mut ready = Vec::new();
        let mut failed = None;
        for media in medias {
            match MediaStatus::of(media) {
                MediaStatus::Pending => {}
                MediaStatus::Failed(TaskFault::Status) if failed.is_some() => {}
                MediaStatus::Failed(fault) => failed = Some(fault),
                MediaStatus::Ready(media) => ready.push(media),
            }
        }
        if let Some(fault) = failed {
            Self::Failed(fault, ready)
        } else if !ready.is_empty() && ready.len() == medias.len() {
            Self::Ready(ready)
        } else {
            Self::Pending
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
            Some(2 | 3) => Self::Failed(TaskFault::Resource),
            _ if media.status.is("failed") => Self::Failed(TaskFault::Status),
            Some(1) => match address(&media.url).or_else(|| address(&media.watermark_url)) {
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
        match TaskStatus::read(&data) {
            None => "unreadable".to_owned(),
            Some(TaskStatus::Pending) => "pending".to_owned(),
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
            (r#"{}"#, "pending"),
            (r#"{"resource_status":null,"status":"pending"}"#, "pending"),
            (r#"{"resource_status":0,"status":"processing"}"#, "pending"),
            (
                r#"{"resource_status":0,"status":"success","url":"u"}"#,
                "pending",
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
            (r#"{"resource_status":1,"status":"success"}"#, "pending"),
            (r#"{"resource_status":1,"url":" "}"#, "pending"),
            (
                r#"{"resource_status":1,"url":7,"watermark_url":"w"}"#,
                "ready w",
            ),
            (
                r#"{"resource_status":1,"status":"failed","url":"u"}"#,
                "failed ",
            ),
            (r#"{"resource_status":null,"status":"Failed"}"#, "failed "),
            (r#"{"resource_status":2}"#, "failed "),
            (
                r#"{"resource_status":3,"status":"success","url":"u"}"#,
                "failed ",
            ),
            (r#"{"resource_status":4,"url":"u"}"#, "pending"),
            (r#"{"resource_status":-1}"#, "pending"),
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
        assert_eq!(status(&format!("[{ready},{pending}]")), "pending");
        assert_eq!(status(&format!("[{ready},{failed}]")), "failed a");
        assert_eq!(status("[]"), "pending");
        assert_eq!(status("null"), "pending");
        assert_eq!(status("[1]"), "unreadable");
    }

    #[test]
    fn more_media_than_any_task_has_are_no_answer() {
        let list = |count| format!("[{}]", vec![r#"{"resource_status":0}"#; count].join(","));
        assert_eq!(status(&list(1_000)), "pending");
        assert_eq!(status(&list(1_001)), "unreadable");
    }
}
