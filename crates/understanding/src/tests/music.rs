//! Music: "User phrasing → model selection", "Music-specific parameters (Suno)".

use super::*;
use serde_json::json;

/// What is asked beside what the music should be like, which a bare name leaves open.
fn about_the_model(read: &Interpretation) -> Vec<&Question> {
    let questions = read.questions.iter();
    questions.filter(|it| it.about != About::Text).collect()
}

#[test]
fn phrases_lead_to_the_model_of_their_row() {
    let rows: [(&str, &[&str]); 6] = [
        (
            "GenBGM",
            &[
                "来一段BGM",
                "生成一段轻松的背景音乐",
                "做一段纯音乐",
                "钢琴，无人声",
                "给短片配乐",
                "给视频配音乐",
                "Calm piano background music",
                "an instrumental piece",
                "upbeat lo-fi hip hop, 90 BPM, no vocals",
                "music without lyrics",
                "没有歌词的音乐",
                "ＢＧＭ，轻松一点",
            ],
        ),
        (
            "sonic",
            &[
                "写一首歌",
                "一首关于夏天的歌曲",
                "带歌词的音乐",
                "要有人声的音乐",
                "有唱的音乐",
                "a song about rain",
                "music with lyrics",
                "A happy SONG",
            ],
        ),
        (
            "sonic",
            &[
                "用Suno做音乐",
                "用苏诺来一首",
                "sonic 做一段音乐",
                "music by Suno",
                "use sonic-v5",
            ],
        ),
        (
            "GenBGM",
            &[
                "豆包 BGM",
                "豆包BGM 一段",
                "DouBao BGM please",
                "用豆包做背景音乐",
                "DouBao instrumental",
            ],
        ),
        (
            "GenSong",
            &[
                "豆包 歌曲",
                "豆包歌",
                "A DouBao Song about rain",
                "用豆包写一首歌",
                "DouBao: a song",
            ],
        ),
        (
            "sonic",
            &[
                "最好的音乐",
                "要最全功能的音乐",
                "带歌词可调",
                "the best music you can make",
            ],
        ),
    ];
    for (model, utterances) in rows {
        for utterance in utterances {
            let read = interpret(utterance);
            assert_eq!(read.task, Some(TaskType::TextToMusic), "{utterance}");
            assert_eq!(read.model_id, Some(model), "{utterance}");
            assert!(about_the_model(&read).is_empty(), "{utterance}");
        }
    }
}

#[test]
fn without_a_word_about_the_kind_the_preference_applies() {
    for utterance in [
        "来一段欢快的音乐",
        "Some cheerful music",
        "upbeat jazz, 120 BPM",
    ] {
        let read = interpret(utterance);
        assert_eq!(read.task, Some(TaskType::TextToMusic), "{utterance}");
        assert_eq!(
            (read.model_id, read.questions.len()),
            (None, 0),
            "{utterance}"
        );
        assert_eq!(read.preference, PreferenceWish::Keep, "{utterance}");
    }
}

#[test]
fn a_model_that_follows_from_the_kind_is_not_a_named_one() {
    assert!(!interpret("写一首歌").model_named);
    assert!(interpret("用Suno写一首歌").model_named);
}

