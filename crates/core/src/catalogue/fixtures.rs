//! The product lists that the service returned in spring 2026, cut to what the client reads.

use super::Catalogue;
use crate::request::TaskType;

/// The music list, as the `data` of the answer.
pub(crate) const MUSIC: &str = include_str!("fixtures/music.json");

/// The speech list, as the `data` of the answer.
pub(crate) const SPEECH: &str = include_str!("fixtures/speech.json");

pub(crate) fn music() -> Catalogue {
    Catalogue::read(TaskType::TextToMusic, MUSIC).unwrap()
}

pub(crate) fn speech() -> Catalogue {
    Catalogue::read(TaskType::TextToSpeech, SPEECH).unwrap()
}
