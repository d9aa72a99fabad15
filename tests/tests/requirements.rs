//! The rules of the requirements, seen from outside: through the component in the host.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use ima_host::types::{
    About, Attempt, Cause, Charge, Event, Gender, KnownBy, Language, MusicOptions, Need,
    OnMismatch, Options, Parameter, PreferenceWish, Preferred, Request, SpeechOptions, SpeechStyle,
    TaskType, UnknownParameters, VocalGender, VoiceWish,
};
use ima_host::{Credential, Error, Journal};
use ima_simulator::{DEMO_KEY, Endpoint, Fault};
use ima_tests::{Played, Stage, song, spoken};
use serde_json::{Value, json};

fn with(mut request: Request, name: &str, value: &Value) -> Request {
    request.parameters.push(Parameter {
        name: name.to_owned(),
        value: value.to_string(),
    });
    request
}

fn sent(stage: &Stage) -> Value {
    stage.control.tasks().last().unwrap().body["parameters"][0]["parameters"].clone()
}

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
        stage.runtime.start(&mixed).await,
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
        stage.runtime.quote(&request).await.unwrap().dropped[0].field,
        "sparkle"
    );
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
async fn a_usual_model_is_mentioned() {
    let stage = Stage::new().await;
    let mut request = song();
    request.language = Language::Zh;
    request.model_id = Some("GenBGM".to_owned());
    request.habitual = true;
    let played = stage.run(&request).await;
    let text = &played.messages()[1].text;
    assert!(
        text.starts_with("🎵 根据你的使用习惯，将用 DouBao - BGM 帮你生成音乐…"),
        "{text}"
    );
    assert!(text.contains("（你的常用模型）"), "{text}");
}

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
        .quote(&with(request, "shape", &json!("wide")))
        .await
        .unwrap();
    assert_eq!((quote.points, quote.attribute_id), (12, 2));
    let body: Value = serde_json::from_str(&quote.body).unwrap();
    let inner = &body["parameters"][0]["parameters"];
    assert_eq!((&inner["size"], inner.get("shape")), (&json!("2x1"), None));
    assert_eq!(quote.phrase, "Using M (12 credits)");
}

#[tokio::test]
async fn utterances_are_read_in_both_languages_and_questions_come_instead_of_guesses() {
    let stage = Stage::new().await;
    let read = stage
        .runtime
        .interpret("以后都用豆包BGM，来一段轻松的背景音乐")
        .await
        .unwrap();
    assert_eq!(
        (read.language, read.task),
        (Language::Zh, Some(TaskType::TextToMusic))
    );
    assert_eq!(read.model_id.as_deref(), Some("GenBGM"));
    assert_eq!(read.preference, PreferenceWish::Remember);

    let read = stage
        .runtime
        .interpret("a song with female vocals, use Suno")
        .await
        .unwrap();
    assert_eq!(read.model_id.as_deref(), Some("sonic"));
    let gender = read
        .parameters
        .iter()
        .find(|it| it.name == "vocal_gender")
        .unwrap();
    assert_eq!(gender.value, "\"female\"");

    let read = stage
        .runtime
        .interpret("用女声把这段文字读出来：「你好」")
        .await
        .unwrap();
    assert_eq!(read.task, Some(TaskType::TextToSpeech));
    assert_eq!(read.prompt.as_deref(), Some("你好"));
    assert_eq!(read.voice, Some(VoiceWish::Sounds(Gender::Female)));

    let read = stage.runtime.interpret("帮我做一段音频").await.unwrap();
    assert_eq!(read.task, None);
    assert_eq!(read.questions[0].about, About::Task);
    assert!(read.questions[0].options.len() >= 2);

    let read = stage.runtime.interpret("用最便宜的做一首歌").await.unwrap();
    assert!(
        matches!(read.preference, PreferenceWish::Cheapest(it) if !it.remember && !it.among.is_empty())
    );
}

