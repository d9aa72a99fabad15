//! Requests that the service refuses: amended, told, and given up in time.

use ima_host::Journal;
use ima_host::types::{
    Attempt, Cause, Charge, Event, Language, MusicOptions, OnMismatch, Options, SpeechOptions,
};
use ima_simulator::{DEMO_KEY, Endpoint, Fault};
use ima_test_kit::{Played, Stage, song, spoken};
use serde_json::json;

use super::{sent, with};

fn attempts(played: &Played) -> Vec<&Attempt> {
    fn attempt(event: &Event) -> Option<&Attempt> {
        match event {
            Event::Attempt(attempt) => Some(attempt),
            _ => None,
        }
    }
    played.0.iter().filter_map(attempt).collect()
}

fn refusal(code: i64, message: &str) -> Fault {
    Fault::Envelope {
        code,
        message: message.to_owned(),
    }
}

#[tokio::test]
async fn a_refused_request_is_amended_and_every_attempt_is_told() {
    let stage = Stage::new().await;
    let no_match = refusal(6009, "No exact rule match found for parameters");
    stage.faults(Endpoint::Create, [(1, no_match.clone()), (2, no_match)]);
    let mut request = song();
    request.options = Some(Options::Music(MusicOptions {
        lyrics: Some("la la".to_owned()),
        ..MusicOptions::default()
    }));
    let played = stage.run(&request).await;
    played.success();
    let attempts = attempts(&played);
    assert_eq!(attempts.len(), 3);
    assert_eq!(attempts[0].amendment.as_ref().unwrap().removed, ["lyrics"]);
    assert!(attempts[1].amendment.as_ref().unwrap().defaults);
    assert_eq!(attempts[2].text, "✅ [Attempt 3] Accepted");
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 3));
}

#[tokio::test]
async fn three_refusals_are_the_end_and_alternatives_are_named_at_live_prices() {
    let stage = Stage::new().await;
    stage.fault(
        Endpoint::Create,
        1,
        refusal(6010, "Attribute ID does not match"),
    );
    let mut request = song();
    request.language = Language::Zh;
    let played = stage.run(&request).await;
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (0, 3));
    assert_eq!(played.failure().charge, Charge::No);
    let text = &played.messages().last().unwrap().text;
    assert!(text.contains("模型参数不匹配，请尝试其他模型"), "{text}");
    assert!(text.contains("DouBao - BGM（背景音乐，30 pts）"), "{text}");
    assert_eq!(played.failure().alternatives[1].model_id, "GenSong");

    request.on_mismatch = OnMismatch::Stop;
    stage.run(&request).await.failure();
    assert_eq!(stage.requests(Endpoint::Create), 4);
}

#[tokio::test]
async fn after_a_refusal_an_unclear_end_still_stops_everything() {
    let stage = Stage::new().await;
    stage.faults(
        Endpoint::Create,
        [(1, refusal(6009, "no")), (2, Fault::ResetAfter)],
    );
    let played = stage.run(&song()).await;
    assert_eq!(played.failure().cause, Cause::OutcomeUnknown);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 2));
}

#[tokio::test]
async fn the_journal_takes_every_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).await.unwrap();
    let stage = Stage::with(|builder| builder.journal(journal.clone())).await;
    stage.faults(Endpoint::Create, [(1, refusal(6009, "no"))]);
    stage.run(&song()).await.success();
    assert_eq!(journal.list().await.unwrap().len(), 1);
    assert_eq!(stage.control.ledger(DEMO_KEY).charges.len(), 1);
}

#[tokio::test]
async fn a_stale_list_is_fetched_again_and_nothing_is_left_out() {
    let stage = Stage::new().await;
    stage.control.serve_stale_list(1);
    assert!(stage.control.reprice("sonic", 20, 9999));
    let played = stage.run(&with(song(), "tags", &json!("jazz"))).await;
    assert_eq!(played.success().points, 20);
    assert!(attempts(&played)[0].amendment.as_ref().unwrap().fetched);
    assert_eq!(
        (&sent(&stage)["tags"], stage.requests(Endpoint::ProductList)),
        (&json!("jazz"), 2)
    );
}

#[tokio::test]
async fn a_price_that_rose_behind_a_stale_list_is_not_paid() {
    let stage = Stage::new().await;
    stage.control.serve_stale_list(1);
    assert!(stage.control.reprice("sonic", 40, 2370));
    let played = stage.run(&song()).await;
    assert!(
        matches!(&played.failure().cause, Cause::PriceChanged(it) if it.points == 40 && it.announced == 25)
    );
    assert_eq!((played.failure().charge, stage.charges()), (Charge::No, 0));
}

#[tokio::test]
async fn a_strict_service_gets_what_its_form_knows() {
    let stage = Stage::new().await;
    stage.control.strict_form(true);
    let mut request = spoken();
    request.options = Some(Options::Speech(SpeechOptions {
        emotion: Some("sad".to_owned()),
        ..SpeechOptions::default()
    }));
    let played = stage.run(&request).await;
    played.success();
    assert_eq!(
        attempts(&played)[0].amendment.as_ref().unwrap().removed,
        ["audio_params"]
    );
}

#[tokio::test]
async fn no_code_of_the_service_reaches_the_user() {
    for code in [400, 401, 404, 429, 503, 4008, 4014, 6006, 6009, 6010] {
        let stage = Stage::new().await;
        stage.fault(Endpoint::Create, 1, Fault::refusal(code));
        let played = stage.run(&song()).await;
        let text = &played.messages().last().unwrap().text;
        assert!(!text.contains(&code.to_string()), "{text}");
        assert_eq!(stage.charges(), 0);
    }
}
