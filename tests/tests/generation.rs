//! The way from a request to its audio, through the component in the host.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use ima_host::types::{Cause, Charge, CheckpointState, Event, MessageKind, TaskFault, TaskType};
use ima_host::{Credential, types::Language};
use ima_simulator::{DEMO_KEY, Endpoint, Fault, Outcome, Timeline};
use ima_test_kit::{Stage, song, spoken};
use serde_json::{Value, json};

#[tokio::test]
async fn music_brings_both_clips_for_one_charge_over_one_connection() {
    let stage = Stage::new().await;
    let played = stage.run(&song()).await;
    let success = played.success();
    assert_eq!(success.medias.len(), 2);
    assert_eq!((success.model_name.as_str(), success.points), ("Suno", 25));
    let ledger = stage.control.ledger(DEMO_KEY);
    assert_eq!(ledger.points, 1000 - 25);
    assert_eq!(ledger.charges.len(), 1);
    assert_eq!(ledger.charges[0].task_id, success.task_id);
    // One for the create request alone.
    assert_eq!(stage.control.connections(), 2);
}

#[tokio::test]
async fn what_a_user_sees_of_music() {
    let stage = Stage::new().await;
    let played = stage.run(&song()).await;
    let messages = played.messages();
    let steps: Vec<_> = messages.iter().map(|message| message.step).collect();
    assert!(
        steps.starts_with(&[0, 1, 2]) && steps.ends_with(&[2, 3]),
        "{steps:?}"
    );
    let replies = messages
        .iter()
        .filter(|message| message.kind == MessageKind::Reply);
    assert_eq!(replies.count(), 1);
    let start = "🎵 Starting music generation, please wait 90~150 seconds…\n• Model: Suno\n• Credits: 25 pts";
    assert_eq!(messages[1].text, start);
    let last = messages.last().unwrap();
    assert_eq!(
        last.media,
        played
            .success()
            .medias
            .iter()
            .map(|m| m.url.clone())
            .collect::<Vec<_>>()
    );
    assert!(last.media.iter().all(|url| last.text.contains(url)));
}

#[tokio::test]
async fn speech_in_chinese_with_a_speaker() {
    let stage = Stage::new().await;
    let mut request = spoken();
    let speaker = "zh_male_sophie_uranus_bigtts".into();
    request.parameters.insert("speaker".to_owned(), speaker);
    let played = stage.run(&request).await;
    assert_eq!(played.success().medias.len(), 1);
    assert_eq!(played.success().points, 2);
    assert_eq!(
        played.messages()[0].text,
        "好的，正在帮你把这段文字转成语音。"
    );
    let body = &stage.control.tasks()[0].body;
    let inner = &body["parameters"][0]["parameters"];
    assert_eq!(inner["prompt"], "欢迎来到 IMA Studio。");
    assert_eq!(inner["speaker"], "zh_male_sophie_uranus_bigtts");
    assert_eq!(inner["model"], "seed-tts-2.0-expressive");
}

#[tokio::test]
async fn every_request_carries_the_headers_of_the_requirements() {
    let stage = Stage::new().await;
    stage.run(&spoken()).await;
    let requests = stage.control.requests();
    assert!(requests.len() >= 3);
    for request in requests {
        assert_eq!(request.header("authorization"), Some("Bearer ima_demo_key"));
        assert_eq!(request.header("x-app-source"), Some("ima_skills"));
        assert_eq!(request.header("x_app_language"), Some("zh"));
    }
}

#[tokio::test]
async fn a_quote_is_what_is_then_sent_and_costs_nothing() {
    let stage = Stage::new().await;
    let quote = stage.runtime.quote(song()).await.unwrap();
    assert_eq!((quote.points, quote.attribute_id), (25, 2370));
    assert_eq!(stage.charges(), 0);
    stage.run(&song()).await.success();
    let quoted: Value = serde_json::from_str(&quote.body).unwrap();
    assert_eq!(quoted, stage.control.tasks()[0].body);
}

#[tokio::test]
async fn the_models_are_listed_with_price_time_and_fields() {
    let stage = Stage::new().await;
    let models = stage
        .runtime
        .models(TaskType::TextToMusic, Language::En)
        .await
        .unwrap();
    let ids: Vec<_> = models.iter().map(|model| model.model_id.as_str()).collect();
    assert_eq!(ids, ["sonic", "GenBGM", "GenSong"]);
    assert_eq!(
        (models[0].points_min, models[0].points_max),
        (Some(25), Some(25))
    );
    assert_eq!(models[0].estimate.max_seconds, 150);
    let engine = models[0]
        .fields
        .iter()
        .find(|field| field.name == "model_version")
        .unwrap();
    assert_eq!(engine.options.last().unwrap(), "\"sonic-v5\"");
}

