//! Other models to suggest after a failure, with their live prices (music: "Failure fallback
//! table").

use crate::catalogue::Catalogue;
use crate::outcome::Alternative;
use crate::prelude::*;
use crate::request::{Language, TaskType};
use ima_wire::untrusted;

/// A failed model and what to suggest instead. The last row is for any other model.
const FALLBACKS: [(&str, [&str; 2]); 4] = [
    ("sonic", ["GenBGM", "GenSong"]),
    ("GenBGM", ["GenSong", "sonic"]),
    ("GenSong", ["GenBGM", "sonic"]),
    ("", ["sonic", "GenBGM"]),
];

/// What a model is good for, in Chinese and English.
const FEATURES: [(&str, &str, &str); 3] = [
    ("sonic", "功能最强", "most capable"),
    ("GenBGM", "背景音乐", "background music"),
    ("GenSong", "歌曲生成", "songs"),
];

/// The alternatives to a model that the catalogue offers. None for speech, which has one model.
pub(crate) fn alternatives(
    task: TaskType,
    model_id: &str,
    catalogue: &Catalogue,
) -> Vec<Alternative> {
    if task != TaskType::TextToMusic {
        return Vec::new();
    }
    let row = FALLBACKS
        .iter()
        .find(|(model, _)| *model == model_id || model.is_empty());
    let ids = row.map_or(&[][..], |(_, ids)| ids);
    let offered = |id: &&str| {
        let leaf = catalogue.find(id, None)?;
        Some(Alternative {
            points: leaf.default_rule()?.points,
            model_id: leaf.model_id,
            model_name: untrusted::name(&leaf.name),
        })
    };
    ids.iter().filter_map(offered).collect()
}

/// What a model is good for, where that is known.
pub(super) fn feature(model_id: &str, language: Language) -> Option<&'static str> {
    let (_, zh, en) = FEATURES.iter().find(|(model, ..)| *model == model_id)?;
    Some(language.pick(en, zh))
}
