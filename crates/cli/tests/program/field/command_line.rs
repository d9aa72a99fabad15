//! What people type, and the files that they keep texts in.

use std::fs;

use ima_simulator::{Endpoint, Fault, NthRequest};
use serde_json::Value;

use crate::stage::{Stage, ends, text};

/// The inner parameters of the only create request.
fn sent(stage: &Stage) -> Value {
    let [task] = stage.control.tasks().try_into().unwrap();
    let task: ima_simulator::TaskRecord = task;
    task.body["parameters"][0]["parameters"].clone()
}

#[tokio::test]
async fn a_text_may_begin_with_a_dash() {
    let stage = Stage::new().await;
    ends(
        &stage.ima(&["speech", "-5 degrees outside", "--out", "a.wav"]),
        0,
    );
    assert_eq!(sent(&stage)["prompt"], "-5 degrees outside");
    let stage = Stage::new().await;
    ends(
        &stage.ima(&["music", "-- a lullaby", "--lyrics", "- la la"]),
        0,
    );
    assert_eq!(sent(&stage)["prompt"], "-- a lullaby");
    assert_eq!(sent(&stage)["lyrics"], "- la la");
    // A mistyped option is still one.
    let output = stage.ima(&["speech", "hello", "--plya", "--language", "en"]);
    ends(&output, 2);
    assert!(
        text(&output.stderr).contains("--play"),
        "{}",
        text(&output.stderr)
    );
}

#[tokio::test]
async fn a_text_file_is_decoded_if_its_encoding_is_marked_and_else_named() {
    let stage = Stage::new().await;
    let utf16: Vec<u8> = "\u{feff}雨啊雨"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(stage.here().join("utf16.txt"), utf16).unwrap();
    ends(&stage.ima(&["music", "rain", "--lyrics", "@utf16.txt"]), 0);
    assert_eq!(sent(&stage)["lyrics"], "雨啊雨");

    // 雨 in GBK.
    fs::write(stage.here().join("gbk.txt"), b"\xd3\xea\n").unwrap();
    for args in [
        &["music", "rain", "--lyrics", "@gbk.txt"][..],
        &["speech", "--prompts-file", "gbk.txt"],
    ] {
        let output = stage.ima(&[args, &["--language", "en"]].concat());
        ends(&output, 2);
        let shown = text(&output.stderr);
        assert!(
            shown.contains("gbk.txt is not UTF-8") && shown.contains("iconv"),
            "{shown}"
        );
    }
    assert_eq!(stage.charges(), 1);
}

#[tokio::test]
async fn the_home_is_found_after_an_at_sign_and_two_are_one() {
    let stage = Stage::new().await;
    fs::write(stage.home.path().join("words.txt"), "la la").unwrap();
    ends(
        &stage.ima(&["music", "rain", "--lyrics", "@~/words.txt"]),
        0,
    );
    assert_eq!(sent(&stage)["lyrics"], "la la");
    let stage = Stage::new().await;
    ends(
        &stage.ima(&["music", "rain", "--lyrics", "@@home we go"]),
        0,
    );
    assert_eq!(sent(&stage)["lyrics"], "@home we go");
}

#[tokio::test]
async fn a_model_is_found_by_its_id_or_name_in_any_case() {
    for model in ["Suno", "Sonic", "SONIC"] {
        let stage = Stage::new().await;
        ends(&stage.ima(&["music", "rain", "--model", model]), 0);
        assert_eq!(stage.control.tasks()[0].model_id, "sonic", "{model}");
        ends(&stage.ima(&["model", model]), 0);
    }
    let stage = Stage::new().await;
    let output = stage.ima(&["music", "rain", "--model", "Sonik", "--language", "en"]);
    ends(&output, 2);
    assert!(
        text(&output.stderr).contains("sonic"),
        "{}",
        text(&output.stderr)
    );
}

#[tokio::test]
async fn a_text_without_anything_to_say_is_refused_before_paying() {
    let stage = Stage::new().await;
    for nothing in ["…!?", "🎵🎵🎵"] {
        for command in ["speech", "music"] {
            stage.fails(&[command, nothing], 2);
        }
    }
    fs::write(stage.here().join("nul.txt"), "la\0la").unwrap();
    let output = stage.ima(&["music", "rain", "--lyrics", "@nul.txt"]);
    ends(&output, 2);
    assert_eq!(stage.requests(Endpoint::Create), 0);
}

#[tokio::test]
async fn a_batch_that_is_refused_for_coming_too_soon_waits_and_goes_on() {
    let stage = Stage::new().await;
    fs::write(stage.here().join("texts.txt"), "one\ntwo\nthree\n").unwrap();
    for number in [2, 4] {
        stage.control.fault(
            Endpoint::Create,
            NthRequest::Number(number),
            Fault::refusal(429),
        );
    }
    let args = [
        "speech",
        "--prompts-file",
        "texts.txt",
        "--concurrency",
        "1",
        "--out",
        "all",
    ];
    let output = stage.ima(&[&args[..], &["--language", "en"]].concat());
    ends(&output, 0);
    assert!(
        text(&output.stderr).contains("slow down"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(
        (
            stage.charges(),
            fs::read_dir(stage.here().join("all")).unwrap().count()
        ),
        (3, 3)
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_player_that_fails_gives_way_to_the_next_or_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::new().await;
    let players = stage.home.path().join("players");
    fs::create_dir(&players).unwrap();
    let player = |name: &str, script: &str| {
        let path = players.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    };
    let play = || {
        let mut command = stage.command(&["speech", "hello", "--play", "--language", "en"]);
        command.env("PATH", &players).output().unwrap()
    };
    player("ffplay", "exit 1");
    let output = play();
    ends(&output, 0);
    assert!(
        text(&output.stderr).contains("ffplay could not play it"),
        "{}",
        text(&output.stderr)
    );
    let heard = stage.home.path().join("heard");
    player("mpv", &format!("echo yes > {}", heard.display()));
    let output = play();
    ends(&output, 0);
    assert!(heard.exists() && !text(&output.stderr).contains("could not play"));
}
