//! `ima say` and `ima prefs`.

use std::fs;

use ima_simulator::Endpoint;
use serde_json::{Value, json};

use crate::stage::{Stage, ends, json, text};

fn sent(stage: &Stage) -> Value {
    stage.control.tasks().last().unwrap().body["parameters"][0].clone()
}

fn preferred(stage: &Stage) -> Value {
    json(&stage.ima(&["prefs", "get", "--json"]))["text_to_music"]["model_id"].clone()
}

#[tokio::test]
async fn a_song_is_made_from_a_sentence_in_its_language() {
    let stage = Stage::new().await;
    let output = stage.ima(&["say", "写一首关于雨的歌，女声演唱", "--json"]);
    ends(&output, 0);
    assert_eq!(json(&output)["model_id"], "sonic");
    let sent = sent(&stage)["parameters"].clone();
    assert_eq!(sent["vocal_gender"], "f");
    assert_eq!(sent["prompt"], "写一首关于雨的歌，女声演唱");
    assert!(text(&output.stderr).contains("音乐生成成功"));
}

#[tokio::test]
async fn a_text_is_read_by_the_voice_that_was_wished_for() {
    let stage = Stage::new().await;
    let utterance = "with a male voice, read aloud: Good evening.";
    ends(&stage.ima(&["say", utterance, "--language", "en"]), 0);
    let sent = sent(&stage)["parameters"].clone();
    assert_eq!(sent["prompt"], "Good evening.");
    assert_eq!(sent["speaker"], "en_male_tim_uranus_bigtts");
}

#[tokio::test]
async fn what_is_ambiguous_is_asked_and_costs_nothing() {
    let stage = Stage::new().await;
    let output = stage.ima(&["say", "something for the evening"]);
    ends(&output, 2);
    let shown = text(&output.stdout);
    assert!(
        shown.contains("--task music") && shown.contains("--task speech"),
        "{shown}"
    );

    let object = json_of(&stage, &["say", "帮我制作旁白", "--json"], 2);
    let questions = object["questions"].as_array().unwrap();
    assert_eq!(questions[0]["about"], "text");
    assert_eq!(questions[0]["need"], "required");
    let voice = &questions[1];
    assert_eq!(
        (&voice["about"], &voice["option"]),
        (&json!("voice"), &json!("--voice"))
    );
    assert!((3..=5).contains(&voice["choices"].as_array().unwrap().len()));
    assert_eq!(stage.control.requests().len(), 0);

    // With the answers it goes on.
    let answers = [
        "--text",
        "欢迎收听。",
        "--voice",
        "zh_male_dayi_uranus_bigtts",
    ];
    ends(
        &stage.ima(&[&["say", "帮我制作旁白"], &answers[..]].concat()),
        0,
    );
    let sent = sent(&stage)["parameters"].clone();
    assert_eq!(
        (&sent["prompt"], &sent["speaker"]),
        (&json!("欢迎收听。"), &json!(answers[3]))
    );
}

fn json_of(stage: &Stage, arguments: &[&str], code: i32) -> Value {
    let output = stage.ima(arguments);
    ends(&output, code);
    json(&output)
}

#[tokio::test]
async fn a_statement_about_the_model_is_kept_and_generates_nothing() {
    let stage = Stage::new().await;
    let output = stage.ima(&["say", "以后都用豆包 BGM"]);
    ends(&output, 0);
    let shown = text(&output.stdout);
    assert!(shown.contains("✅ 已记住！以后音乐生成默认用"), "{shown}");
    assert_eq!(preferred(&stage), "GenBGM");
    ends(&stage.ima(&["say", "switch to Suno"]), 0);
    assert_eq!(preferred(&stage), "sonic");
    assert_eq!(stage.requests(Endpoint::Create), 0);
}

#[tokio::test]
async fn always_is_kept_and_confirmed_after_the_success() {
    let stage = Stage::new().await;
    let output = stage.ima(&["say", "以后都用豆包 BGM：安静的钢琴"]);
    ends(&output, 0);
    let shown = text(&output.stdout);
    assert!(shown.contains("✅ 已记住！以后音乐生成默认用"), "{shown}");
    assert_eq!(sent(&stage)["model_id"], "GenBGM");
    assert_eq!(preferred(&stage), "GenBGM");
}

#[tokio::test]
async fn the_cheapest_goes_by_todays_prices_and_is_not_kept() {
    let stage = Stage::new().await;
    assert!(stage.control.reprice("GenSong", 6, 4397));
    ends(&stage.ima(&["prefs", "set", "music", "sonic"]), 0);
    ends(&stage.ima(&["say", "用便宜的做一段音乐"]), 0);
    assert_eq!(sent(&stage)["model_id"], "GenSong");
    assert_eq!(preferred(&stage), "sonic");
}

#[tokio::test]
async fn preferences_are_set_shown_and_cleared_for_each_user() {
    let stage = Stage::new().await;
    let unknown = stage.ima(&["prefs", "set", "music", "sonata"]);
    ends(&unknown, 2);
    assert!(text(&unknown.stderr).contains("GenBGM"));
    ends(&stage.ima(&["prefs", "set", "music", "GenBGM"]), 0);
    ends(
        &stage.ima(&["prefs", "set", "music", "GenSong", "--user", "42"]),
        0,
    );
    let file = stage.home.path().join(".openclaw/memory/ima_prefs.json");
    let saved: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(saved["user_42"]["text_to_music"]["model_id"], "GenSong");
    ends(&stage.ima(&["prefs", "clear", "music", "--user", "42"]), 0);
    let shown = text(&stage.ima(&["prefs", "get", "--user", "42"]).stdout);
    assert!(!shown.contains("GenSong"), "{shown}");
    assert_eq!(preferred(&stage), "GenBGM");
    let quote = json(&stage.ima(&["quote", "music", "rain", "--json"]));
    assert_eq!(quote["model_id"], "GenBGM");
}

#[tokio::test]
async fn damaged_preferences_are_named_and_set_aside() {
    let stage = Stage::new().await;
    let file = stage.here().join("prefs.json");
    fs::write(&file, "{not json").unwrap();
    let with = |arguments: &[&str]| {
        let mut command = stage.command(arguments);
        command.env("IMA_PREFS_FILE", &file).output().unwrap()
    };
    let output = with(&["prefs", "get"]);
    ends(&output, 3);
    assert!(text(&output.stderr).contains("prefs.json"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "{not json");
    let output = with(&["speech", "Hello."]);
    ends(&output, 0);
    assert!(text(&output.stderr).contains("prefs.json.damaged-1"));
    let aside = stage.here().join("prefs.json.damaged-1");
    assert_eq!(fs::read_to_string(aside).unwrap(), "{not json");
    ends(&with(&["prefs", "get"]), 0);
}
