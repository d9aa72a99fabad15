//! The speech models: seed-tts-1.1 and seed-tts-2.0.

use serde_json::{Value, json};

use super::TEXT_TO_SPEECH;
use super::form::{Model, choice, group, limited_text, text};

const CATEGORY: (&str, &str) = (TEXT_TO_SPEECH, "TTS");

/// The tree of `text_to_speech`.
pub(super) fn products() -> Value {
    json!([group("doubao", vec![version_1(), version_2()])])
}

fn version_1() -> Value {
    Model {
        id: "seed-tts-1.1",
        group: "doubao",
        name: "seed-tts-1.1",
        category: CATEGORY,
        model_types: &["text_to_speech"],
        description: Some("Doubao seed-tts-1.1 model supporting text-to-speech synthesis"),
        tags: &[("EET", "10~20s"), ("point", "5")],
        form: Vec::new(),
        points: 5,
        attribute_id: 521,
    }
    .into_leaf()
}

fn version_2() -> Value {
    Model {
        id: "seed-tts-2.0",
        group: "doubao",
        name: "seed-tts-2.0",
        category: CATEGORY,
        model_types: &["text_to_speech"],
        description: None,
        tags: &[("point", "2")],
        form: vec![
            choice(
                ("model", "model", "seed-tts-2"),
                Some("seed-tts-2.0-expressive"),
                &["seed-tts-2.0-expressive", "seed-tts-2.0-standard"],
                1,
            ),
            text(("speaker", "speaker", "发音人 ID"), 1),
            text(("ssml", "ssml", "SSML 文本"), 1),
            limited_text(
                ("text", "text", "待合成文本"),
                1,
                json!({ "maximum": 10000, "minimum": 1 }),
            ),
        ],
        points: 2,
        attribute_id: 4419,
    }
    .into_leaf()
}
