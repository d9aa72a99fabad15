//! What is asked before a narration, word by word.

use super::*;

/// Speech: the tables 必问, 建议问 and 可选问.
#[test]
fn the_questions_hold_what_the_requirements_ask() {
    let questions = intake(TaskType::TextToSpeech, "帮我制作旁白", Language::Zh);
    let holds: [(About, &[&str], &[&str]); 6] = [
        (About::Text, &["要朗读的内容", "主题", "文案", "确认"], &[]),
        (
            About::Voice,
            &["音色", "男声", "女声", "解说", "读书", "助手"],
            &[],
        ),
        (
            About::Emotion,
            &["情感", "部分音色"],
            &["neutral", "sad", "angry"],
        ),
        (
            About::Rate,
            &["语速", "-50", "100", "0 为正常", "两倍速"],
            &["0"],
        ),
        (About::Volume, &["音量", "-50", "100", "0 为正常"], &["0"]),
        (
            About::Style,
            &["表现力", "稳定"],
            &["seed-tts-2.0-expressive", "seed-tts-2.0-standard"],
        ),
    ];
    for (about, words, offered) in holds {
        let question = questions.iter().find(|it| it.about == about).unwrap();
        for word in words {
            assert!(question.text.contains(word), "{word}: {}", question.text);
        }
        let values = values(question);
        for value in offered {
            assert!(values.contains(value), "{value}: {values:?}");
        }
    }
    // "seed-tts-2.0-expressive" is the default and comes first.
    assert_eq!(values(&questions[5])[0], "seed-tts-2.0-expressive");
}

/// Speech: 建议问, the examples of each scene.
#[test]
fn the_voices_of_a_scene_are_those_of_the_requirements() {
    for (utterance, ids) in [
        (
            "朗读「你好」",
            &[
                "zh_male_sophie_uranus_bigtts",
                "zh_female_vv_uranus_bigtts",
                "zh_male_m191_uranus_bigtts",
            ][..],
        ),
        (
            "视频配音",
            &[
                "zh_male_dayi_uranus_bigtts",
                "zh_male_sunwukong_uranus_bigtts",
            ],
        ),
        (
            "角色扮演的配音",
            &[
                "zh_female_cancan_uranus_bigtts",
                "zh_female_sajiaoxuemei_uranus_bigtts",
            ],
        ),
    ] {
        let question = asks(&interpret(utterance), About::Voice).unwrap();
        let offered = values(&question);
        assert!((3..=5).contains(&offered.len()), "{utterance}");
        assert_eq!(&offered[..ids.len()], ids, "{utterance}");
    }
}

/// Speech: "Supported Models & Search Terms"; the old model is never meant but by its name.
#[test]
fn the_other_names_of_the_model_lead_to_it() {
    for utterance in [
        "seed-tts-2.0 朗读",
        "seed tts 朗读",
        "use seed-tts to read this",
        "ByteDance TTS, read this",
        "Seed TTS 2.0, read this",
    ] {
        assert_eq!(
            interpret(utterance).model_id,
            Some("seed-tts-2.0"),
            "{utterance}"
        );
    }
    for utterance in ["朗读", "最便宜的朗读", "最好的朗读", "女声朗读「你好」"]
    {
        assert_ne!(
            interpret(utterance).model_id,
            Some("seed-tts-1.1"),
            "{utterance}"
        );
    }
}
