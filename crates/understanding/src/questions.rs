//! The questions of both tasks, a row each (speech: 「当用户说『帮我制作旁白/配音』时如何询问」).

use super::interpret::{Reading, read};
use super::normalize::is_han;
use super::scan::Slot;
use super::voices::{Gender, Spoken, Wanted, choices};
use super::{About, Choice, Need, Question, VoiceWish};
use crate::prelude::*;
use About::{Emotion, Lyrics, Model, Rate, Style, Task, Text, Voice, Volume};
use Need::{Optional, Required, Suggested};
use ima_core::request::{Language, TaskType};

/// What to ask before generating from an utterance, in a given language.
///
/// Speech: the text is required unless quotes or a colon set it off, the voice is suggested unless
/// it is named, the rest is optional. Music: only what is missing or contradictory.
pub fn intake(task: TaskType, utterance: &str, language: Language) -> Vec<Question> {
    read(utterance, Some(task), None, language).questions
}

/// A question in both languages.
#[derive(Clone, Copy)]
pub(super) struct Row {
    about: About,
    need: Need,
    en: &'static str,
    zh: &'static str,
    /// The answers: value, English, Chinese.
    options: Options,
}

type Options = &'static [(&'static str, &'static str, &'static str)];

#[rustfmt::skip]
pub(super) mod rows {
    use super::*;

    const fn row(about: About, need: Need, en: &'static str, zh: &'static str, options: Options) -> Row {
        Row { about, need, en, zh, options }
    }

    pub(crate) const WHICH_TASK: Row = row(Task, Required,
        "Should it be music, or a text read aloud?", "想要生成音乐，还是把文字读成语音？",
        &[("text_to_music", "Music", "音乐"), ("text_to_speech", "A text read aloud", "语音")]);
    pub(crate) const DESCRIPTION: Row = row(Text, Required,
        "What should the music be like? Genre, tempo, mood and vocals help.",
        "想要什么样的音乐？可以说说风格、速度、情绪和人声。", &[]);
    pub(crate) const ONE_PIECE: Row = row(Text, Required,
        "One piece is made at a time. What should this one be like?", "每次只生成一首。这一首想要什么样的？", &[]);
    pub(crate) const OWN_LYRICS: Row = row(Lyrics, Required, "Please send the lyrics.", "请把歌词发给我。", &[]);
    pub(crate) const SINGER: Row = row(Voice, Suggested,
        "Should a female or a male voice sing?", "由女声还是男声来唱？",
        &[("female", "female", "女声"), ("male", "male", "男声")]);
    pub(crate) const READER_SINGS: Row = row(Voice, Required,
        "The voices for reading aloud can't sing. Should a female or a male voice sing?",
        "朗读的音色不能用来唱歌。由女声还是男声来唱？",
        &[("female", "female", "女声"), ("male", "male", "男声"), ("vocals", "either", "都可以")]);
    pub(crate) const WITH_VOCALS: Row = row(Voice, Required,
        "With vocals, or instrumental?", "要带人声，还是纯音乐？",
        &[("vocals", "With vocals", "带人声"), ("instrumental", "Instrumental", "纯音乐")]);
    pub(crate) const WHICH_MODEL: Row = row(Model, Required,
        "You named more than one model. Which one shall it be?", "你提到了不止一个模型，用哪一个？", MODELS);
    pub(crate) const WHICH_KIND: Row = row(Model, Required,
        "Background music without vocals, or a song with vocals?",
        "要没有人声的背景音乐，还是带人声的歌曲？", MODELS);
    pub(crate) const CHEAPEST_KIND: Row = Row { need: Suggested, ..WHICH_KIND };
    pub(crate) const SUNO_INSTEAD: Row = row(Model, Required,
        "DouBao Song can't follow wishes for the singer or the lyrics. Use Suno instead?",
        "DouBao Song 不能指定人声或歌词，要改用 Suno 吗？", MODELS);
    pub(crate) const TEXT: Row = row(Text, Required,
        "What is the text to read aloud? If there is only a topic so far, the words can be written first for you to confirm.",
        "请提供要朗读的内容。如果只有主题，可以先写好文案，确认后再合成。", &[]);
    pub(crate) const VOICE: Row = row(Voice, Suggested,
        "Which voice? Male or female, and more for narration, an audiobook or an assistant?",
        "用什么音色？要男声还是女声，偏解说、读书还是助手？", &[]);
    pub(crate) const EMOTION: Row = row(Emotion, Optional,
        "Any mood? Some voices follow it.", "需要什么情感？部分音色支持。",
        &[("neutral", "Neutral", "中性"), ("happy", "Happy", "开心"), ("sad", "Sad", "悲伤"), ("angry", "Angry", "愤怒")]);
    pub(crate) const RATE: Row = row(Rate, Optional,
        "Faster or slower? From -50 to 100; 0 is normal, 100 about twice as fast.",
        "语速要快一点还是慢一点？范围 -50 到 100，0 为正常，100 约两倍速。",
        &[("0", "Normal", "正常"), ("20", "A little faster", "快一点"), ("-20", "A little slower", "慢一点")]);
    pub(crate) const VOLUME: Row = row(Volume, Optional,
        "Louder or softer? From -50 to 100; 0 is normal.", "音量要大一点还是小一点？范围 -50 到 100，0 为正常。",
        &[("0", "Normal", "正常"), ("20", "A little louder", "大一点"), ("-20", "A little softer", "小一点")]);
    pub(crate) const STYLE: Row = row(Style, Optional,
        "A more expressive style, or a steadier one?", "要表现力更强，还是更稳定的风格？",
        &[("seed-tts-2.0-expressive", "Expressive", "表现力强"), ("seed-tts-2.0-standard", "Steady", "更稳定")]);

