//! Jobs by their tokens: nothing about them creates anything.

use super::stage::*;
use ima_components::EdgeConfiguration;
use ima_simulator::{Endpoint, Fault, Outcome, Timeline};
use serde_json::json;

fn signed(configuration: EdgeConfiguration) -> EdgeConfiguration {
    EdgeConfiguration {
        secret: Some([7; 32]),
        ..configuration
    }
}

#[tokio::test]
async fn a_token_with_one_bit_changed_is_no_job() {
    let stage = EdgeStage::with(signed).await;
    let status = json(&stage.post("/v1/music", &song()).await)["status_url"].clone();
    let status = status.as_str().unwrap();
    let asked = stage.requests(Endpoint::Detail);
    let start = "/v1/jobs/".len();
    for place in [start, start + 40, status.len() - 30, status.len() - 1] {
        let mut changed = status.to_owned().into_bytes();
        changed[place] ^= 1;
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(
            error(&stage.get(&changed).await),
            is(404, "job_not_found", "no"),
            "{changed}"
        );
    }
    assert_eq!(stage.requests(Endpoint::Detail), asked);
    assert_eq!(stage.get(status).await.status, 200);
    // Another operator's component knows nothing of it.
    let other = EdgeStage::new().await;
    assert_eq!(other.get(status).await.status, 404);
    assert_eq!((stage.creates(), other.creates()), (1, 0));
}

#[tokio::test]
async fn a_fault_of_asking_says_that_the_job_goes_on() {
    for fault in [
        Fault::ResetAfter,
        Fault::Malformed,
        Fault::Oversized(64 << 20),
    ] {
        let stage = EdgeStage::new().await;
        let status = json(&stage.post("/v1/music", &song()).await)["status_url"].clone();
        let status = status.as_str().unwrap();
        stage.fault(Endpoint::Detail, fault.clone());
        let answer = stage.get(status).await;
        assert_eq!(
            error(&answer),
            is(503, "status_unavailable", "yes"),
            "{fault:?}"
        );
        assert_eq!(answer.header("x-should-retry"), "true");
        stage.control.clear_faults();
        stage.control.advance(std::time::Duration::from_secs(300));
        assert_eq!(json(&stage.get(status).await)["status"], "completed");
        assert_eq!((stage.creates(), stage.charges()), (1, 1));
    }
}

#[tokio::test]
async fn a_task_that_failed_was_paid_and_says_so_without_codes() {
    let stage = EdgeStage::new().await;
    let timeline = Timeline {
        total_seconds: Some(1.0),
        outcome: Outcome::Failed("ERR_GPU_7".to_owned()),
        ..Timeline::default()
    };
    stage.control.set_timeline("seed-tts-2.0", timeline);
    let answer = stage.post("/v1/audio/speech", &spoken()).await;
    assert_eq!(error(&answer), is(502, "generation_failed", "yes"));
    assert_eq!(answer.header("x-should-retry"), "false");
    assert!(!answer.text.contains("GPU"), "{}", answer.text);
    let status = json(&answer)["error"]["job"]["status_url"].clone();
    let job = json(&stage.get(status.as_str().unwrap()).await);
    assert_eq!(
        (&job["status"], &job["error"]["charge"]),
        (&json!("failed"), &json!("yes"))
    );
}

#[tokio::test]
async fn speech_that_takes_longer_than_a_request_is_found_by_its_job() {
    let stage = EdgeStage::new().await;
    stage.takes("seed-tts-2.0", 100.0);
    let answer = stage.post("/v1/audio/speech", &spoken()).await;
    assert_eq!(error(&answer), is(504, "not_finished", "yes"));
    assert_eq!(answer.header("x-should-retry"), "false");
    let content = json(&answer)["error"]["job"]["content_url"].clone();
    stage.control.advance(std::time::Duration::from_secs(100));
    assert_eq!(stage.get(content.as_str().unwrap()).await.status, 303);
    assert_eq!((stage.creates(), stage.charges()), (1, 1));
}

#[tokio::test]
async fn two_at_once_are_two_jobs() {
    let stage = EdgeStage::new().await;
    let (song, spoken) = (song(), spoken());
    let (first, second) = tokio::join!(
        stage.post("/v1/music", &song),
        stage.post("/v1/audio/speech", &spoken)
    );
    assert_eq!((first.status, second.status), (202, 303));
    assert_eq!((stage.creates(), stage.charges()), (2, 2));
}
