//! What holds for any utterance.

use super::super::triggers::TABLES;
use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Music: "Never Say to Users", and names of parameters.
#[rustfmt::skip]
const NEVER_SAY: [&str; 23] = [    "脚本", "script", "自动化", "automation", "产品列表", "查询接口", "自动解析", "智能轮询", "attribute",
    "form_config", "接口", "api", "http", "参数", "prompt", "speaker", "json", "credit_rules", "_",
    "additions", "cast", "自动处理", "://",
];

fn phrases() -> Vec<&'static str> {
    let rows = TABLES.iter().copied().flatten();
    rows.flat_map(|row| row.phrases()).collect()
}

fn utterance() -> impl Strategy<Value = String> {
    let glue = prop::sample::select(vec![
        "", " ", "，", "不要", "no ", "：", ":", "「", "」", "“", "”", "\"", "用", "20", "-5",
        "\n", "豆包", "Vivi", "你好", "hello",
    ]);
    let piece = prop_oneof![
        prop::sample::select(phrases()).prop_map(str::to_owned),
        glue.prop_map(str::to_owned),
        "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn check_text(text: &str) {
    assert!(!text.trim().is_empty());
    let text = text.to_lowercase();
    for word in NEVER_SAY {
        assert!(!text.contains(word), "{word:?} in {text:?}");
    }
}

fn check(read: &Interpretation) {
    for question in &read.questions {
        check_text(question.text);
        for choice in &question.options {
            check_text(&choice.label);
            assert!(!choice.value.is_empty());
        }
        let distinct: BTreeSet<_> = values(question).into_iter().collect();
        assert_eq!(distinct.len(), question.options.len());
        if matches!(question.about, About::Task | About::Model | About::Voice) {
            assert!(question.options.len() >= 2, "{question:?}");
        }
    }
    let asked: Vec<_> = read
        .questions
        .iter()
        .map(|question| question.about)
        .collect();
    assert!(
        asked
            .iter()
            .enumerate()
            .all(|(at, about)| !asked[..at].contains(about)),
        "{asked:?}"
    );
    let names: BTreeSet<_> = read
        .parameters
        .iter()
        .map(|parameter| &parameter.name)
        .collect();
    assert_eq!(names.len(), read.parameters.len());
    assert_eq!(read.task.is_none(), asked.contains(&About::Task));
    assert!(read.model_id.is_some() || !read.model_named);
    assert!(
        read.prompt
            .as_ref()
            .is_none_or(|prompt| !prompt.trim().is_empty())
    );
    if let PreferenceWish::Cheapest { among, .. } = read.preference {
        assert!(!among.is_empty());
        assert!(
            read.model_id
                .is_none_or(|id| among.contains(&id) || id == "seed-tts-1.1")
        );
    }
    if matches!(read.preference, PreferenceWish::Switch) {
        assert!(read.model_id.is_some() || !read.questions.is_empty());
    }
}

proptest! {
    #[test]
    fn any_utterance_is_read_the_same_way_twice(utterance in utterance()) {
        let read = interpret(&utterance);
        prop_assert_eq!(&read, &interpret(&utterance));
        check(&read);
        for task in [TaskType::TextToMusic, TaskType::TextToSpeech] {
            let read = interpret_as(task, None, &utterance);
            prop_assert_eq!(read.task, Some(task));
            check(&read);
            let questions = intake(task, &utterance, read.language);
            prop_assert_eq!(questions, read.questions);
        }
    }

    #[test]
    fn no_text_is_too_strange(utterance in any::<String>()) {
        check(&interpret(&utterance));
    }

    #[test]
    fn a_prompt_is_a_part_of_the_utterance(utterance in utterance()) {
        if let Some(prompt) = interpret(&utterance).prompt {
            prop_assert!(utterance.contains(&prompt));
        }
    }
}

#[test]
fn each_phrase_stands_in_one_row_in_its_normal_form() {
    let mut seen = BTreeSet::new();
    for phrase in phrases() {
        assert!(seen.insert(phrase), "{phrase:?} stands twice");
        assert_eq!(super::super::normalize::normalize(phrase), phrase);
    }
}

#[test]
fn questions_tips_and_labels_say_nothing_technical() {
    let mut questions = Vec::new();
    for utterance in [
        "帮我做一段音频",
        "make some audio",
        "BGM，女声",
        "instrumental music with female vocals",
        "用Suno还是豆包歌曲",
        "Suno or DouBao BGM, some music",
        "豆包歌曲，女声",
        "DouBao Song, female vocals",
        "用Suno，纯音乐，女声",
        "Suno, no vocals, custom lyrics: la la",
        "女声和男声的歌",
        "a song with male vocals and female vocals",
        "写一首歌，我写歌词",
        "a song, custom lyrics",
        "最便宜的音乐",
        "the cheapest music",
        "seed-tts-1.1 or seed-tts-2.0",
        "帮我制作旁白",
        "女声朗读",
        "Read this in a male voice",
    ] {
        questions.extend(interpret(utterance).questions);
    }
    for language in [Language::En, Language::Zh] {
        for task in [TaskType::TextToMusic, TaskType::TextToSpeech] {
            questions.extend(intake(task, "", language));
            assert!(tips(task, language).len() >= 3);
            tips(task, language).iter().copied().for_each(check_text);
        }
        for scene in [
            Scene::General,
            Scene::RolePlay,
            Scene::Video,
            Scene::Multilingual,
        ] {
            check_text(scene.label(language));
        }
        for gender in [Gender::Female, Gender::Male] {
            check_text(gender.label(language));
        }
        for spoken in [
            Spoken::Chinese,
            Spoken::English,
            Spoken::Japanese,
            Spoken::Indonesian,
            Spoken::Spanish,
        ] {
            check_text(spoken.label(language));
        }
    }
    assert!(tips(TaskType::TextToMusic, Language::Zh)[0].contains("20-100字"));
    voices().iter().for_each(|voice| check_text(voice.name));
    assert!(questions.len() > 30, "{}", questions.len());
    for question in &questions {
        check_text(question.text);
        question
            .options
            .iter()
            .for_each(|option| check_text(&option.label));
    }
}

#[test]
fn a_long_utterance_is_read_in_reasonable_steps() {
    for piece in ["：", "「", "\"", "读出来：", "不要", "a:b "] {
        check(&interpret(&piece.repeat(5_000)));
    }
}
