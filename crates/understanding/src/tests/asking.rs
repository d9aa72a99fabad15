//! What is ambiguous is asked, with options, and not guessed.

use super::*;

#[test]
fn an_unclear_task_is_asked_for() {
    for utterance in [
        "帮我做一段音频",
        "make some audio",
        "",
        "你好",
        "hello there",
        "女声",
        "给旁白配一段背景音乐",
        "a song and a narration",
        "用Suno朗读",
        "帮我做这个：「这首歌真好听」",
    ] {
        let read = interpret(utterance);
        assert_eq!(read.task, None, "{utterance}");
        assert_eq!(
            (read.model_id, read.parameters.len()),
            (None, 0),
            "{utterance}"
        );
        let [question] = read.questions.as_slice() else {
            panic!("{utterance}: {:?}", read.questions)
        };
        assert_eq!(
            (question.about, question.need),
            (About::Task, Need::Required)
        );
        assert_eq!(values(question), ["text_to_music", "text_to_speech"]);
    }
}

#[test]
fn the_answer_reads_the_same_utterance_again() {
    let read = interpret_as(TaskType::TextToSpeech, None, "女声，「你好」");
    assert_eq!(read.voice, Some(VoiceWish::Sounds(Gender::Female)));
    assert_eq!(read.prompt.as_deref(), Some("你好"));
    let read = interpret_as(TaskType::TextToMusic, None, "女声");
    assert_eq!(read.model_id, Some("sonic"));
    assert_eq!(parameter(&read, "vocal_gender"), Some("female".into()));
}

#[test]
fn contradictions_about_the_model_are_asked() {
    for (utterance, options) in [
        ("BGM，女声", &["GenBGM", "sonic"][..]),
        (
            "instrumental music with female vocals",
            &["GenBGM", "sonic"],
        ),
        ("一首带歌词的背景音乐", &["GenBGM", "sonic"]),
        ("背景音乐歌曲", &["GenBGM", "sonic"]),
        ("Suno or DouBao BGM, some music", &["sonic", "GenBGM"]),
        ("用Suno还是豆包歌曲", &["sonic", "GenSong"]),
        ("用豆包做一段音乐", &["GenBGM", "GenSong"]),
        ("豆包BGM，女声", &["GenBGM", "sonic"]),
        ("豆包BGM，写一首歌", &["GenBGM", "GenSong"]),
        ("豆包歌曲，无人声", &["GenSong", "GenBGM"]),
        ("豆包歌曲，女声", &["sonic", "GenSong"]),
        (
            "seed-tts-1.1 or seed-tts-2.0",
            &["seed-tts-1.1", "seed-tts-2.0"],
        ),
    ] {
        let read = interpret(utterance);
        assert_eq!(
            (read.model_id, read.parameters.len()),
            (None, 0),
            "{utterance}"
        );
        let question = asks(&read, About::Model).unwrap();
        assert_eq!(values(&question), options, "{utterance}");
        assert_eq!(question.need, Need::Required, "{utterance}");
    }
}

#[test]
fn a_settled_model_is_not_asked_about_and_gets_its_parameters() {
    for (utterance, model, names) in [
        ("BGM，女声", "sonic", &["vocal_gender", "custom_mode"][..]),
        ("BGM，女声", "GenBGM", &[]),
        ("豆包歌曲，女声", "GenSong", &[]),
        ("豆包歌曲，女声", "sonic", &["vocal_gender", "custom_mode"]),
        ("纯音乐，便宜的", "sonic", &["make_instrumental"]),
    ] {
        let read = interpret_as(TaskType::TextToMusic, Some(model), utterance);
        assert_eq!(read.model_id, Some(model), "{utterance}");
        let set: Vec<_> = read.parameters.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(
            (set.as_slice(), read.questions.len()),
            (names, 0),
            "{utterance}"
        );
    }
    let read = interpret_as(TaskType::TextToMusic, Some("new-model"), "Suno, no vocals");
    assert_eq!(
        (read.model_id, read.parameters.len(), read.questions.len()),
        (None, 0, 0)
    );
    let speech = "seed-tts-1.1 or seed-tts-2.0, read \"Hi\" with Tim";
    let read = interpret_as(TaskType::TextToSpeech, Some("seed-tts-2.0"), speech);
    assert_eq!(
        (read.model_id, asks(&read, About::Model)),
        (Some("seed-tts-2.0"), None)
    );
}

