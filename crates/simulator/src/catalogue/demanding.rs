//! A music tree with every oddity that a product list may have, for tests of its readers.

use serde_json::{Value, json};

use super::form::{choice, group, with};
use super::music;

/// A tree for `text_to_music` that asks more of its reader than the live one:
/// [`Control::set_catalogue`](crate::Control::set_catalogue) makes the service sell it.
///
/// | model id | points (attribute id) | what is special |
/// | --- | --- | --- |
/// | `sonic` | 25 (2370), second version 28 (2471) | the live form; two leaves, ids `sonic` and `sonic-next` |
/// | `GenSong` | 30 (4398) | a leaf at top level, `type` as the number 3, `children` null |
/// | `GenBGM` | 6 (4501), 12 (4502), 20 (4503) | rules by `quality` and `length` (standard 30, high 30, high 60), none marked as default, so that standard 60 is not sold; numbers as text and mixed case |
/// | `Soundscape` | 8 (7001), 15 (7002), 18 (7003) | virtual fields, below |
/// | `DeepTrack` | 35 (8101) | a leaf on the fourth level |
/// | `DraftTrack` | 40 (0) | attribute id 0: it cannot be bought |
///
/// `GenBGM` has the cheapest price. Every object but `attributes` and `source_values`, whose names
/// mean parameters, has a field `x_extra` that no reader knows; one group has no children and one
/// node has a `type` of its own.
///
/// `Soundscape` has two virtual fields. `quality` is single: `quality_level` standard or studio
/// becomes the parameter `render_mode` std or pro. `output_spec` is grouped and names no target, so
/// that it is one itself: `duration` 30 or 60 with `sample_rate` 44k becomes `30s_44k` or
/// `60s_44k`, 60 with 48k becomes `60s_48k`, and 30 with 48k cannot be had. 18 points are for pro
/// with `60s_48k`, 15 for pro with any other, 8 for all else by default.
#[must_use]
pub fn demanding_music() -> Value {
    let mut tree = json!([
        group("suno", vec![music::suno(), second_version()]),
        top_level(),
        with(
            group("doubao", vec![three_prices()]),
            "type",
            json!(2)
        ),
        group("labs", vec![soundscape(), group("studio", vec![group("beta", vec![deep()])])]),
        group("drafts", vec![unsellable()]),
        with(group("soon", Vec::new()), "children", Value::Null),
        { "id": "banner", "type": "9", "name": "What is new" },
    ]);
    add_extras(&mut tree);
    tree
}

fn leaf(model_id: &str, name: &str, rules: Value) -> Value {
    json!({
        "id": model_id,
        "type": "3",
        "name": name,
        "model_id": model_id,
        "tags": [],
        "model_types": ["text_to_music"],
        "category_code": "text_to_music",
        "category_name": "文生音乐",
        "credit_rules": rules,
    })
}

fn rule(points: u64, attribute_id: u64, attributes: Value) -> Value {
    json!({
        "origin_point": points,
        "points": points,
        "attribute_id": attribute_id,
        "attributes": attributes,
    })
}

fn default_rule(points: u64, attribute_id: u64) -> Value {
    rule(points, attribute_id, json!({ "default": "enabled" }))
}

fn top_level() -> Value {
    let leaf = with(music::song(), "type", json!(3));
    let leaf = with(leaf, "parent_id", Value::Null);
    with(leaf, "children", Value::Null)
}

fn second_version() -> Value {
    let leaf = with(music::suno(), "id", json!("sonic-next"));
    let leaf = with(leaf, "name", json!("Suno Next"));
    let leaf = with(leaf, "credit_rules", json!([default_rule(28, 2471)]));
    with(
        leaf,
        "tags",
        json!([
            { "tag_type": "EET", "tag_value": "90~150s" },
            { "tag_type": "point", "tag_value": "28" },
        ]),
    )
}

fn three_prices() -> Value {
    let quality = choice(
        ("quality", "Quality", "How fine the sound is"),
        Some("standard"),
        &["standard", "high"],
        1,
    );
    let length = json!({
        "type": "tags",
        "field": "length",
        "label": "Length",
        "description": "In seconds",
        "value": 30,
        "options": [{ "label": "30 s", "value": 30 }, { "label": "60 s", "value": 60 }],
        "level": 1,
    });
    let rules = json!([
        rule(6, 4501, json!({ "quality": "standard", "length": 30 })),
        rule(12, 4502, json!({ "quality": "High", "length": "30" })),
        rule(20, 4503, json!({ "quality": "high", "length": 60 })),
    ]);
    let leaf = with(music::background_music(), "credit_rules", rules);
    let leaf = with(
        leaf,
        "tags",
        json!([{ "tag_type": "EET", "tag_value": "60~120s" }]),
    );
    with(leaf, "form_config", json!([quality, length]))
}

fn soundscape() -> Value {
    let single = json!({
        "type": "tags",
        "field": "quality",
        "label": "Quality",
        "value": null,
        "level": 1,
        "is_ui_virtual": true,
        "ui_params": [{
            "field": "quality_level",
            "value": "standard",
            "options": [
                { "label": "Standard", "value": "standard" },
                { "label": "Studio", "value": "studio" },
            ],
        }],
        "value_mapping": { "mapping_rules": [
            { "source_values": { "quality_level": "standard" },
              "target_param": "render_mode", "target_value": "std" },
            { "source_values": { "quality_level": "studio" },
              "target_param": "render_mode", "target_value": "pro" },
        ] },
    });
    let grouped = json!({
        "type": "group",
        "field": "output_spec",
        "label": "Output",
        "value": null,
        "level": 1,
        "is_ui_virtual": true,
        "ui_params": [
            {
                "id": "duration",
                "value": 30,
                "options": [{ "label": "30 s", "value": 30 }, { "label": "60 s", "value": 60 }],
            },
            {
                "field": "sample_rate",
                "value": "44k",
                "options": [{ "label": "44k", "value": "44k" }, { "label": "48k", "value": "48k" }],
            },
        ],
        "value_mapping": { "mapping_rules": [
            { "source_values": { "duration": 30, "sample_rate": "44k" }, "target_value": "30s_44k" },
            { "source_values": { "duration": 60, "sample_rate": "44k" }, "target_value": "60s_44k" },
            { "source_values": { "duration": 60, "sample_rate": "48k" }, "target_value": "60s_48k" },
        ] },
    });
    let rules = json!([
        default_rule(8, 7001),
        rule(15, 7002, json!({ "render_mode": "pro" })),
        rule(
            18,
            7003,
            json!({ "render_mode": "PRO", "output_spec": "60s_48k" })
        ),
    ]);
    with(
        leaf("Soundscape", "Soundscape", rules),
        "form_config",
        json!([single, grouped]),
    )
}

fn deep() -> Value {
    leaf("DeepTrack", "Deep Track", json!([default_rule(35, 8101)]))
}

fn unsellable() -> Value {
    leaf("DraftTrack", "Draft Track", json!([default_rule(40, 0)]))
}

/// Gives every object a field that no reader knows, except where names mean parameters.
fn add_extras(node: &mut Value) {
    match node {
        Value::Array(nodes) => nodes.iter_mut().for_each(add_extras),
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if name != "attributes" && name != "source_values" {
                    add_extras(value);
                }
            }
            fields.insert("x_extra".to_owned(), json!({ "revision": [1, null] }));
        }
        _ => {}
    }
}
