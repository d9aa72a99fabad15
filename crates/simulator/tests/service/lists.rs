//! The product lists.

use serde_json::{Value, json};

use crate::client::service;

/// Leaf id, price and price id of every leaf, and the groups around them.
fn summary(tree: &Value) -> Value {
    let groups = tree.as_array().unwrap().iter().map(|group| {
        assert_eq!(group["type"], "2");
        let leaves = group["children"].as_array().unwrap().iter().map(|leaf| {
            assert_eq!(leaf["type"], "3");
            assert_eq!(leaf["parent_id"], group["id"]);
            let rule = &leaf["credit_rules"][0];
            json!([
                leaf["id"],
                leaf["model_id"],
                rule["points"],
                rule["attribute_id"]
            ])
        });
        json!({ group["id"].as_str().unwrap(): leaves.collect::<Vec<_>>() })
    });
    groups.collect()
}

#[tokio::test]
async fn music_has_three_models() {
    let service = service().await;
    let answer = service.client.list("text_to_music").await.envelope();
    assert_eq!(
        summary(&answer["data"]),
        json!([
            { "suno": [["sonic", "sonic", 25, 2370]] },
            { "doubao": [["GenBGM", "GenBGM", 30, 4399], ["GenSong", "GenSong", 30, 4398]] },
        ])
    );
    let suno = &answer["data"][0]["children"][0];
    let fields: Vec<_> = suno["form_config"].as_array().unwrap().iter().collect();
    let defaults: Vec<_> = fields
        .iter()
        .map(|field| json!([field["field"], field["value"]]))
        .collect();
    assert_eq!(
        json!(defaults),
        json!([
            ["make_instrumental", false],
            ["auto_lyrics", false],
            ["custom_mode", true],
            ["gpt_description_prompt", null],
            ["model_version", "sonic-v4"],
            ["negative_tags", null],
            ["tags", null],
            ["title", null],
            ["vocal_gender", null],
            ["n", "1"],
        ])
    );
    assert_eq!(fields[4]["options"][4]["value"], "sonic-v5");
    assert_eq!(
        suno["tags"][1],
        json!({ "tag_type": "EET", "tag_value": "90~150s" })
    );
}

#[tokio::test]
async fn speech_has_two_versions_and_the_newer_one_a_form() {
    let service = service().await;
    let answer = service.client.list("text_to_speech").await.envelope();
    assert_eq!(
        summary(&answer["data"]),
        json!([{ "doubao": [
            ["seed-tts-1.1", "seed-tts-1.1", 5, 521],
            ["seed-tts-2.0", "seed-tts-2.0", 2, 4419],
        ] }])
    );
    let leaves = &answer["data"][0]["children"];
    assert!(leaves[0].get("form_config").is_none());
    assert_eq!(
        leaves[1]["form_config"][3]["config"],
        json!({ "maximum": 10000, "minimum": 1 })
    );
}

#[tokio::test]
async fn the_query_is_checked() {
    let service = service().await;
    let path = "/open/v1/product/list";
    for query in [
        "?category=text_to_music",
        "?app=ima&platform=app&category=text_to_music",
        "?app=ima&platform=web",
    ] {
        assert_eq!(
            service.client.get(&format!("{path}{query}")).await.code(),
            400,
            "{query}"
        );
    }
    let empty = service.client.list("text_to_video").await.envelope();
    assert_eq!((&empty["code"], &empty["data"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn a_test_can_replace_a_list() {
    let service = service().await;
    service
        .control
        .set_catalogue("text_to_music", json!([{ "id": "new" }]));
    let music = service.client.list("text_to_music").await.envelope();
    assert_eq!(music["data"], json!([{ "id": "new" }]));
    let speech = service.client.list("text_to_speech").await.envelope();
    assert_eq!(speech["data"][0]["id"], "doubao");
}