#[test]
fn contradictions_about_the_voice_are_asked() {
    for (utterance, options) in [
        ("用Suno，纯音乐，女声", ["vocals", "instrumental"]),
        (
            "Suno, no vocals, custom lyrics: la la",
            ["vocals", "instrumental"],
        ),
        ("女声和男声的歌", ["female", "male"]),
    ] {
        let read = interpret(utterance);
        assert_eq!(parameter(&read, "make_instrumental"), None, "{utterance}");
        let question = asks(&read, About::Voice).unwrap();
        assert_eq!(values(&question), options, "{utterance}");
    }
    let read = interpret("用Vivi或者用小何朗读「你好」");
    assert_eq!(read.voice, None);
    assert!(asks(&read, About::Voice).is_some());
}

#[test]
fn questions_are_in_the_utterances_language() {
    assert_eq!(
        interpret("audio").questions[0].text,
        "Should it be music, or a text read aloud?"
    );
    assert_eq!(
        interpret("音频").questions[0].text,
        "想要生成音乐，还是把文字读成语音？"
    );
}

#[test]
fn music_without_a_word_is_asked_what_it_should_be() {
    let read = interpret_as(TaskType::TextToMusic, None, " ");
    assert_eq!(asks(&read, About::Text).unwrap().need, Need::Required);
}

/// Music: "Model guidance", "Selection guide by use case".
#[test]
fn the_models_to_choose_from_say_what_they_are_good_for() {
    for (utterance, value, name, good_for) in [
        ("BGM，女声", "sonic", "Suno", "功能最全"),
        ("BGM，女声", "GenBGM", "DouBao BGM", "背景音乐"),
        ("用Suno还是豆包歌曲", "GenSong", "DouBao Song", "歌曲"),
        (
            "instrumental music with female vocals",
            "sonic",
            "Suno",
            "most features",
        ),
        (
            "instrumental music with female vocals",
            "GenBGM",
            "DouBao BGM",
            "background music",
        ),
        (
            "Suno or DouBao Song, some music",
            "GenSong",
            "DouBao Song",
            "songs",
        ),
    ] {
        let question = asks(&interpret(utterance), About::Model).unwrap();
        let label = &question
            .options
            .iter()
            .find(|choice| choice.value == value)
            .unwrap()
            .label;
        assert!(
            label.contains(name) && label.contains(good_for),
            "{utterance}: {label}"
        );
    }
}

/// Music: "Prompt writing tips", "Best Practices".
#[test]
fn the_tips_are_those_of_the_requirements() {
    let all = |language| tips(TaskType::TextToMusic, language).join("\n");
    for words in [
        "lo-fi hip hop",
        "orchestral cinematic",
        "upbeat pop",
        "dark ambient",
        "80 BPM",
        "fast tempo",
        "slow ballad",
        "no vocals",
        "female vocals",
        "male vocals",
        "happy and energetic",
        "melancholic",
        "tense and dramatic",
        "heavy metal",
        "distortion",
        "60 seconds",
        "30 second loop",
    ] {
        assert!(all(Language::En).contains(words), "{words}");
    }
    for words in [
        "建议20-100字",
        "lo-fi hip hop",
        "80 BPM",
        "无人声",
        "女声",
        "男声",
        "情绪",
        "重金属",
        "失真",
        "60秒",
        "30秒",
        "自动写词",
    ] {
        assert!(all(Language::Zh).contains(words), "{words}");
    }
}