    /// The models as the user should see them (music: "Selection guide by use case").
    const MODELS: Options = &[
        ("sonic", "Suno (songs, most features)", "Suno（歌曲，功能最全）"),
        ("GenBGM", "DouBao BGM (background music)", "DouBao BGM（背景音乐）"),
        ("GenSong", "DouBao Song (songs)", "DouBao Song（歌曲）"),
        ("seed-tts-2.0", "seed-tts-2.0", "seed-tts-2.0"),
        ("seed-tts-1.1", "seed-tts-1.1", "seed-tts-1.1"),
    ];
}

impl Row {
    /// The question with all its answers.
    pub(super) fn ask(&self, language: Language) -> Question {
        let choice = |&(value, en, zh): &(&'static str, &'static str, &'static str)| Choice {
            value,
            label: language.pick(en, zh).to_owned(),
        };
        Question {
            about: self.about,
            text: language.pick(self.en, self.zh),
            need: self.need,
            options: self.options.iter().map(choice).collect(),
        }
    }

    /// The question with some of its answers, in this order.
    pub(super) fn among(&self, values: &[&str], language: Language) -> Question {
        let mut question = self.ask(language);
        let place = |it: &Choice| values.iter().position(|value| *value == it.value);
        question.options.retain(|it| place(it).is_some());
        question.options.sort_by_key(place);
        question
    }
}

/// The questions before a narration.
pub(super) fn narration(reading: &Reading<'_>) -> Vec<Question> {
    let (found, language) = (&reading.found, reading.language);
    let mut questions = Vec::new();
    if reading.parts.text.is_none() {
        questions.push(rows::TEXT.ask(language));
    }
    if !matches!(found.voice(), Some(VoiceWish::Named(_))) {
        questions.push(voice(reading));
    }
    for (row, state) in [
        (rows::EMOTION, found.emotion().state()),
        (rows::RATE, found.rate().state()),
        (rows::VOLUME, found.volume().state()),
        (rows::STYLE, found.style().state()),
    ] {
        if state != Slot::One(()) {
            let mut question = row.ask(language);
            if state == Slot::Several || found.open.contains(&row.about) {
                question.need = Suggested;
            }
            questions.push(question);
        }
    }
    questions
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
        scene: found.scene().one(),
        gender: found.gender().one(),
        spoken: found.spoken().one().unwrap_or(default),
    };
    let question = rows::VOICE.ask(language);
    Question {
        text: match wanted.gender {
            Some(Gender::Female) => language.pick("Which female voice?", "选哪个女声？"),
            Some(Gender::Male) => language.pick("Which male voice?", "选哪个男声？"),
            None => question.text,
        },
        options: choices(wanted, language),
        ..question
    }
}
