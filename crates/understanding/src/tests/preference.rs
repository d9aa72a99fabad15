//! Music: "When to Update (User Explicitly Changes Model)"; speech: "User Preference Memory".

use super::*;

#[test]
fn a_model_is_switched_to_or_remembered() {
    let rows: [(PreferenceWish, &[(&str, &str)]); 3] = [
        (
            PreferenceWish::Switch,
            &[
                ("用Suno写一首歌", "sonic"),
                ("换成豆包 BGM", "GenBGM"),
                ("把Suno换成豆包BGM", "GenBGM"),
                ("Use Suno for a song", "sonic"),
                ("switch to DouBao BGM", "GenBGM"),
                ("use the DouBao Song model", "GenSong"),
                ("不用Suno，换成豆包歌曲", "GenSong"),
                ("instead of Suno use DouBao BGM", "GenBGM"),
                ("换成 seed-tts-2.0", "seed-tts-2.0"),
            ],
        ),
        (
            PreferenceWish::Remember,
            &[
                ("以后都用Suno", "sonic"),
                ("always use DouBao BGM", "GenBGM"),
                ("Suno很好，以后都用它", "sonic"),
                ("从现在起，以后都用豆包的歌", "GenSong"),
                ("From now on use Suno", "sonic"),
                ("以后都用seed-tts-2.0", "seed-tts-2.0"),
            ],
        ),
        (
            PreferenceWish::Keep,
            &[
                ("Suno，写一首歌", "sonic"),
                ("用女声写一首歌", "sonic"),
                ("a song about always being late", "sonic"),
                ("以后都用女声的歌", "sonic"),
                ("一首好用的歌", "sonic"),
                ("don't use Suno, a song by DouBao", "GenSong"),
            ],
        ),
    ];
    for (wish, utterances) in rows {
        for (utterance, model) in utterances {
            let read = interpret(utterance);
            assert_eq!(read.preference, wish, "{utterance}");
            assert_eq!(read.model_id, Some(*model), "{utterance}");
        }
    }
}

#[test]
fn a_model_of_the_other_task_is_not_switched_to() {
    for utterance in ["用seed-tts", "以后都用seed-tts"] {
        let read = interpret_as(TaskType::TextToMusic, None, utterance);
        assert_eq!(
            (read.model_id, read.preference),
            (None, PreferenceWish::Keep)
        );
    }
}

#[test]
fn the_cheapest_is_saved_only_on_request() {
    for (utterance, remember) in [
        ("用便宜的做一段音乐", false),
        ("最便宜的音乐", false),
        ("最省钱的音乐", false),
        ("the cheapest music", false),
        ("budget music", false),
        ("以后都用便宜的音乐", true),
        ("always use the cheapest music", true),
        ("always the cheapest music", true),
    ] {
        let wish = PreferenceWish::Cheapest {
            remember,
            among: &["GenBGM", "GenSong", "sonic"],
        };
        let read = interpret(utterance);
        assert_eq!(
            (read.preference.clone(), read.model_id),
            (wish, None),
            "{utterance}"
        );
        let question = asks(&read, About::Model).unwrap();
        assert_eq!(question.need, Need::Suggested);
        assert_eq!(values(&question), ["GenBGM", "GenSong"]);
    }
    assert_eq!(interpret("音乐，不便宜的").preference, PreferenceWish::Keep);
}

#[test]
fn the_cheapest_can_do_what_was_asked() {
    for (utterance, among, model) in [
        ("最便宜的背景音乐", &["GenBGM"][..], Some("GenBGM")),
        ("最便宜的歌", &["GenSong", "sonic"], None),
        (
            "the cheapest song with female vocals",
            &["sonic"],
            Some("sonic"),
        ),
        ("the cheapest instrumental song", &["sonic"], Some("sonic")),
        ("最便宜的朗读", &["seed-tts-2.0"], None),
        ("用Suno，便宜的", &["sonic"], Some("sonic")),
    ] {
        let read = interpret(utterance);
        assert_eq!(
            read.preference,
            PreferenceWish::Cheapest {
                remember: false,
                among
            },
            "{utterance}"
        );
        assert_eq!(read.model_id, model, "{utterance}");
    }
}
