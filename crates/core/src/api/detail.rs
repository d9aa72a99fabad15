//! The answer to a question for a task's state (music: "API 3", speech: "Task Detail API").

use crate::prelude::*;
use ima_wire::json::{self, Object};
use ima_wire::scalar::Scalar;

/// More media than any task has: an answer with more makes no sense.
const MOST: usize = 1_000;

/// The state of one media.
#[derive(Debug)]
pub(crate) struct MediaState<'a> {
    pub resource_status: Scalar<'a>,
    pub status: Scalar<'a>,
    pub url: Scalar<'a>,
    pub watermark_url: Scalar<'a>,
    pub duration_str: Scalar<'a>,
    pub format: Scalar<'a>,
}

impl<'a> MediaState<'a> {
    fn read(media: &Object<'a>) -> Option<Self> {
        Some(Self {
            resource_status: media.scalar("resource_status")?,
            status: media.scalar("status")?,
            url: media.scalar("url")?,
            watermark_url: media.scalar("watermark_url")?,
            duration_str: media.scalar("duration_str")?,
            format: media.scalar("format")?,
        })
    }
}

/// The media in the data of the answer. Without a list of them it says that nothing is there yet;
/// `None` where it has another shape.
pub(crate) fn medias(data: &str) -> Option<Vec<MediaState<'_>>> {
    let data = Object::read(data)?;
    let mut medias = Vec::new();
    json::each(data.get("medias")?, &mut |media| {
        medias.push(MediaState::read(media)?);
        (medias.len() <= MOST).then_some(())
    })?;
    Some(medias)
}