#[tokio::test]
async fn a_narration_is_asked_for_its_text_and_a_voice_is_suggested() {
    let stage = Stage::new().await;
    let runtime = &stage.runtime;
    let questions = runtime
        .intake(TaskType::TextToSpeech, "帮我做一段旁白", Language::Zh)
        .await
        .unwrap();
    assert_eq!(
        (questions[0].about, questions[0].need),
        (About::Text, Need::Required)
    );
    let voice = questions
        .iter()
        .find(|question| question.about == About::Voice)
        .unwrap();
    assert_eq!(voice.need, Need::Suggested);
    assert!((3..=5).contains(&voice.options.len()));
    let voices = runtime.voices(Language::Zh).await.unwrap();
    assert_eq!(voices.len(), 15);
    assert!(
        voice
            .options
            .iter()
            .all(|option| voices.iter().any(|it| it.id == option.value))
    );
    assert!(
        !runtime
            .tips(TaskType::TextToMusic, Language::En)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn preferences_keep_what_is_not_ours() {
    let stage = Stage::new().await;
    let runtime = &stage.runtime;
    let file = br#"{"user_7": {"text_to_image": {"model_id": "x", "seed": 1.0}}}"#;
    let preferred = Preferred {
        model_id: "sonic".to_owned(),
        model_name: "Suno".to_owned(),
        credit: 25,
        last_used: "2026-03-01 12:00:00".to_owned(),
    };
    let music = TaskType::TextToMusic;
    let written = runtime
        .remember(file, "7", music, &preferred)
        .await
        .unwrap();
    assert_eq!(
        runtime.preferred(&written, "7", music).await.unwrap(),
        Some(preferred)
    );
    let text = String::from_utf8(written.clone()).unwrap();
    assert!(
        text.contains(r#""text_to_image": {"model_id": "x", "seed": 1.0}"#),
        "{text}"
    );
    let cleared = runtime.forget(&written, "7", Some(music)).await.unwrap();
    assert_eq!(runtime.preferred(&cleared, "7", music).await.unwrap(), None);
    let damaged = runtime.forget(b"{\"user_7\":", "7", None);
    assert!(matches!(damaged.await, Err(Error::Preferences(_))));
    let said = runtime
        .confirmation(music, "Suno", Language::Zh)
        .await
        .unwrap();
    assert_eq!(said, "✅ 已记住！以后音乐生成默认用 Suno");
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
async fn the_journal_takes_every_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let stage = Stage::with(|builder| builder.journal(journal.clone())).await;
    stage.faults(Endpoint::Create, [(1, refusal(6009, "no"))]);
    stage.run(&song()).await.success();
    assert_eq!(journal.list().unwrap().len(), 1);
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

#[tokio::test]
async fn speech_without_a_model_is_seed_tts_2_0() {
    let stage = Stage::new().await;
    let quote = stage.runtime.quote(&spoken()).await.unwrap();
    assert_eq!(quote.model_id, "seed-tts-2.0");
    stage.run(&spoken()).await.success();
    let body = &stage.control.tasks()[0].body;
    assert_eq!(body["parameters"][0]["model_id"], "seed-tts-2.0");
}

#[tokio::test]
async fn a_remembered_model_comes_before_the_recommended_one() {
    let stage = Stage::new().await;
    let (runtime, music) = (&stage.runtime, TaskType::TextToMusic);
    let used = Preferred {
        model_id: "GenSong".to_owned(),
        model_name: "DouBao - Song".to_owned(),
        credit: 30,
        last_used: "2026-03-01 12:00:00".to_owned(),
    };
    for (file, model) in [
        (Vec::new(), "sonic"),
        (
            runtime.remember(b"", "7", music, &used).await.unwrap(),
            "GenSong",
        ),
    ] {
        let preferred = runtime.preferred(&file, "7", music).await.unwrap();
        let mut request = song();
        request.habitual = preferred.is_some();
        request.model_id = preferred.map(|it| it.model_id);
        let played = stage.run(&request).await;
        assert_eq!(played.success().model_id, model);
        let mentioned = played.messages()[1].text.contains("your usual model");
        assert_eq!(mentioned, model == "GenSong");
    }
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
