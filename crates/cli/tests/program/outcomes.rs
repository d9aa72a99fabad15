//! How generations end: what is printed and left, the exit code, and what it costs.

use ima_attack_kit::front::{Front, Move};
use ima_simulator::{DEMO_KEY, Endpoint, Fault, Outcome, Timeline};
use serde_json::Value;
use std::path::Path;

use crate::stage::{Stage, ends, text};

/// The length of a WAV file in seconds.
fn seconds(path: &Path) -> u32 {
    let reader = hound::WavReader::open(path).unwrap();
    reader.duration() / reader.spec().sample_rate
}

fn status(code: u16) -> Fault {
    Fault::Status {
        code,
        headers: Vec::new(),
        body: "oops".to_owned(),
    }
}

#[tokio::test]
async fn music_is_two_playable_files_and_one_object() {
    let stage = Stage::new().await;
    let out = stage.here().join("song.wav");
    let output = stage.ima(&[
        "music",
        "rain",
        "--json",
        "--language",
        "en",
        "--out",
        "song.wav",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(object["model_id"], "sonic");
    assert_eq!(object["model_name"], "Suno");
    assert_eq!(object["credit"], 25);
    assert_eq!(object["task_id"], *stage.control.tasks()[0].id);
    let medias = object["medias"].as_array().unwrap();
    assert_eq!((medias.len(), &object["url"]), (2, &medias[0]["url"]));
    assert_eq!(stage.files(), ["song-2.wav", "song.wav"]);
    assert_eq!(
        format!("{}s", seconds(&out)),
        object["duration"].as_str().unwrap()
    );
    assert_eq!(medias[0]["sha256"].as_str().unwrap().len(), 64);
    assert!(text(&output.stderr).contains("✅ Your music is ready!"));
    assert_eq!(stage.charges(), 1);
    stage.holds_no_key(&output);
}

#[tokio::test]
async fn speech_is_saved_here_under_the_name_of_its_words() {
    let stage = Stage::new().await;
    let output = stage.ima(&["speech", "你好", "--language", "zh"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(stage.files(), ["你好.wav"]);
    let shown = text(&output.stdout) + &text(&output.stderr);
    assert!(
        shown.contains("✅ 语音合成成功！") && shown.contains("消耗积分：2 pts"),
        "{shown}"
    );
    stage.holds_no_key(&output);
}

#[tokio::test]
async fn a_create_request_without_an_answer_is_one_charge_exit_7_and_no_second_create() {
    let stage = Stage::new().await;
    stage.fault(Endpoint::Create, Fault::ResetAfter);
    let error = stage.fails(&["speech", "hello"], 7);
    assert_eq!(
        (error["cause"].as_str(), error["charge"].as_str()),
        (Some("outcome-unknown"), Some("unknown"))
    );
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));

    let job = error["job"].as_str().unwrap();
    stage.fails(&["resume", job], 7);
    assert_eq!(stage.requests(Endpoint::Create), 1);

    stage.control.clear_faults();
    let again = stage.ima(&["resume", job, "--create-again", "--json"]);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    assert_eq!(stage.charges(), 2);
}

#[tokio::test]
async fn after_the_deadline_resume_brings_the_audio_at_no_cost() {
    let stage = Stage::new().await;
    stage
        .control
        .set_timeline("seed-tts-2.0", Timeline::lasting(40.0));
    let error = stage.fails(&["speech", "hello", "--deadline", "10"], 8);
    assert_eq!(error["charge"], "yes");
    let output = stage.ima(&[
        "resume",
        error["job"].as_str().unwrap(),
        "--out",
        "late.wav",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(stage.files(), ["late.wav"]);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

#[tokio::test]
async fn a_task_that_fails_exits_with_6() {
    let stage = Stage::new().await;
    let failed = Timeline::ending(Outcome::Failed("status 503".to_owned()));
    stage.control.set_timeline("seed-tts-2.0", failed);
    let error = stage.fails(&["speech", "hello"], 6);
    assert_eq!(
        (error["cause"].as_str(), error["charge"].as_str()),
        (Some("task-failed"), Some("yes"))
    );
}

#[tokio::test]
async fn a_clip_that_is_ready_is_saved_though_another_failed() {
    let stage = Stage::new().await;
    let halved = Timeline {
        media_seconds: vec![10.0, 20.0],
        media_outcomes: vec![Outcome::Success, Outcome::Failed("status 503".to_owned())],
        ..Timeline::default()
    };
    stage.control.set_timeline("sonic", halved);
    let output = stage.ima(&["music", "rain", "--json", "--out", "song.wav"]);
    assert_eq!(output.status.code(), Some(6), "{}", text(&output.stderr));
    assert_eq!(stage.files(), ["song.wav"]);
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    let medias = object["error"]["medias"].as_array().unwrap();
    assert_eq!(medias.len(), 1);
    assert_eq!(medias[0]["file"], "song.wav");
    assert!(medias[0]["url"].as_str().unwrap().starts_with("http"));
    // Waiting brings nothing more.
    assert!(!text(&output.stderr).contains("ima resume"));
}

#[tokio::test]
async fn audio_that_cannot_be_fetched_leaves_no_half_file_and_the_link() {
    for fault in [Fault::CutBody, status(500), Fault::Malformed] {
        let stage = Stage::new().await;
        stage.fault(Endpoint::Audio, fault);
        let output = stage.ima(&["speech", "hello", "--json"]);
        assert_eq!(output.status.code(), Some(6), "{}", text(&output.stderr));
        assert_eq!(stage.files(), [""; 0]);
        let object: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(object["url"].as_str().unwrap().starts_with(&stage.origin));
    }
}

#[tokio::test]
async fn what_is_refused_before_spending_costs_nothing() {
    let stage = Stage::new().await;
    let error = stage.fails(&["music", "rain", "--model", "sonata"], 2);
    for known in ["sonic", "GenBGM", "GenSong"] {
        assert!(error["advice"].as_str().unwrap().contains(known));
    }
    let error = stage.fails(&["music", "rain", "--budget", "24"], 3);
    assert_eq!(error["cause"], "over-budget");
    stage.control.add_account(DEMO_KEY, 1);
    assert_eq!(
        stage.fails(&["speech", "hello"], 5)["cause"],
        "insufficient-points"
    );
    let mut wrong = stage.command(&["speech", "hello", "--json"]);
    let output = wrong.env("IMA_API_KEY", "ima_wrong").output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    let list = serde_json::json!([{"id": "seed-tts-2.0", "type": "3", "model_id": "seed-tts-2.0",
        "credit_rules": [{"points": 2, "attribute_id": 0}]}]);
    stage.control.set_catalogue("text_to_speech", list);
    assert_eq!(stage.fails(&["speech", "hello"], 3)["cause"], "no-price");
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (0, 1));
}

#[tokio::test]
async fn a_bad_parameter_is_named_with_what_is_allowed() {
    let stage = Stage::new().await;
    let output = stage.ima(&[
        "speech",
        "你好",
        "--language",
        "zh",
        "--param",
        "audio_params={\"speech_rate\":200}",
    ]);
    assert_eq!(output.status.code(), Some(2));
    let shown = text(&output.stderr);
    assert!(
        shown.contains("audio_params.speech_rate") && shown.contains("-50 到 100 的整数"),
        "{shown}"
    );
    assert_eq!(stage.requests(Endpoint::Create), 0);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_exits_with_9_and_costs_nothing() {
    for fault in [
        Fault::Malformed,
        Fault::Oversized(10 << 20),
        Fault::DeepJson(10_000),
        status(503),
        Fault::ResetBefore,
    ] {
        let stage = Stage::new().await;
        stage.fault(Endpoint::ProductList, fault);
        assert_eq!(stage.fails(&["speech", "hello"], 9)["charge"], "no");
        assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (0, 0));
    }
}

#[tokio::test]
async fn the_models_are_listed() {
    let stage = Stage::new().await;
    let output = stage.ima(&["models", "music", "--language", "en"]);
    assert_eq!(output.status.code(), Some(0));
    let shown = text(&output.stdout);
    for word in ["sonic", "GenBGM", "GenSong", "25", "30"] {
        assert!(shown.contains(word), "{shown}");
    }
}

#[tokio::test]
async fn a_task_that_failed_and_succeeds_later_is_delivered() {
    let stage = Stage::new().await;
    let failing = Front::before(&stage.origin, |request| match request.operation() {
        "detail" => Move::body(|body| {
            let failed = body.replace("\"resource_status\":0", "\"resource_status\":2");
            failed.replace("\"resource_status\":null", "\"resource_status\":2")
        }),
        _ => Move::Pass,
    })
    .await;
    let failed = stage.start_at(&failing.origin(), &["speech", "hello"]);
    ends(&failed.output().await, 6);
    let (job, _) = stage.job().await;
    ends(&stage.ima(&["resume", &job, "--out", "late.wav"]), 0);
    stage.is_audio("late.wav");
    assert_eq!(stage.charges(), 1);
}