#[tokio::test]
async fn a_slow_task_is_waited_for_with_honest_progress() {
    let stage = Stage::new().await;
    stage
        .control
        .set_timeline("sonic", Timeline::lasting(400.0));
    let played = stage.run(&song()).await;
    let percent = played.0.iter().filter_map(|event| match event {
        Event::Progress(progress) => Some(progress.percent),
        _ => None,
    });
    let percent: Vec<_> = percent.collect();
    assert!(
        percent.is_sorted() && percent.last() == Some(&95),
        "{percent:?}"
    );
    assert!(played.success().elapsed_ms >= 400_000);
}

#[tokio::test]
async fn a_task_that_fails_at_the_end_is_told_without_its_technical_reason() {
    let stage = Stage::new().await;
    let failed = Outcome::Failed("upstream 503: attribute_id".to_owned());
    stage
        .control
        .set_timeline("sonic", Timeline::ending(failed));
    let played = stage.run(&song()).await;
    let failure = played.failure();
    assert_eq!(
        (&failure.cause, failure.charge),
        (&Cause::TaskFailed(TaskFault::Resource), Charge::Yes)
    );
    assert!(failure.task_id.is_some() && failure.continuation.is_some());
    assert!(!played.messages().last().unwrap().text.contains("upstream"));
}

#[tokio::test]
async fn a_wrong_key_and_an_empty_account_end_before_anything_is_spent() {
    let stage = Stage::with(|builder| builder.credential(Credential::literal("ima_wrong"))).await;
    let played = stage.run(&song()).await;
    assert_eq!(
        (&played.failure().cause, played.failure().charge),
        (&Cause::Unauthorized, Charge::No)
    );
    let page = "https://www.imaclaw.ai/imaclaw/apikey";
    assert_eq!(played.failure().help.as_deref(), Some(page));

    let stage = Stage::new().await;
    stage.control.add_account(DEMO_KEY, 24);
    let played = stage.run(&song()).await;
    assert_eq!(played.failure().cause, Cause::InsufficientPoints);
    assert_eq!(played.failure().charge, Charge::No);
    let page = "https://www.imaclaw.ai/imaclaw/subscription";
    assert_eq!(played.failure().help.as_deref(), Some(page));
    assert_eq!(stage.control.ledger(DEMO_KEY).points, 24);
}

#[tokio::test]
async fn what_cannot_be_priced_is_not_created() {
    let stage = Stage::new().await;
    let mut unknown = song();
    unknown.model_id = Some("sonata".to_owned());
    let known = ["sonic", "GenBGM", "GenSong"].map(str::to_owned).to_vec();
    assert_eq!(
        stage.run(&unknown).await.failure().cause,
        Cause::UnknownModel(known)
    );

    let mut poor = song();
    poor.budget = Some(24);
    assert!(
        matches!(&stage.run(&poor).await.failure().cause, Cause::OverBudget(it) if it.points == 25)
    );

    for rules in [
        json!([]),
        json!(null),
        json!([{"points": 25, "attribute_id": 0}]),
    ] {
        let list =
            json!([{"id": "sonic", "type": "3", "model_id": "sonic", "credit_rules": rules}]);
        stage.control.set_catalogue("text_to_music", list);
        assert_eq!(stage.run(&song()).await.failure().cause, Cause::NoPrice);
    }
    assert_eq!(stage.requests(Endpoint::Create), 0);
    assert_eq!(stage.charges(), 0);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_ends_before_anything_is_spent() {
    for fault in [
        Fault::Malformed,
        Fault::Oversized(10 << 20),
        Fault::DeepJson(10_000),
        Fault::CutBody,
        Fault::ResetBefore,
        Fault::Redirect("http://127.0.0.1:9/".to_owned()),
        Fault::Status {
            code: 503,
            headers: Vec::new(),
            body: "<html>".to_owned(),
        },
    ] {
        let stage = Stage::new().await;
        stage.fault(Endpoint::ProductList, 1, fault.clone());
        let played = stage.run(&song()).await;
        let failure = played.failure();
        assert!(
            matches!(failure.cause, Cause::Unavailable | Cause::Network),
            "{fault:?}: {failure:?}"
        );
        assert_eq!((failure.charge, stage.charges()), (Charge::No, 0));
        assert_eq!(stage.requests(Endpoint::ProductList), 3);
    }
}

#[tokio::test]
async fn a_checkpoint_is_handed_out_before_the_create_request_leaves() {
    let stage = Stage::new().await;
    let mut generation = stage.runtime.start(song()).await.unwrap();
    while let Some(event) = generation.next_event().await.unwrap() {
        if let Event::Checkpoint(checkpoint) = event {
            let (expected, creates) = match checkpoint.state {
                CheckpointState::Creating => (None, 0),
                CheckpointState::Waiting => {
                    (stage.control.tasks().first().map(|t| t.id.clone()), 1)
                }
            };
            assert_eq!(stage.requests(Endpoint::Create), creates);
            assert_eq!(checkpoint.task_id, expected);
        }
    }
}
