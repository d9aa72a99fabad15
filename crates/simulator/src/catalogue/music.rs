//! The music models: Suno, DouBao BGM, DouBao Song.

use serde_json::{Value, json};

use super::TEXT_TO_MUSIC;
use super::form::{Model, choice, group, limited_text, text, toggle};

const CATEGORY: (&str, &str) = (TEXT_TO_MUSIC, "文生音乐");

/// The tree of `text_to_music`.
pub(super) fn products() -> Value {
    json!([
        group("suno", vec![suno()]),
        group("doubao", vec![background_music(), song()]),
    ])
}

/// The leaf of Suno.
pub(super) fn suno() -> Value {
    Model {
        id: "sonic",
        group: "suno",
        name: "Suno",
        category: CATEGORY,
        model_types: &["text_to_music"],
        description: Some("Authentic vocals, superior audio, quality and control"),
        tags: &[("feature", "NEW"), ("EET", "90~150s"), ("point", "25")],
        form: suno_form(),
        points: 25,
        attribute_id: 2370,
    }
    .into_leaf()
}

fn suno_form() -> Vec<Value> {
    vec![
        toggle(("make_instrumental", "Instrumental", "When enabled"), false),
        toggle(
            (
                "auto_lyrics",
                "Auto Lyrics",
                "Auto lyrics generation automatically creating lyric text based on music melody or theme",
            ),
            false,
        ),
        toggle(
            (
                "custom_mode",
                "Custom Mode",
                "Custom mode enabling user-defined special generation mode or configuration",
            ),
            true,
        ),
        limited_text(
            (
                "gpt_description_prompt",
                "GPT Description Prompt",
                "Optional",
            ),
            2,
            json!({ "maximum": 400 }),
        ),
        choice(
            (
                "model_version",
                "Model Version",
                "MV/music video mode generating music video style content",
            ),
            Some("sonic-v4"),
            &[
                "sonic-v3-5",
                "sonic-v4",
                "sonic-v4-5",
                "sonic-v4-5-plus",
                "sonic-v5",
            ],
            2,
        ),
        text(
            (
                "negative_tags",
                "Negative Tags",
                "Negative tags list specifying undesired elements in tag format",
            ),
            2,
        ),
        limited_text(
            (
                "tags",
                "Style Tags",
                "Use keywords to specify genre/elements (e",
            ),
            2,
            json!({ "maximum": 1000 }),
        ),
        limited_text(
            ("title", "Title", "Title text setting title or name for con"),
            2,
            json!({ "maximum": 120 }),
        ),
        choice(
            (
                "vocal_gender",
                "Vocal Gender",
                "Vocal gender setting gender for generated or converted voice",
            ),
            None,
            &["m", "f"],
            2,
        ),
        choice(
            ("n", "output numbers(2 clips/time)", "N"),
            Some("1"),
            &["1", "2", "3", "4"],
            1,
        ),
    ]
}

/// The leaf of DouBao BGM.
pub(super) fn background_music() -> Value {
    Model {
        id: "GenBGM",
        group: "doubao",
        name: "DouBao - BGM",
        category: CATEGORY,
        model_types: &["text_to_bgm", "text_to_music"],
        description: Some("Powerful BGM model"),
        tags: &[("EET", "60~120s"), ("point", "30")],
        form: Vec::new(),
        points: 30,
        attribute_id: 4399,
    }
    .into_leaf()
}

/// The leaf of DouBao Song.
pub(super) fn song() -> Value {
    Model {
        id: "GenSong",
        group: "doubao",
        name: "DouBao - Song",
        category: CATEGORY,
        model_types: &["text_to_song", "text_to_music"],
        description: Some("Economical model"),
        tags: &[("EET", "90~150s"), ("point", "30")],
        form: Vec::new(),
        points: 30,
        attribute_id: 4398,
    }
    .into_leaf()
}
