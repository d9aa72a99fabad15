//! Speech: "User Input Parsing", 「当用户说『帮我制作旁白/配音』时如何询问」, the voices.

use super::*;
use serde_json::json;

#[test]
fn phrases_ask_for_speech() {
    for utterance in [
        "帮我制作旁白",
        "做一段配音",
        "把这段文字读出来",
        "朗读「你好」",
        "把这段读出来",
        "念一下这段话",
        "语音合成",
        "把文字转成语音",
        "seed-tts",
        "a narration",
        "Read this aloud: hello",
        "voice-over for my video",
        "text-to-speech",
        "dubbing",
        "Speech synthesis",
        "朗读一首诗",
        "配音，不要背景音乐",
        "read \"a song of ice\" aloud",
        "女声朗读",
        "说：「写一首歌」",
    ] {
        assert_eq!(task(utterance), Some(TaskType::TextToSpeech), "{utterance}");
    }
}

#[test]
fn phrases_set_the_parameters_of_their_row() {
    let rows: [(&[&str], Value); 13] = [
        (
            &["朗读，悲伤", "narration, sad"],
            json!({"audio_params": {"emotion": "sad"}}),
        ),
        (
            &["朗读，生气", "narration, angry"],
            json!({"audio_params": {"emotion": "angry"}}),
        ),
        (
            &["朗读，情感中性", "narration, neutral emotion"],
            json!({"audio_params": {"emotion": "neutral"}}),
        ),
        (
            &["朗读，开心", "narration, happy"],
            json!({"audio_params": {"emotion": "happy"}}),
        ),
        (
            &["朗读，语速快", "narration, speed up", "配音，语速+20%"],
            json!({"audio_params": {"speech_rate": 20}}),
        ),
        (
            &["朗读，语速慢", "narration, slow", "tts, speech rate -20"],
            json!({"audio_params": {"speech_rate": -20}}),
        ),
        (
            &["朗读，语速调到100"],
            json!({"audio_params": {"speech_rate": 100}}),
        ),
        (
            &["大声朗读", "narration, louder", "朗读，音量20"],
            json!({"audio_params": {"loudness_rate": 20}}),
        ),
        (
            &["小声朗读", "read this quietly"],
            json!({"audio_params": {"loudness_rate": -20}}),
        ),
        (
            &[
                "朗读，风格 expressive",
                "narration, expressive",
                "朗读，表现力强",
            ],
            json!({"model": "seed-tts-2.0-expressive"}),
        ),
        (
            &["朗读，风格 standard", "narration, standard", "朗读，更稳定"],
            json!({"model": "seed-tts-2.0-standard"}),
        ),
        (
            &["朗读，音调高", "narration, high pitch", "朗读，标准普通话"],
            json!({}),
        ),
        (
            &[
                "朗读，悲伤，语速20，音量-10",
                "narration, sad, speech rate 20, volume -10",
            ],
            json!({"audio_params": {"emotion": "sad", "speech_rate": 20, "loudness_rate": -10}}),
        ),
    ];
    for (utterances, parameters) in rows {
        for utterance in utterances {
            let read = interpret(utterance);
            assert_eq!(read.task, Some(TaskType::TextToSpeech), "{utterance}");
            let set = read.parameters.into_iter().map(|p| (p.name, p.value));
            assert_eq!(Value::Object(set.collect()), parameters, "{utterance}");
        }
    }
}

#[test]
fn a_rate_out_of_range_or_in_other_units_is_asked_for() {
    for utterance in [
        "朗读，语速200",
        "朗读，语速-51",
        "朗读，语速1.5倍",
        "朗读，语速2倍",
        "朗读，语速99999999999",
    ] {
        let read = interpret(utterance);
        assert_eq!(read.parameters, [], "{utterance}");
        assert_eq!(
            asks(&read, About::Rate).unwrap().need,
            Need::Suggested,
            "{utterance}"
        );
    }
}

