//! The answer to a question for a task's state (music: "API 3", speech: "Task Detail API").

use crate::prelude::*;
use ima_wire::create;
use ima_wire::json::{self, Object};
use ima_wire::scalar::Scalar;

/// More media than any task has: an answer with more makes no sense.
const MOST: usize = 1_000;

/// The state of a task.
#[derive(Debug)]
pub(crate) struct TaskState<'a> {
    pub status: Scalar<'a>,
    pub words: Words<'a>,
    /// None of them yet where the answer has no list.
    pub medias: Vec<MediaState<'a>>,
}

/// The state of one media.
#[derive(Debug)]
pub(crate) struct MediaState<'a> {
    pub resource_status: Scalar<'a>,
    pub status: Scalar<'a>,
    /// Where it may be, the best place first.
    pub places: [Scalar<'a>; 3],
    pub duration_str: Scalar<'a>,
    pub format: Scalar<'a>,
    pub words: Words<'a>,
}

/// What the service says of a failure: `error_msg` and `remark`.
#[derive(Debug, Default)]
pub(crate) struct Words<'a>([Scalar<'a>; 2]);

impl Words<'_> {
    /// The texts that say something.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|word| match word {
            Scalar::Text(text) if !text.trim().is_empty() => Some(&**text),
            _ => None,
        })
    }
}

impl<'a> Words<'a> {
    fn read(object: &Object<'a>) -> Self {
        // Nobody but a failure needs them, so damage in them hides nothing.
        Self(["error_msg", "remark"].map(|name| object.scalar(name).unwrap_or_default()))
    }
}

impl<'a> TaskState<'a> {
    /// Reads the data of the answer for a task. `None` where it has another shape, or names another
    /// task. An answer without an id is taken for that of the task.
    pub(crate) fn read(data: &'a str, task_id: &str) -> Option<Self> {
        let data = Object::read(data)?;
        if create::id(&data).is_some_and(|id| id != task_id) {
            return None;
        }
        let mut medias = Vec::new();
        json::each(data.get("medias")?, &mut |media| {
            medias.push(MediaState::read(media)?);
            (medias.len() <= MOST).then_some(())
        })?;
        Some(Self {
            status: data.scalar("status").unwrap_or_default(),
            words: Words::read(&data),
            medias,
        })
    }
}

impl<'a> MediaState<'a> {
    fn read(media: &Object<'a>) -> Option<Self> {
        Some(Self {
            resource_status: media.scalar("resource_status")?,
            status: media.scalar("status")?,
            places: [
                media.scalar("url")?,
                media.scalar("watermark_url")?,
                media.scalar("preview_url").unwrap_or_default(),
            ],
            duration_str: media.scalar("duration_str").unwrap_or_default(),
            format: media.scalar("format").unwrap_or_default(),
            words: Words::read(media),
        })
    }
}
