//! How users word what is to be read or sung, and by whom.

use super::*;
use serde_json::json;

#[test]
fn a_text_in_single_quotes_is_the_text() {
    for (utterance, text) in [
        ("read 'no vocals please' aloud slowly", "no vocals please"),
        ("read 'don't go' aloud", "don't go"),
        ("read ‘I’m here’ aloud", "I’m here"),
        ("say 'hello' with Tim's voice, read aloud", "hello"),
    ] {
        let read = interpret(utterance);
        assert_eq!(read.task, Some(TaskType::TextToSpeech), "{utterance}");
        assert_eq!(read.prompt.as_deref(), Some(text), "{utterance}");
        assert!(!read.preference_only, "{utterance}");
    }
    for utterance in [
        "don't read Tim's poem aloud, isn't it",
        "read the dogs' and cats' names aloud",
        "read the '80s list aloud",
    ] {
        assert_eq!(interpret(utterance).prompt, None, "{utterance}");
    }
}

#[test]
fn what_is_read_aloud_is_no_music_whatever_it_says() {
    let read = interpret("read no vocals please aloud");
    assert_eq!(read.task, None);
    assert!(asks(&read, About::Task).is_some());
}

#[test]
fn lyrics_after_their_label_are_sent_as_lyrics() {
    for utterance in [
        "a song with lyrics: roses are red",
        "a song with the lyrics: roses are red",
        "write a song, the lyrics are: roses are red",
        "make a song with these lyrics: roses are red",
        "a song with lyrics \"roses are red\"",
        "一首带歌词的歌，歌词是：roses are red",
        "写一首歌，歌词：roses are red",
        "我写歌词：roses are red",
        "写一首歌，带歌词：roses are red",
    ] {
        let read = interpret(utterance);
        assert_eq!(
            parameter(&read, "lyrics"),
            Some(json!("roses are red")),
            "{utterance}"
        );
        assert!(!read.preference_only, "{utterance}");
        assert_eq!(read.questions, [], "{utterance}");
    }
}

#[test]
fn a_voice_before_the_colon_is_no_label() {
    for utterance in [
        "read this aloud with a male voice: Good morning everyone",
        "read aloud in a deep male voice: Good morning everyone",
        "read aloud with Tim's voice: Good morning everyone",
        "in a calm voice, read aloud: Good morning everyone",
        "用温柔的声音朗读：Good morning everyone",
        "朗读，用温柔的声音：Good morning everyone",
    ] {
        let read = interpret(utterance);
        assert_eq!(
            read.prompt.as_deref(),
            Some("Good morning everyone"),
            "{utterance}"
        );
        assert_eq!(asks(&read, About::Text), None, "{utterance}");
    }
    let read = interpret("朗读，声音：小何，内容：你好");
    assert_eq!(read.prompt.as_deref(), Some("你好"));
}

#[test]
fn the_voices_to_choose_from_sound_as_wished() {
    for (utterance, first, gender) in [
        (
            "read this aloud with a male voice: Good morning",
            "Tim",
            Gender::Male,
        ),
        ("用英文男声朗读：How are you", "Tim", Gender::Male),
        ("用男声朗读：How are you", "Tim", Gender::Male),
        ("用英文女声朗读：How are you", "Dacey", Gender::Female),
        ("用男声朗读：你好", "魅力苏菲 2.0", Gender::Male),
        (
            "read \"你好\" in a female voice",
            "Vivi 2.0",
            Gender::Female,
        ),
        (
            "read this in Japanese, female voice",
            "Vivi 2.0",
            Gender::Female,
        ),
    ] {
        let question = asks(&interpret(utterance), About::Voice).unwrap();
        let ids = values(&question);
        assert_eq!(voice(ids[0]).unwrap().name, first, "{utterance}");
        assert!((3..=5).contains(&ids.len()), "{utterance}");
        for id in ids {
            assert_eq!(voice(id).unwrap().gender, gender, "{utterance}: {id}");
        }
    }
}

#[test]
fn a_reading_voice_for_a_song_is_asked_about() {
    for utterance in [
        "用Vivi唱一首关于雨的歌",
        "a song about rain, with Tim's voice",
    ] {
        let read = interpret(utterance);
        let question = asks(&read, About::Voice).unwrap();
        assert_eq!(question.need, Need::Required, "{utterance}");
        assert_eq!(values(&question), ["female", "male", "vocals"]);
    }
    assert_eq!(asks(&interpret("a song about Tim"), About::Voice), None);
}

#[test]
fn several_pieces_are_asked_about() {
    for utterance in [
        "make 3 songs about cats",
        "写两首关于猫的歌",
        "做三段轻松的背景音乐",
    ] {
        let question = asks(&interpret(utterance), About::Text).unwrap();
        assert_eq!(question.need, Need::Required, "{utterance}");
    }
    let one = interpret("a song about two cats");
    assert_eq!(asks(&one, About::Text), None);
}
