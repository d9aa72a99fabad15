//! The program's command line: what wrong use gets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::process::{Command, Output};

struct Bench {
    home: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// Runs `ima` in an empty home, with a key, against a port where nobody listens.
    fn ima(&self, args: &[&str]) -> Output {
        self.command(args)
            .env("IMA_API_KEY", "ima_secret_of_the_test")
            .output()
            .unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ima"));
        command
            .args(args)
            .env_clear()
            .env("HOME", self.home.path())
            .env("IMA_CACHE_DIR", env!("CARGO_TARGET_TMPDIR"))
            .env("IMA_BASE_URL", closed_origin())
            .current_dir(self.home.path());
        command
    }
}

/// An origin whose port was free a moment ago.
fn closed_origin() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_malformed_parameter_is_named_with_an_example() {
    let output = Bench::new().ima(&["music", "rain", "--param", "tags=jazz"]);
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(
        text.contains("--param tags") && text.contains("jazz") && text.contains("'tags=\"jazz\"'"),
        "{text}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn a_parameter_given_twice_is_refused_in_the_users_language() {
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
    let output = Bench::new().ima(&args);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("重复"));
}

#[test]
fn json_mode_prints_one_object_also_for_wrong_use() {
    let output = Bench::new().ima(&["music", "rain", "--param", "tags", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    let object: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(object["error"]["cause"], "usage");
    assert_eq!(object["error"]["charge"], "no");
}

#[test]
fn an_empty_prompt_is_refused() {
    let output = Bench::new().ima(&["music", "  "]);
    assert_eq!(
        (output.status.code(), stderr(&output).is_empty()),
        (Some(2), false)
    );
}

#[test]
fn a_missing_key_is_explained_in_both_languages() {
    let bench = Bench::new();
    let english = bench.command(&["music", "rain"]).output().unwrap();
    assert_eq!(english.status.code(), Some(4));
    assert!(stderr(&english).contains("IMA_API_KEY"));
    let chinese = bench
        .command(&["music", "rain"])
        .env("LANG", "zh_CN.UTF-8")
        .output()
        .unwrap();
    assert_eq!(chinese.status.code(), Some(4));
    assert!(stderr(&chinese).contains("密钥"));
}

#[test]
fn an_existing_target_is_refused_before_anything_is_sent() {
    let bench = Bench::new();
    fs::write(bench.home.path().join("song.mp3"), "mine").unwrap();
    let output = bench.ima(&["music", "rain", "--out", "song.mp3"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("--force"));
    assert_eq!(
        fs::read_to_string(bench.home.path().join("song.mp3")).unwrap(),
        "mine"
    );
}

#[test]
fn an_address_that_would_send_the_key_in_the_clear_is_refused() {
    let output = Bench::new().ima(&["models", "--base-url", "http://api.imastudio.com"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_service_is_never_polled_faster() {
    let output = Bench::new().ima(&[
        "music",
        "x",
        "--clock-rate",
        "9",
        "--base-url",
        "https://api.imastudio.com",
    ]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn an_unreachable_service_is_no_loss_and_no_leak() {
    let output = Bench::new().ima(&["music", "rain", "--clock-rate", "1000", "--json"]);
    assert_eq!(output.status.code(), Some(9), "{}", stderr(&output));
    let object: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(object["error"]["charge"], "no");
    assert!(!stdout(&output).contains("ima_secret") && !stderr(&output).contains("ima_secret"));
}

#[test]
fn an_unknown_job_is_refused_and_an_empty_list_is_fine() {
    let bench = Bench::new();
    assert_eq!(bench.ima(&["resume", "nope"]).status.code(), Some(2));
    let list = bench.ima(&["jobs", "--json"]);
    assert_eq!(
        (list.status.code(), stdout(&list).trim()),
        (Some(0), "{\"jobs\":[]}")
    );
}

#[test]
fn wrong_options_exit_with_2() {
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
        assert_eq!(Bench::new().ima(args).status.code(), Some(2), "{args:?}");
    }
}
