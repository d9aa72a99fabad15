//! The command line: what can't be read, what says nothing, and what only shows.

use std::fs;

use serde_json::{Value, json};

use crate::stage::{Stage, ends, json, text};

#[tokio::test]
async fn an_option_that_says_nothing_is_not_paid_for() {
    let stage = Stage::new().await;
    fs::write(stage.here().join("empty"), "\u{feff}\n").unwrap();
    for arguments in [
        ["music", "rain", "--lyrics", ""],
        ["music", "rain", "--lyrics", "@empty"],
        ["music", "rain", "--tags", " "],
        ["music", "rain", "--model", ""],
        ["speech", "Hello.", "--emotion", ""],
        ["speech", "Hello.", "--base-url", ""],
    ] {
        let mut command = stage.plain(&arguments);
        if arguments[2] != "--base-url" {
            command.args(["--base-url", &stage.origin, "--clock-rate", "50"]);
        }
        let output = command.env("IMA_BASE_URL", &stage.origin).output().unwrap();
        ends(&output, 2);
        assert!(text(&output.stderr).contains(arguments[2]), "{arguments:?}");
    }
    assert_eq!(stage.control.requests().len(), 0);
}

#[tokio::test]
async fn a_command_line_that_cannot_be_read_is_told_to_programs_too() {
    let stage = Stage::new().await;
    for arguments in [
        ["--json", "frob"].as_slice(),
        &["--json", "music"],
        &["music", "rain", "--json", "--tgas", "x"],
        &["music", "rain", "--json", "--vocal-gender", "loud"],
    ] {
        let output = stage.plain(arguments).output().unwrap();
        ends(&output, 2);
        let error = &json(&output)["error"];
        assert_eq!(
            (&error["cause"], &error["charge"]),
            (&json!("usage"), &json!("no"))
        );
        assert!(error["message"].is_string() && error["advice"].is_string());
    }
    let shown = |arguments: &[&str]| {
        let mut command = stage.plain(arguments);
        let output = command.env("IMA_BASE_URL", &stage.origin).output().unwrap();
        ends(&output, 2);
        text(&output.stderr)
    };
    let english = shown(&["music", "rain", "--tgas", "x"]);
    assert_eq!(english.lines().count(), 2, "{english}");
    assert!(english.contains("--tags") && !english.contains("--base-url"));
    let chinese = shown(&["music", "rain", "--tgas", "x", "--language", "zh"]);
    assert!(chinese.contains("这里没有 --tgas"), "{chinese}");
    let choices = shown(&["music", "rain", "--vocal-gender", "loud"]);
    assert!(choices.contains("female, male"), "{choices}");
}

#[tokio::test]
async fn an_address_in_the_clear_is_refused_for_what_it_is() {
    let stage = Stage::new().await;
    let output = stage.plain(&["models", "--base-url", "http://example.com"]);
    let output = { output }.output().unwrap();
    ends(&output, 2);
    assert!(text(&output.stderr).contains("https://"));
}

#[tokio::test]
async fn a_dry_run_is_for_programs_too() {
    let stage = Stage::new().await;
    let output = stage.ima(&["speech", "Hello.", "--dry-run", "--events"]);
    ends(&output, 0);
    let event: Value = json(&output);
    assert_eq!(
        (&event["event"], &event["points"]),
        (&json!("result"), &json!(2))
    );

    fs::write(stage.here().join("one"), "Hello.\n").unwrap();
    let several = ["speech", "--prompts-file", "one", "--dry-run", "--json"];
    let object = json(&stage.ima(&several));
    assert_eq!(object["quotes"].as_array().unwrap().len(), 1);
    assert_eq!(object["points"], 2);
}
