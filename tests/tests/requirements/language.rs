//! What users say and usually take: utterances, questions, preferences.

use ima_host::types::{
    About, Gender, Language, Need, PreferenceWish, Preferred, TaskType, VoiceWish,
};
use ima_host::{Error, PreferenceFile, Request};
use ima_test_kit::{Stage, song};

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
async fn a_usual_model_is_mentioned() {
    let folder = tempfile::tempdir().unwrap();
    let file = PreferenceFile::open(folder.path().join("ima_prefs.json"));
    let stage = Stage::with(|builder| builder.preferences(file.clone())).await;
    let usual = Preferred::now("GenBGM", "DouBao - BGM", 30);
    let remembered = file.set(
        &stage.runtime,
        Request::DEFAULT_USER,
        TaskType::TextToMusic,
        &usual,
    );
    remembered.await.unwrap();
    let mut request = song();
    request.language = Language::Zh;
    let played = stage.run(&request).await;
    let text = &played.messages()[1].text;
    assert!(
        text.starts_with("🎵 根据你的使用习惯，将用 DouBao - BGM 帮你生成音乐…"),
        "{text}"
    );
    assert!(text.contains("（你的常用模型）"), "{text}");
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
async fn a_remembered_model_comes_before_the_recommended_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = PreferenceFile::open(folder.path().join("ima_prefs.json"));
    let stage = Stage::with(|builder| builder.preferences(file.clone())).await;
    let mut hers = song();
    hers.user = Some("7".to_owned());
    let used = Preferred::now("GenSong", "DouBao - Song", 30);
    for model in ["sonic", "GenSong"] {
        let played = stage.run(&hers).await;
        assert_eq!(played.success().model_id, model);
        let mentioned = played.messages()[1].text.contains("your usual model");
        assert_eq!(mentioned, model == "GenSong");
        let remembered = file.set(&stage.runtime, "7", TaskType::TextToMusic, &used);
        remembered.await.unwrap();
    }
}
