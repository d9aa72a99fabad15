//! Typed options and parameters: what the service gets, and what is refused before that.

use ima_host::Error;
use ima_host::types::{
    Cause, Charge, Event, Language, MusicOptions, Options, SpeechOptions, SpeechStyle,
    UnknownParameters, VocalGender,
};
use ima_simulator::Endpoint;
use ima_test_kit::{Stage, song, spoken};
use serde_json::json;

use super::{sent, with};

#[tokio::test]
async fn typed_options_of_suno_arrive_as_the_service_wants_them() {
    let stage = Stage::new().await;
    let mut request = song();
    request.options = Some(Options::Music(MusicOptions {
        vocal_gender: Some(VocalGender::Female),
        tags: Some("jazz".to_owned()),
        negative_tags: Some("metal".to_owned()),
        title: Some("Rain".to_owned()),
        instrumental: Some(false),
        ..MusicOptions::default()
    }));
    stage.run(&request).await.success();
    let sent = sent(&stage);
    for (name, value) in [
        ("vocal_gender", json!("f")),
        ("custom_mode", json!(true)),
        ("tags", json!("jazz")),
        ("negative_tags", json!("metal")),
        ("title", json!("Rain")),
        ("make_instrumental", json!(false)),
        ("model_version", json!("sonic-v5")),
    ] {
        assert_eq!(sent[name], value, "{name}");
    }
}

#[tokio::test]
async fn typed_options_of_speech_arrive_as_the_service_wants_them() {
    let stage = Stage::new().await;
    let mut request = spoken();
    request.options = Some(Options::Speech(SpeechOptions {
        speaker: Some("zh_female_vv_uranus_bigtts".to_owned()),
        emotion: Some("sad".to_owned()),
        rate: Some(20),
        volume: Some(-10),
        style: Some(SpeechStyle::Standard),
        ssml: None,
        explicit_language: Some("crosslingual".to_owned()),
        context_texts: Vec::new(),
    }));
    stage.run(&request).await.success();
    let sent = sent(&stage);
    assert_eq!(sent["model"], "seed-tts-2.0-standard");
    assert_eq!(
        sent["audio_params"],
        json!({"emotion": "sad", "speech_rate": 20, "loudness_rate": -10})
    );
    assert_eq!(
        sent["additions"],
        json!({"explicit_language": "crosslingual"})
    );
}

#[tokio::test]
async fn a_bad_value_is_named_in_the_callers_language_before_anything_is_spent() {
    let stage = Stage::new().await;
    let mut chinese = song();
    chinese.language = Language::Zh;
    for (request, field, allowed) in [
        (
            with(song(), "vocal_gendre", &json!("f")),
            "vocal_gendre",
            "did you mean vocal_gender?",
        ),
        (
            with(chinese.clone(), "tag", &json!("x")),
            "tag",
            "是否指 tags？",
        ),
        (
            with(chinese, "title", &json!("标".repeat(121))),
            "title",
            "0 到 120 个字符",
        ),
        (
            with(song(), "model_version", &json!("v9")),
            "model_version",
            "\"sonic-v5\"",
        ),
        (
            with(spoken(), "audio_params", &json!({"speech_rate": 101})),
            "audio_params.speech_rate",
            "-50 到 100",
        ),
        (
            with(spoken(), "speaker", &json!("BV001_streaming")),
            "speaker",
            "BV*_streaming",
        ),
    ] {
        let played = stage.run(&request).await;
        let Cause::Invalid(invalid) = &played.failure().cause else {
            panic!("{:?}", played.failure());
        };
        assert_eq!(invalid.field, field);
        assert!(invalid.allowed.contains(allowed), "{}", invalid.allowed);
        assert_eq!(played.failure().charge, Charge::No);
    }
    let mut mixed = spoken();
    mixed.options = Some(Options::Music(MusicOptions::default()));
    assert!(matches!(
        stage.runtime.start(mixed).await,
        Err(Error::Rejected(_))
    ));
    assert_eq!(stage.requests(Endpoint::Create), 0);
}

#[tokio::test]
async fn unknown_parameters_may_be_dropped_and_are_named() {
    let stage = Stage::new().await;
    let mut request = with(song(), "sparkle", &json!(1));
    request.unknown_parameters = UnknownParameters::Drop;
    let played = stage.run(&request).await;
    assert!(
        played
            .0
            .iter()
            .any(|event| matches!(event, Event::Dropped(it) if it.field == "sparkle"))
    );
    assert_eq!(sent(&stage).get("sparkle"), None);
    assert_eq!(
        stage.runtime.quote(request).await.unwrap().dropped[0].field,
        "sparkle"
    );
}
