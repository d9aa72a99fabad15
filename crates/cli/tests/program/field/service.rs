//! What the live service sends.

use ima_simulator::{Endpoint, Fault, MissingMedias, NthRequest, Outcome, Shape, Timeline};
use serde_json::Value;

use crate::stage::{Stage, ends, json, text};

fn failing(status: &str, remark: &str) -> Timeline {
    Timeline {
        total_seconds: Some(3.0),
        outcome: Outcome::Ended {
            status: status.to_owned(),
            remark: remark.to_owned(),
        },
        ..Timeline::default()
    }
}

#[tokio::test]
async fn a_task_that_failed_without_media_ends_at_once() {
    let stage = Stage::new().await;
    let failed = Timeline {
        status: Some("failed".to_owned()),
        without_medias_seconds: 1e9,
        missing_medias: MissingMedias::Empty,
        ..Timeline::default()
    };
    stage.control.set_timeline("seed-tts-2.0", failed);
    let error = stage.fails(&["speech", "hello"], 6);
    assert_eq!(error["charge"], "yes");
    assert_eq!(stage.requests(Endpoint::Detail), 1);
}

#[tokio::test]
async fn every_word_for_failed_ends_at_once_and_the_reason_is_told_in_the_users_words() {
    for (word, remark, told) in [
        ("error", "", "could not make the audio"),
        (
            "FAIL",
            "sensitive words found: 6009",
            "The text was not accepted",
        ),
        ("cancelled", "text too long", "The text is too long"),
        (
            "Rejected",
            "upstream timeout, retry",
            "The service was busy",
        ),
    ] {
        let stage = Stage::new().await;
        stage
            .control
            .set_timeline("seed-tts-2.0", failing(word, remark));
        let error = stage.fails(&["speech", "hello", "--language", "en"], 6);
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(told), "{word}: {message}");
        assert!(remark.is_empty() || !message.contains(remark), "{message}");
        assert_eq!(error["charge"], "yes");
    }
}

#[tokio::test]
async fn a_task_that_the_service_does_not_know_is_said_to_be_unknown_and_stays_listed() {
    let stage = Stage::new().await;
    stage.fault(Endpoint::Detail, Fault::refusal(404));
    let error = stage.fails(&["speech", "hello", "--language", "en"], 8);
    assert_eq!(error["cause"], "unknown-task");
    assert!(error["message"].as_str().unwrap().contains("does not know"));
    assert!(error["advice"].as_str().unwrap().contains("https://"));
    let listed = json(&stage.ima(&["jobs", "--open", "--json"]));
    assert_eq!(listed["jobs"][0]["job"], error["job"]);

    stage.control.clear_faults();
    let job = error["job"].as_str().unwrap();
    ends(&stage.ima(&["resume", job]), 0);
    assert_eq!(stage.charges(), 1);
}

#[tokio::test]
async fn audio_that_is_at_the_preview_address_alone_is_fetched() {
    let stage = Stage::new().await;
    let preview = Timeline::ending(Outcome::PreviewOnly);
    stage.control.set_timeline("seed-tts-2.0", preview);
    ends(&stage.ima(&["speech", "hello", "--out", "a.wav"]), 0);
    assert_eq!(stage.files(), ["a.wav"]);
}

#[tokio::test]
async fn marked_compressed_and_damaged_answers_are_read() {
    for shape in [
        Shape::ByteOrderMark,
        Shape::Gzip,
        Shape::Deflate,
        Shape::HalfCharacter,
    ] {
        let stage = Stage::new().await;
        for endpoint in [Endpoint::ProductList, Endpoint::Create, Endpoint::Detail] {
            stage.fault(endpoint, Fault::Reshaped(shape));
        }
        ends(&stage.ima(&["speech", "hello", "--out", "a.wav"]), 0);
        assert_eq!(
            (stage.charges(), stage.requests(Endpoint::Detail) < 9),
            (1, true),
            "{shape:?}"
        );
    }
}

#[tokio::test]
async fn a_code_inside_the_message_is_amended_like_the_code() {
    let stage = Stage::new().await;
    let refused = Fault::Envelope {
        code: 400,
        message: "6009: No exact rule match found for parameters".to_owned(),
    };
    stage
        .control
        .fault(Endpoint::Create, NthRequest::Number(1), refused);
    ends(&stage.ima(&["speech", "hello"]), 0);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 2));
}

#[tokio::test]
async fn an_hour_of_retry_after_does_not_end_the_waiting_for_a_paid_task() {
    let stage = Stage::new().await;
    let slow = Fault::Status {
        code: 429,
        headers: vec![("retry-after".to_owned(), "3600".to_owned())],
        body: String::new(),
    };
    stage
        .control
        .fault(Endpoint::Detail, NthRequest::Number(1), slow);
    ends(&stage.ima(&["speech", "hello"]), 0);
    assert!(stage.requests(Endpoint::Detail) >= 2);
}

#[tokio::test]
async fn the_budget_counts_every_output_and_the_price_is_told_as_a_range() {
    let stage = Stage::new().await;
    let two = ["music", "rain", "--param", "n=2"];
    let error = stage.fails(&[&two[..], &["--budget", "30"]].concat(), 3);
    assert_eq!(error["cause"], "over-budget");
    assert_eq!(stage.requests(Endpoint::Create), 0);
    let quote: Value = json(&stage.ima(&[&["quote"], &two[..], &["--json"]].concat()));
    assert_eq!(
        (&quote["points"], &quote["most_points"]),
        (&25.into(), &50.into())
    );
    let shown = stage.ima(&[&["quote"], &two[..], &["--language", "en"]].concat());
    assert!(text(&shown.stdout).contains("50 points at the most"));
}
