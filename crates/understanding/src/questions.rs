//! What to ask before a generation (speech: 「当用户说『帮我制作旁白/配音』时如何询问」).

use super::interpret::{Reading, read};
use super::normalize::is_han;
use super::scan::Slot;
use super::voices::{Gender, Spoken, Wanted, choices};
use super::{About, Choice, Need, Question, VoiceWish, say};
use crate::prelude::*;
use crate::request::{Language, TaskType};

/// What to ask before generating from an utterance, in a given language.
///
/// Speech: the text is required where none is set off by quotes or a colon, the voice is suggested
/// unless it is named, the rest is optional. Music: only what is missing or contradictory.
pub fn intake(task: TaskType, utterance: &str, language: Language) -> Vec<Question> {
    read(utterance, Some(task), None, language).questions
}

/// The questions before a narration.
pub(super) fn narration(reading: &Reading<'_>) -> Vec<Question> {
    let (found, language) = (&reading.found, reading.language);
    let mut questions = Vec::new();
    if reading.parts.text.is_none() {
        questions.push(text(TaskType::TextToSpeech, language));
    }
    if !matches!(found.voice(), Some(VoiceWish::Named(_))) {
        questions.push(voice(reading));
    }
    let settings = [
        (
            About::Emotion,
            matches!(found.emotion, Slot::One(_)),
            found.emotion == Slot::Several,
        ),
        (
            About::Rate,
            matches!(found.rate, Slot::One(_)),
            found.rate == Slot::Several,
        ),
        (
            About::Volume,
            matches!(found.volume, Slot::One(_)),
            found.volume == Slot::Several,
        ),
        (
            About::Style,
            matches!(found.style, Slot::One(_)),
            found.style == Slot::Several,
        ),
    ];
    for (about, answered, contradictory) in settings {
        if !answered {
            let wished = contradictory || found.open.contains(&about);
            let need = if wished {
                Need::Suggested
            } else {
                Need::Optional
            };
            questions.push(setting(about, need, language));
        }
    }
    questions
}

/// The text or the description that nothing can go without (speech: 「必问」).
pub(super) fn text(task: TaskType, language: Language) -> Question {
    let text = match task {
        TaskType::TextToSpeech => say(
            language,
            "请提供要朗读的内容。如果只有主题，可以先写好文案，确认后再合成。",
            "What is the text to read aloud? If there is only a topic so far, the words can be written first for you to confirm.",
        ),
        TaskType::TextToMusic => say(
            language,
            "想要什么样的音乐？可以说说风格、速度、情绪和人声。",
            "What should the music be like? Genre, tempo, mood and vocals help.",
        ),
    };
    Question {
        about: About::Text,
        text,
        need: Need::Required,
        options: Vec::new(),
    }
}

/// Music: 「我写歌词」 without the lyrics.
pub(super) fn lyrics(language: Language) -> Question {
    Question {
        about: About::Lyrics,
        text: say(language, "请把歌词发给我。", "Please send the lyrics."),
        need: Need::Required,
        options: Vec::new(),
    }
}

/// Speech: 「建议问」. The candidates speak the text's language.
fn voice(reading: &Reading<'_>) -> Question {
    let (found, language) = (&reading.found, reading.language);
    let chinese = match reading.parts.text {
        Some(text) => text.contains(is_han),
        None => language == Language::Zh,
    };
    let default = if chinese {
        Spoken::Chinese
    } else {
        Spoken::English
    };
    let wanted = Wanted {
        scene: found.scene.one(),
        gender: found.gender.one(),
        spoken: found.spoken.one().unwrap_or(default),
    };
    let text = match wanted.gender {
        Some(Gender::Female) => say(language, "选哪个女声？", "Which female voice?"),
        Some(Gender::Male) => say(language, "选哪个男声？", "Which male voice?"),
        None => say(
            language,
            "用什么音色？要男声还是女声，偏解说、读书还是助手？",
            "Which voice? Male or female, and more for narration, an audiobook or an assistant?",
        ),
    };
    Question {
        about: About::Voice,
        text,
        need: Need::Suggested,
        options: choices(wanted, language),
    }
}

/// Speech: 「可选问」.
fn setting(about: About, need: Need, language: Language) -> Question {
    type Row = (&'static str, &'static str, &'static str);
    let (text, rows): (_, &[Row]) = match about {
        About::Emotion => (
            say(
                language,
                "需要什么情感？部分音色支持。",
                "Any mood? Some voices follow it.",
            ),
            &[
                ("neutral", "中性", "Neutral"),
                ("happy", "开心", "Happy"),
                ("sad", "悲伤", "Sad"),
                ("angry", "愤怒", "Angry"),
            ],
        ),
        About::Rate => (
            say(
                language,
                "语速要快一点还是慢一点？范围 -50 到 100，0 为正常，100 约两倍速。",
                "Faster or slower? From -50 to 100; 0 is normal, 100 about twice as fast.",
            ),
            &[
                ("0", "正常", "Normal"),
                ("20", "快一点", "A little faster"),
                ("-20", "慢一点", "A little slower"),
            ],
        ),
        About::Volume => (
            say(
                language,
                "音量要大一点还是小一点？范围 -50 到 100，0 为正常。",
                "Louder or softer? From -50 to 100; 0 is normal.",
            ),
            &[
                ("0", "正常", "Normal"),
                ("20", "大一点", "A little louder"),
                ("-20", "小一点", "A little softer"),
            ],
        ),
        _ => (
            say(
                language,
                "要表现力更强，还是更稳定的风格？",
                "A more expressive style, or a steadier one?",
            ),
            &[
                ("seed-tts-2.0-expressive", "表现力强", "Expressive"),
                ("seed-tts-2.0-standard", "更稳定", "Steady"),
            ],
        ),
    };
    let choice = |&(value, zh, en): &Row| Choice {
        value,
        label: say(language, zh, en).to_owned(),
    };
    Question {
        about,
        text,
        need,
        options: rows.iter().map(choice).collect(),
    }
}
