//! What people type who don't know the program: words without quotation marks, near misses, files.

use std::fs;

use ima_simulator::Endpoint;

use crate::stage::{Stage, ends, text};

fn prompt(stage: &Stage) -> String {
    let task = stage.control.tasks().last().unwrap().body.clone();
    let prompt = &task["parameters"][0]["parameters"]["prompt"];
    prompt.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn words_without_quotation_marks_are_one_text() {
    let stage = Stage::new().await;
    ends(
        &stage.ima(&["music", "upbeat", "lo-fi,", "90", "BPM", "--no-wait"]),
        0,
    );
    assert_eq!(prompt(&stage), "upbeat lo-fi, 90 BPM");
    ends(
        &stage.ima(&["speech", "it", "is", "-5", "degrees", "--no-wait"]),
        0,
    );
    assert_eq!(prompt(&stage), "it is -5 degrees");
}

#[tokio::test]
async fn words_on_both_sides_of_an_option_are_not_guessed_at() {
    let stage = Stage::new().await;
    let output = stage.ima(&["music", "rain", "--title", "Good", "night"]);
    ends(&output, 2);
    assert!(text(&output.stderr).contains("quotation marks"));
    let output = stage.ima(&["music", "rain", "-o", "song.wav"]);
    ends(&output, 2);
    let shown = text(&output.stderr);
    assert!(
        shown.contains("Unknown option -o") && shown.contains("--out"),
        "{shown}"
    );
    assert_eq!(stage.requests(Endpoint::Create), 0);
}

#[tokio::test]
async fn a_text_is_read_out_of_a_file() {
    let stage = Stage::new().await;
    fs::write(stage.here().join("words.txt"), "Good evening.\n").unwrap();
    ends(&stage.ima(&["speech", "@words.txt", "--no-wait"]), 0);
    assert_eq!(prompt(&stage), "Good evening.");
    let missing = stage.ima(&["speech", "@nowhere.txt"]);
    ends(&missing, 2);
    assert!(text(&missing.stderr).contains("nowhere.txt"));
}

#[tokio::test]
async fn a_model_goes_by_its_name_wherever_one_is_named() {
    let stage = Stage::new().await;
    for arguments in [
        &["model", "Suno"][..],
        &["quote", "music", "rain", "--model", "Suno"],
        &["music", "rain", "--model", "suno", "--dry-run"],
        &["prefs", "set", "music", "Suno"],
        &[
            "say",
            "rain",
            "--task",
            "music",
            "--model",
            "Suno",
            "--dry-run",
        ],
        &[
            "create",
            "--task-type",
            "text_to_music",
            "--model-id",
            "Suno",
            "--prompt",
            "rain",
        ],
    ] {
        let output = stage.ima(arguments);
        ends(&output, 0);
        let shown = text(&output.stdout) + &text(&output.stderr);
        assert!(shown.contains("Suno"), "{arguments:?}: {shown}");
    }
}

#[tokio::test]
async fn what_would_be_paid_for_and_not_heard_is_refused() {
    let stage = Stage::new().await;
    for (arguments, near) in [
        (
            ["--voice", "zh_male_sofie_uranus_bigtts"],
            "zh_male_sophie_uranus_bigtts",
        ),
        (["--voice", "Vivvi"], "Did you mean Vivi"),
    ] {
        let output = stage.ima(&[&["speech", "Hello."][..], &arguments].concat());
        ends(&output, 2);
        assert!(
            text(&output.stderr).contains(near),
            "{}",
            text(&output.stderr)
        );
    }
    assert_eq!(stage.requests(Endpoint::Create), 0);
    // Which emotions a voice has is for the service to say.
    let other = ["speech", "Hello.", "--emotion", "tender", "--no-wait"];
    ends(&stage.ima(&other), 0);
}

#[tokio::test]
async fn a_voice_without_a_name_lists_the_voices() {
    let stage = Stage::new().await;
    let output = stage.ima(&["speech", "Hello.", "--voice"]);
    ends(&output, 2);
    let shown = text(&output.stdout);
    assert!(shown.contains("VOICE") && shown.contains("Tim"), "{shown}");
    assert_eq!(stage.charges(), 0);
}

#[tokio::test]
async fn an_option_says_where_it_belongs() {
    let stage = Stage::new().await;
    for (arguments, hint) in [
        (
            &["speech", "Hello.", "--lyrics", "la"][..],
            "--lyrics belongs to `ima music`",
        ),
        (
            &["music", "rain", "--format", "mp3"],
            "The service chooses the format",
        ),
        (&["speech", "Hello.", "--speed", "10"], "Here it is --rate"),
        (&["music", "rain", "--forse"], "--force"),
    ] {
        let output = stage.ima(arguments);
        ends(&output, 2);
        let shown = text(&output.stderr);
        assert!(shown.contains(hint), "{shown}");
        assert!(
            hint.contains("force") || !shown.contains("--force"),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn one_try_of_a_model_says_that_it_is_the_usual_one_now() {
    let stage = Stage::new().await;
    let try_it = ["music", "rain", "--model", "GenBGM"];
    let first = stage.ima(&try_it);
    ends(&first, 0);
    assert!(
        text(&first.stderr).contains("ima prefs set music sonic"),
        "{}",
        text(&first.stderr)
    );
    let second = stage.ima(&try_it);
    assert!(
        !text(&second.stderr).contains("ima prefs"),
        "it is the usual one already"
    );
    let once = stage.ima(&["music", "rain", "--model", "sonic", "--once"]);
    assert!(!text(&once.stderr).contains("ima prefs"));
}

#[tokio::test]
async fn the_program_alone_says_what_to_begin_with() {
    let stage = Stage::new().await;
    for (locale, word) in [("en_US.UTF-8", "All commands"), ("zh_CN.UTF-8", "所有命令")] {
        let output = stage.plain(&[]).env("LANG", locale).output().unwrap();
        ends(&output, 2);
        let shown = text(&output.stdout);
        assert!(
            shown.contains(word) && shown.lines().count() <= 10,
            "{shown}"
        );
    }
}

#[tokio::test]
async fn help_is_in_chinese_where_the_system_is() {
    let stage = Stage::new().await;
    for arguments in [
        &["--help"][..],
        &["music", "--help"],
        &["help", "speech"],
        &["jobs", "-h"],
    ] {
        let output = stage
            .plain(arguments)
            .env("LANG", "zh_CN.UTF-8")
            .output()
            .unwrap();
        ends(&output, 0);
        let shown = text(&output.stdout);
        assert!(shown.contains("用法") && !shown.contains('¦'), "{shown}");
        assert!(
            !shown.contains("Usage:") && !shown.contains("Options:"),
            "{shown}"
        );
    }
    let english = text(&stage.plain(&["music", "--help"]).output().unwrap().stdout);
    assert!(
        english.contains("Usage:") && !english.contains("音乐"),
        "{english}"
    );
}

#[tokio::test]
async fn too_few_points_name_what_is_needed() {
    let stage = Stage::new().await;
    stage.control.add_account(ima_simulator::DEMO_KEY, 1);
    let output = stage.ima(&["music", "rain"]);
    ends(&output, 5);
    assert!(
        text(&output.stderr).contains("this needs 25"),
        "{}",
        text(&output.stderr)
    );
}
