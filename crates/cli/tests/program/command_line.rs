//! The command line: what wrong use gets, without a service.

use std::fs;
use std::process::Output;

use ima_simulator::DEMO_KEY;

use crate::stage::{Stage, ends, json, text};

/// Runs a command against a port that nobody listens on.
async fn alone(arguments: &[&str]) -> Output {
    let stage = Stage::new().await;
    stage.unreachable(arguments).output().unwrap()
}

#[tokio::test]
async fn a_malformed_parameter_is_named_with_an_example() {
    let output = alone(&["music", "rain", "--param", "tags=jazz"]).await;
    ends(&output, 2);
    let shown = text(&output.stderr);
    assert!(
        shown.contains("--param tags")
            && shown.contains("jazz")
            && shown.contains("'tags=\"jazz\"'"),
        "{shown}"
    );
    assert!(output.stdout.is_empty());
}

#[tokio::test]
async fn a_parameter_given_twice_is_refused_in_the_users_language() {
    let args = [
        "speech",
        "你好",
        "--param",
        "n=1",
        "--param",
        "n=2",
        "--language",
        "zh",
    ];
    let output = alone(&args).await;
    ends(&output, 2);
    assert!(text(&output.stderr).contains("重复"));
}

#[tokio::test]
async fn json_mode_prints_one_object_also_for_wrong_use() {
    let output = alone(&["music", "rain", "--param", "tags", "--json"]).await;
    ends(&output, 2);
    let object = json(&output);
    assert_eq!(object["error"]["cause"], "usage");
    assert_eq!(object["error"]["charge"], "no");
}

#[tokio::test]
async fn an_empty_prompt_is_refused() {
    let output = alone(&["music", "  "]).await;
    assert_eq!(
        (output.status.code(), text(&output.stderr).is_empty()),
        (Some(2), false)
    );
}

#[tokio::test]
async fn a_missing_key_is_explained_in_both_languages() {
    let stage = Stage::new().await;
    let mut command = stage.unreachable(&["music", "rain"]);
    let english = command.env_remove("IMA_API_KEY").output().unwrap();
    ends(&english, 4);
    assert!(text(&english.stderr).contains("IMA_API_KEY"));
    let chinese = command.env("LANG", "zh_CN.UTF-8").output().unwrap();
    ends(&chinese, 4);
    assert!(text(&chinese.stderr).contains("密钥"));
}

#[tokio::test]
async fn an_existing_target_is_refused_before_anything_is_sent() {
    let stage = Stage::new().await;
    fs::write(stage.here().join("song.mp3"), "mine").unwrap();
    let mut command = stage.unreachable(&["music", "rain", "--out", "song.mp3"]);
    let output = command.output().unwrap();
    ends(&output, 3);
    assert!(text(&output.stderr).contains("--force"));
    assert_eq!(
        fs::read_to_string(stage.here().join("song.mp3")).unwrap(),
        "mine"
    );
}

#[tokio::test]
async fn an_address_that_would_send_the_key_in_the_clear_is_refused() {
    let output = alone(&["models", "--base-url", "http://api.imastudio.com"]).await;
    ends(&output, 2);
}

#[tokio::test]
async fn the_service_is_never_polled_faster() {
    let output = alone(&[
        "music",
        "x",
        "--clock-rate",
        "9",
        "--base-url",
        "https://api.imastudio.com",
    ])
    .await;
    ends(&output, 2);
}

#[tokio::test]
async fn an_unreachable_service_is_no_loss_and_no_leak() {
    let output = alone(&["music", "rain", "--clock-rate", "1000", "--json"]).await;
    ends(&output, 9);
    let object = json(&output);
    assert_eq!(object["error"]["charge"], "no");
    assert!(!text(&output.stdout).contains(DEMO_KEY) && !text(&output.stderr).contains(DEMO_KEY));
}

#[tokio::test]
async fn an_unknown_job_is_refused_and_an_empty_list_is_fine() {
    let stage = Stage::new().await;
    ends(&stage.unreachable(&["resume", "nope"]).output().unwrap(), 2);
    let list = stage.unreachable(&["jobs", "--json"]).output().unwrap();
    assert_eq!(
        (list.status.code(), text(&list.stdout).trim()),
        (Some(0), "{\"jobs\":[]}")
    );
}

#[tokio::test]
async fn wrong_options_exit_with_2() {
    for args in [
        &["dance"][..],
        &["music"],
        &["music", "x", "--budget", "many"],
        &["resume"],
        &["resume", "--all", "--create-again"],
        &["resume", "some", "--all"],
        &["music", "x", "--prompts-file", "y"],
        &["music", "x", "--concurrency", "2"],
        &["music", "x", "--instrumental", "--lyrics", "la"],
        &["speech", "x", "--rate", "fast"],
        &["create"],
    ] {
        assert_eq!(alone(args).await.status.code(), Some(2), "{args:?}");
    }
}
