//! The answer to a question for a task's state (music: "API 3", speech: "Task Detail API").

use super::product::List;
use super::scalar::Scalar;
use serde::Deserialize;

/// The data of the answer. Without a list of media it says that nothing is there yet.
#[derive(Debug, Deserialize)]
pub(crate) struct Detail<'a> {
    #[serde(borrow, default)]
    pub medias: List<MediaState<'a>>,
}

/// The state of one media.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct MediaState<'a> {
    #[serde(borrow, default)]
    pub resource_status: Scalar<'a>,
    #[serde(borrow, default)]
    pub status: Scalar<'a>,
    #[serde(borrow, default)]
    pub url: Scalar<'a>,
    #[serde(borrow, default)]
    pub watermark_url: Scalar<'a>,
    #[serde(borrow, default)]
    pub duration_str: Scalar<'a>,
    #[serde(borrow, default)]
    pub format: Scalar<'a>,
}

/// The data of the answer to a create request.
#[derive(Debug, Deserialize)]
pub(crate) struct Created<'a> {
    #[serde(borrow, default)]
    pub id: Scalar<'a>,
}
