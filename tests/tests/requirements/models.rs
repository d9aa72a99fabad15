//! Models: how they are listed and priced, which one is taken, how it is polled.

use ima_host::Credential;
use ima_host::types::{Cause, KnownBy, Language, TaskType};
use ima_simulator::{DEMO_KEY, Endpoint};
use ima_test_kit::{Stage, song, spoken};
use serde_json::{Value, json};

use super::with;

#[tokio::test]
async fn a_model_is_listed_with_engines_prices_and_what_knows_its_parameters() {
    let stage = Stage::new().await;
    let list = json!([{"id": "m1", "type": 3, "model_id": "m", "name": "M",
        "form_config": [
            {"field": "tier", "type": "tags", "value": "low", "options": [{"value": "low"}, {"value": "high"}]},
            {"field": "shape", "is_ui_virtual": true, "ui_params": [{"field": "shape", "value": "square"}],
             "value_mapping": {"mapping_rules": [
                {"source_values": {"shape": "square"}, "target_param": "size", "target_value": "1x1"},
                {"source_values": {"shape": "wide"}, "target_param": "size", "target_value": "2x1"}]}}],
        "credit_rules": [
            {"points": 6, "attribute_id": 1, "attributes": {"tier": "low", "length": "30"}},
            {"points": 12, "attribute_id": 2, "attributes": {"tier": "high", "length": "30"}}]}]);
    stage.control.set_catalogue("text_to_music", list);
    let models = stage
        .runtime
        .models(TaskType::TextToMusic, Language::En)
        .await
        .unwrap();
    let model = &models[0];
    assert_eq!(
        (model.points_min, model.points_max, model.recommended),
        (Some(6), Some(12), false)
    );
    assert_eq!(
        model.prices[1].attributes,
        r#"{"length":"30","tier":"high"}"#
    );
    let known: Vec<_> = model
        .fields
        .iter()
        .map(|f| (f.name.as_str(), f.known_by))
        .collect();
    let expected = [
        ("tier", KnownBy::FormAndPrice),
        ("shape", KnownBy::Form),
        ("length", KnownBy::Price),
    ];
    assert_eq!(known, expected);
    assert_eq!(
        model.fields[1].choices,
        [r#"{"shape":"square"}"#, r#"{"shape":"wide"}"#]
    );

    let mut request = with(song(), "tier", &json!("HIGH"));
    request.model_id = Some("m".to_owned());
    let quote = stage
        .runtime
        .quote(with(request, "shape", &json!("wide")))
        .await
        .unwrap();
    assert_eq!((quote.points, quote.attribute_id), (12, 2));
    let body: Value = serde_json::from_str(&quote.body).unwrap();
    let inner = &body["parameters"][0]["parameters"];
    assert_eq!((&inner["size"], inner.get("shape")), (&json!("2x1"), None));
    assert_eq!(quote.phrase, "Using M (12 credits)");
}

#[tokio::test]
async fn a_demanding_list_is_priced_as_the_service_does() {
    let stage = Stage::new().await;
    stage.control.set_catalogue(
        "text_to_music",
        ima_simulator::catalogues::demanding_music(),
    );
    let of = |model: &str| {
        let mut request = song();
        request.model_id = Some(model.to_owned());
        request
    };
    let mut pinned = of("sonic");
    pinned.version_id = Some("sonic".to_owned());
    let mut cases = vec![
        (of("sonic"), 28),
        (pinned, 25),
        (of("GenSong"), 30),
        (of("DeepTrack"), 35),
        (
            with(
                with(of("GenBGM"), "quality", &json!("High")),
                "length",
                &json!(60),
            ),
            20,
        ),
        (
            with(
                with(of("GenBGM"), "quality", &json!("standard")),
                "length",
                &json!("30"),
            ),
            6,
        ),
        (
            with(of("Soundscape"), "quality_level", &json!("studio")),
            15,
        ),
    ];
    for (request, points) in cases.drain(..) {
        let played = stage.run(&request).await;
        assert_eq!(played.success().points, points, "{request:?}");
    }
    assert_eq!(
        stage.run(&of("DraftTrack")).await.failure().cause,
        Cause::NoPrice
    );
    let unmappable = with(
        with(of("Soundscape"), "duration", &json!(30)),
        "sample_rate",
        &json!("48k"),
    );
    let played = stage.run(&unmappable).await;
    assert!(
        matches!(&played.failure().cause, Cause::Invalid(it) if it.allowed.contains("one of")),
        "{:?}",
        played.failure()
    );
}

#[tokio::test]
async fn speech_without_a_model_is_seed_tts_2_0() {
    let stage = Stage::new().await;
    let quote = stage.runtime.quote(spoken()).await.unwrap();
    assert_eq!(quote.model_id, "seed-tts-2.0");
    stage.run(&spoken()).await.success();
    let body = &stage.control.tasks()[0].body;
    assert_eq!(body["parameters"][0]["model_id"], "seed-tts-2.0");
}

#[tokio::test]
async fn polling_is_prompt_and_no_denser_than_every_five_seconds() {
    let stage = Stage::new().await;
    let played = stage.run(&song()).await;
    let took = played.success().elapsed_ms;
    let steady = took.div_ceil(5_000);
    assert!(stage.requests(Endpoint::Detail) as u64 <= steady, "{took}");
}

#[tokio::test]
async fn a_new_key_counts_from_the_next_generation_on() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    std::fs::write(&key, "ima_revoked").unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let stage = Stage::with(|builder| builder.credential(Credential::file(&key))).await;
    let played = stage.run(&spoken()).await;
    assert_eq!(played.failure().cause, Cause::Unauthorized);
    std::fs::write(&key, DEMO_KEY).unwrap();
    stage.run(&spoken()).await.success();
}