#[test]
fn phrases_wish_for_a_voice() {
    let sounds = |gender| Some(VoiceWish::Sounds(gender));
    let named = |id: &str| Some(VoiceWish::Named(id.to_owned()));
    for (utterance, voice) in [
        ("女声朗读", sounds(Gender::Female)),
        ("用女声读出来", sounds(Gender::Female)),
        ("narration in a female voice", sounds(Gender::Female)),
        ("男声朗读", sounds(Gender::Male)),
        ("read this in a male voice", sounds(Gender::Male)),
        ("朗读，不要男声", None),
        ("用 Vivi 朗读", named("zh_female_vv_uranus_bigtts")),
        (
            "朗读，音色：魅力苏菲 2.0",
            named("zh_male_sophie_uranus_bigtts"),
        ),
        (
            "用「小何」朗读「你好」",
            named("zh_female_xiaohe_uranus_bigtts"),
        ),
        (
            "Read this with Tim's voice",
            named("en_male_tim_uranus_bigtts"),
        ),
        ("narration, Dacey", named("en_female_dacey_uranus_bigtts")),
        (
            "朗读，发音人 zh_male_m191_uranus_bigtts",
            named("zh_male_m191_uranus_bigtts"),
        ),
        (
            "朗读，发音人 zh_male_other_uranus_bigtts",
            named("zh_male_other_uranus_bigtts"),
        ),
        ("Narrate the story of Tim and the whale", None),
        ("朗读", None),
    ] {
        assert_eq!(interpret(utterance).voice, voice, "{utterance}");
    }
}

#[test]
fn a_speaker_in_the_form_that_is_not_accepted_is_a_question() {
    let read = interpret("朗读，音色 BV001_streaming");
    assert_eq!(read.voice, None);
    assert!(asks(&read, About::Voice).is_some());
}

#[test]
fn the_model_is_only_the_named_one() {
    for (utterance, model) in [
        ("用 seed-tts-2.0 朗读", Some("seed-tts-2.0")),
        ("ByteDance TTS", Some("seed-tts-2.0")),
        ("用豆包朗读", Some("seed-tts-2.0")),
        ("seed-tts-1.1 朗读", Some("seed-tts-1.1")),
        ("朗读", None),
        ("the best narration", None),
    ] {
        assert_eq!(interpret(utterance).model_id, model, "{utterance}");
    }
}

#[test]
fn the_text_is_what_is_set_off_exactly_as_given() {
    for (utterance, text) in [
        (
            "读出来：今天天气很好，用女声的人很多",
            Some("今天天气很好，用女声的人很多"),
        ),
        ("把“你好，世界”读出来，用女声", Some("你好，世界")),
        ("把「你好」朗读一下", Some("你好")),
        ("Read \"Hello, World\" aloud", Some("Hello, World")),
        ("Read aloud:  It's 12:30. ", Some("It's 12:30.")),
        ("朗读，语速：快，内容：你好", Some("你好")),
        ("用女声朗读：“ＡＢＣ”，语速快", Some("ＡＢＣ")),
        ("读出来：他说“好”", Some("他说“好”")),
        ("用「小何」读「你好」", Some("你好")),
        ("朗读「Suno」", Some("Suno")),
        // More than one, not closed, or a setting after it: it is asked for.
        ("朗读「你好」和「再见」", None),
        ("朗读「你好", None),
        ("读出来：你好，语速：快", None),
        ("读“他说“好””", None),
        ("Read aloud: \"Hello\" is what he said", None),
        ("读出来：", None),
        ("Use a cheap model, narrate: Hello", Some("Hello")),
        ("做一段语音，内容是：你好", Some("你好")),
        ("朗读这段文字", None),
    ] {
        let read = interpret(utterance);
        assert_eq!(read.task, Some(TaskType::TextToSpeech), "{utterance}");
        assert_eq!(read.prompt.as_deref(), text, "{utterance}");
        assert_eq!(
            asks(&read, About::Text).is_none(),
            text.is_some(),
            "{utterance}"
        );
    }
}

#[test]
fn the_text_says_nothing_about_how_to_read_it() {
    let read = interpret("用女声读出来：「我很悲伤，大声唱歌，BGM，以后都用Suno」");
    assert_eq!(read.voice, Some(VoiceWish::Sounds(Gender::Female)));
    assert_eq!(
        (read.parameters, read.preference),
        (vec![], PreferenceWish::Keep)
    );
}

#[test]
fn the_intake_of_a_narration_asks_in_the_order_of_the_requirements() {
    for (utterance, language) in [
        ("帮我制作旁白", Language::Zh),
        ("Make a narration", Language::En),
    ] {
        let questions = intake(TaskType::TextToSpeech, utterance, language);
        let asked: Vec<_> = questions.iter().map(|q| (q.about, q.need)).collect();
        assert_eq!(
            asked,
            [
                (About::Text, Need::Required),
                (About::Voice, Need::Suggested),
                (About::Emotion, Need::Optional),
                (About::Rate, Need::Optional),
                (About::Volume, Need::Optional),
                (About::Style, Need::Optional),
            ]
        );
        assert_eq!(interpret(utterance).questions, questions);
    }
}