#[test]
fn phrases_set_the_parameters_of_suno() {
    let rows: [(&[&str], Value); 7] = [
        (
            &[
                "用Suno做一段无人声的音乐",
                "Suno 纯音乐",
                "Suno, no vocals",
                "Suno instrumental",
                "Suno BGM",
                "一首没有人声的歌",
                "an instrumental song",
                "a song without lyrics",
            ],
            json!({"make_instrumental": true}),
        ),
        (
            &[
                "女声的歌",
                "女声演唱",
                "a song with female vocals",
                "music, female vocals",
                "a song with a female voice",
                "不要男声，要女声的歌",
            ],
            json!({"vocal_gender": "female", "custom_mode": true}),
        ),
        (
            &[
                "男声的歌",
                "男声演唱",
                "a song with male vocals",
                "Suno, male vocals, not female vocals",
            ],
            json!({"vocal_gender": "male", "custom_mode": true}),
        ),
        (
            &[
                "自定义歌词：「啦啦啦」",
                "我写歌词，歌词：啦啦啦",
                "custom lyrics: 啦啦啦",
                "A song, my lyrics \"啦啦啦\"",
            ],
            json!({"custom_mode": true, "lyrics": "啦啦啦"}),
        ),
        (
            &["帮我写歌词，做一首歌", "a song, auto lyrics"],
            json!({"auto_lyrics": true}),
        ),
        (
            &["用 Suno v4.5 来一首", "sonic-v4-5"],
            json!({"model_version": "sonic-v4-5"}),
        ),
        (&["写一首歌", "Suno music"], json!({})),
    ];
    for (utterances, parameters) in rows {
        for utterance in utterances {
            let read = interpret(utterance);
            let set = read.parameters.iter();
            let set = set.map(|p| (p.name.clone(), p.value.clone()));
            assert_eq!(Value::Object(set.collect()), parameters, "{utterance}");
            assert_eq!(read.model_id, Some("sonic"), "{utterance}");
            assert!(about_the_model(&read).is_empty(), "{utterance}");
        }
    }
}

#[test]
fn only_suno_gets_the_parameters_of_suno() {
    for utterance in ["背景音乐，无人声", "DouBao BGM, instrumental", "来一段音乐"] {
        assert_eq!(interpret(utterance).parameters, [], "{utterance}");
    }
}

#[test]
fn lyrics_of_ones_own_are_asked_for_and_say_nothing_else() {
    let question = asks(&interpret("写一首歌，我写歌词"), About::Lyrics).unwrap();
    assert_eq!(question.need, Need::Required);
    let read = interpret("自定义歌词：女声唱着BGM");
    assert_eq!(parameter(&read, "vocal_gender"), None);
    assert_eq!(parameter(&read, "lyrics"), Some(json!("女声唱着BGM")));
    assert_eq!((read.prompt, read.questions), (None, vec![]));
}

#[test]
fn a_description_is_set_off_by_a_colon_or_closing_quotes() {
    let rows = [
        ("做一首歌：轻快的民谣，女声", Some("轻快的民谣，女声")),
        (
            "Generate music \"Upbeat Lo-Fi, 90 BPM\"",
            Some("Upbeat Lo-Fi, 90 BPM"),
        ),
        ("写一首名为「夏天」的歌", None),
        ("a song called \"Summer\"", None),
        ("一首歌，风格像「稻香」", None),
        ("做一首歌，风格：爵士", None),
        ("make a song, title: Rain", None),
        ("a song for 12:30 at noon", None),
        ("写一首轻快的歌", None),
    ];
    for (utterance, prompt) in rows {
        assert_eq!(
            interpret(utterance).prompt.as_deref(),
            prompt,
            "{utterance}"
        );
    }
    let read = interpret("做一首歌：轻快的民谣，女声");
    assert_eq!(parameter(&read, "vocal_gender"), Some(json!("female")));
}

#[test]
fn words_within_words_mean_nothing() {
    for utterance in [
        "songbird",
        "谷歌",
        "supersonic",
        "gensongs",
        "my_song_file",
        "subgmx",
    ] {
        assert_eq!(task(utterance), None, "{utterance}");
    }
}

/// Music: "Choose model" of the knowledge base section and "Selection guide by use case".
#[test]
fn the_use_cases_lead_to_their_models() {
    for (utterance, model) in [
        (
            "a song with my own lyrics \"la la\", female vocals",
            "sonic",
        ),
        ("自定义歌词：「啦啦」，女声演唱", "sonic"),
        ("background music", "GenBGM"),
        ("an ambient background music loop", "GenBGM"),
        ("环境氛围的背景音乐", "GenBGM"),
        ("BGM", "GenBGM"),
        ("instrumental", "GenBGM"),
        ("配乐", "GenBGM"),
        ("a simple song by DouBao", "GenSong"),
        ("豆包歌曲，简单一点", "GenSong"),
    ] {
        let read = interpret(utterance);
        assert_eq!(read.model_id, Some(model), "{utterance}");
    }
}
