//! `ima create`: what was written for the skills' scripts works by swapping the command.

use ima_simulator::{DEMO_KEY, Endpoint};
use serde_json::{Value, json};

use crate::stage::{Stage, ends, json, text};

fn sent(stage: &Stage) -> Value {
    stage.control.tasks().last().unwrap().body["parameters"][0].clone()
}

#[tokio::test]
async fn the_music_skill_gets_the_object_of_its_script() {
    let stage = Stage::new().await;
    let output = stage.ima(&[
        "create",
        "--api-key",
        DEMO_KEY,
        "--task-type",
        "text_to_music",
        "--model-id",
        "sonic",
        "--version-id",
        "sonic",
        "--prompt",
        "upbeat lo-fi hip hop, 90 BPM, no vocals",
        "--user-id",
        "42",
        "--language",
        "en",
        "--output-json",
    ]);
    ends(&output, 0);
    let object = json(&output);
    let task = &stage.control.tasks()[0];
    let url = format!("{}/audio/{}/0.wav", stage.origin, task.id);
    let names: Vec<_> = object.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "credit",
            "duration",
            "model_id",
            "model_name",
            "task_id",
            "url"
        ]
    );
    assert_eq!(
        (&object["task_id"], &object["url"]),
        (&json!(task.id), &json!(url))
    );
    assert_eq!(
        (&object["credit"], &object["model_name"]),
        (&json!(25), &json!("Suno"))
    );
    assert!(object["duration"].as_str().unwrap().ends_with('s'));
    assert!(stage.files().is_empty(), "the scripts save no audio");
    assert_eq!(stage.requests(Endpoint::Audio), 0);
    // The key is warned about, and is in nothing that was printed or written.
    assert!(text(&output.stderr).contains("IMA_API_KEY"));
    stage.holds_no_key(&output);
}

#[tokio::test]
async fn the_speech_skill_works_with_speaker_emotion_and_extra_parameters() {
    let stage = Stage::new().await;
    let output = stage.ima(&[
        "create",
        "--model-id",
        "seed-tts-2.0",
        "--prompt",
        "阳光青年音色测试，你好世界。",
        "--speaker",
        "zh_male_sophie_uranus_bigtts",
        "--emotion",
        "sad",
        "--extra-params",
        r#"{"audio_params":{"speech_rate":20},"model":"seed-tts-2.0-standard"}"#,
        "--output-json",
    ]);
    ends(&output, 0);
    assert_eq!(json(&output)["model_id"], "seed-tts-2.0");
    let sent = sent(&stage)["parameters"].clone();
    assert_eq!(sent["speaker"], "zh_male_sophie_uranus_bigtts");
    assert_eq!(sent["model"], "seed-tts-2.0-standard");
    assert_eq!(
        sent["audio_params"],
        json!({"speech_rate": 20, "emotion": "sad"})
    );
}

#[tokio::test]
async fn without_the_object_the_link_is_for_people() {
    let stage = Stage::new().await;
    let output = stage.ima(&[
        "create",
        "--speaker",
        "zh_male_sophie_uranus_bigtts",
        "--prompt",
        "你好",
    ]);
    ends(&output, 0);
    let url = format!(
        "{}/audio/{}/0.wav",
        stage.origin,
        stage.control.tasks()[0].id
    );
    assert!(text(&output.stdout).contains(&url));
    assert_eq!(text(&output.stderr), "", "no key, no warning");
}

#[tokio::test]
async fn what_a_model_does_not_know_is_left_out_as_by_the_scripts() {
    let stage = Stage::new().await;
    let output = stage.ima(&[
        "create",
        "--model-id",
        "sonic",
        "--prompt",
        "rain",
        "--extra-params",
        r#"{"sparkle":1,"tags":"jazz"}"#,
        "--output-json",
    ]);
    ends(&output, 0);
    let sent = sent(&stage)["parameters"].clone();
    assert_eq!((&sent["tags"], sent.get("sparkle")), (&json!("jazz"), None));
    assert!(text(&output.stderr).contains("sparkle"));
}

#[tokio::test]
async fn music_or_speech_is_not_guessed_where_it_would_cost() {
    let stage = Stage::new().await;
    let output = stage.ima(&["create", "--prompt", "rain"]);
    ends(&output, 2);
    assert!(text(&output.stderr).contains("--task-type text_to_speech"));
    let output = stage.ima(&[
        "create",
        "--model-id",
        "sonic",
        "--prompt",
        "x",
        "--extra-params",
        "[1]",
    ]);
    ends(&output, 2);
    assert_eq!(stage.control.requests().len(), 0);
}

#[tokio::test]
async fn the_models_are_listed_for_either_script() {
    let stage = Stage::new().await;
    let both = text(&stage.ima(&["create", "--list-models"]).stdout);
    assert!(
        both.contains("GenSong") && both.contains("seed-tts-2.0"),
        "{both}"
    );
    let output = stage.ima(&["create", "--list-models", "--task-type", "text_to_speech"]);
    assert!(!text(&output.stdout).contains("GenSong"));
}

#[tokio::test]
async fn a_wrong_key_of_the_command_line_is_not_repeated() {
    let stage = Stage::new().await;
    let wrong = "ima_wrong_key_of_the_test";
    let mut command = stage.command(&[
        "create",
        "--api-key",
        wrong,
        "--model-id",
        "sonic",
        "--prompt",
        "x",
        "--output-json",
    ]);
    let output = command.env_remove("IMA_API_KEY").output().unwrap();
    ends(&output, 4);
    assert_eq!(json(&output)["error"]["cause"], "unauthorized");
    assert!(!text(&output.stdout).contains(wrong) && !text(&output.stderr).contains(wrong));
}