#[test]
fn what_is_answered_is_not_asked_again() {
    let utterance = "用Vivi朗读「你好」，悲伤，语速快，大声，更稳定";
    assert_eq!(intake(TaskType::TextToSpeech, utterance, Language::Zh), []);
}

#[test]
fn a_setting_named_without_a_value_is_suggested() {
    for (utterance, about) in [
        ("朗读，调一下语速", About::Rate),
        ("朗读，带点情感", About::Emotion),
        ("narration, adjust the volume", About::Volume),
        ("朗读，悲伤又开心", About::Emotion),
    ] {
        assert_eq!(
            asks(&interpret(utterance), about).unwrap().need,
            Need::Suggested,
            "{utterance}"
        );
    }
}

#[test]
fn the_voices_suggested_fit_the_scene() {
    for (utterance, first) in [
        (
            "朗读「你好」",
            &[
                "魅力苏菲 2.0",
                "Vivi 2.0",
                "云舟 2.0",
                "小何 2.0",
                "小天 2.0",
            ][..],
        ),
        (
            "女声朗读「你好」",
            &["Vivi 2.0", "小何 2.0", "清新女声 2.0"],
        ),
        ("给纪录片配音", &["大壹 2.0", "猴哥 2.0", "佩奇猪 2.0"]),
        ("做一段广告解说", &["大壹 2.0", "猴哥 2.0", "佩奇猪 2.0"]),
        ("视频配音，女声", &["佩奇猪 2.0"]),
        ("动画角色配音", &["知性灿灿 2.0", "撒娇学妹 2.0"]),
        ("英文朗读", &["Tim", "Dacey", "Stokie"]),
        ("Documentary narration", &["Tim", "Dacey", "Stokie"]),
        ("Read \"Hello\" in a male voice", &["Tim"]),
        ("Read this in Japanese", &["Vivi 2.0"]),
        ("read \"你好\" aloud", &["魅力苏菲 2.0", "Vivi 2.0"]),
    ] {
        let question = asks(&interpret(utterance), About::Voice).unwrap();
        let ids = values(&question);
        let names: Vec<_> = ids.iter().map(|id| voice(id).unwrap().name).collect();
        assert_eq!(&names[..first.len()], first, "{utterance}");
        assert!((3..=5).contains(&names.len()), "{utterance}: {names:?}");
    }
}

#[test]
fn the_table_of_voices_says_what_the_ids_say() {
    assert_eq!(voices().len(), 15);
    for known in voices() {
        let gender = if known.id.contains("_female_") {
            Gender::Female
        } else {
            Gender::Male
        };
        assert_eq!(known.gender, gender, "{}", known.id);
        assert_eq!(
            known.languages.contains(&Spoken::English),
            known.id.starts_with("en_")
        );
        assert!(known.id.ends_with("_uranus_bigtts"));
        assert_eq!(voice(known.id), Some(known));
    }
    let question = asks(&interpret("朗读"), About::Voice).unwrap();
    let label = &question.options[1].label;
    assert_eq!(label, "Vivi 2.0（女声，中文/日语/印尼语/墨西哥西班牙语）");
    let count = |scene| voices().iter().filter(|voice| voice.scene == scene).count();
    let scenes = [
        Scene::General,
        Scene::RolePlay,
        Scene::Video,
        Scene::Multilingual,
    ];
    assert_eq!(scenes.map(count), [7, 2, 3, 3]);
    assert_eq!(voice("BV001_streaming"), None);
}

#[test]
fn a_voice_goes_by_its_id_or_its_name_in_any_case() {
    for given in ["Vivi 2.0", "vivi", "VIVI", "ZH_FEMALE_VV_uranus_bigtts"] {
        let id = voice(given).map(|it| it.id);
        assert_eq!(id, Some("zh_female_vv_uranus_bigtts"), "{given}");
    }
    for utterance in [
        "用 VIVI 朗读",
        "narration, speaker ZH_FEMALE_VV_URANUS_BIGTTS",
    ] {
        let named = VoiceWish::Named("zh_female_vv_uranus_bigtts".to_owned());
        assert_eq!(interpret(utterance).voice, Some(named), "{utterance}");
    }
    assert_eq!(voice("Tina"), None);
    assert_eq!(voice(""), None);
}
