//! Weighs what was found in an utterance: the model, its parameters, and what remains open.

use super::interpret::{Reading, Resolved};
use super::scan::{Findings, Slot};
use super::several::several;
use super::voices::Gender;
use super::{About, Choice, Need, Question, intake, say};
use crate::prelude::*;
use crate::request::{Language, Parameter, TaskType};
use serde_json::{Map, Value};

/// Every model for music (music: "User phrasing → model selection", the row of the cheapest).
pub(super) const ALL: &[&str] = &["GenBGM", "GenSong", "sonic"];
const SILENT: &[&str] = &["GenBGM"];
const SUNG: &[&str] = &["GenSong", "sonic"];
const SUNO: &[&str] = &["sonic"];
const SPEAKING: &[&str] = &["seed-tts-2.0"];

/// A model that the tables know.
fn known(id: &str) -> Option<&'static str> {
    let mut models = ALL.iter().chain(SPEAKING);
    models.find(|known| **known == id).copied()
}

/// Music: "User phrasing → model selection", "Music-specific parameters (Suno)".
pub(super) fn music(reading: &Reading<'_>) -> Resolved {
    let (found, language) = (&reading.found, reading.language);
    let named = named(found);
    let mut resolved = Resolved::default();
    match reading.model {
        Some(model) => resolved.model = known(model),
        None => match choose(found, &named, language) {
            Ok(model) => resolved.model = model,
            Err(question) => resolved.questions.push(question),
        },
    }
    resolved.named = resolved.model.is_some() && (reading.model.is_some() || !named.is_empty());
    resolved.among = match resolved.model {
        Some("GenBGM") => SILENT,
        Some("GenSong") => &["GenSong"],
        Some(_) if resolved.named || needs_suno(found) || found.instrumental => SUNO,
        Some(_) => SUNG,
        None => ALL,
    };
    // What the kind of music leaves open, the prices decide.
    if found.cheapest && !resolved.named && resolved.among.len() > 1 {
        resolved.model = None;
        let settled = reading.model.is_some();
        if resolved.among == ALL && resolved.questions.is_empty() && !settled {
            let question = kind(Need::Suggested, &["GenBGM", "GenSong"], language);
            resolved.questions.push(question);
        }
    }
    let sings = matches!(resolved.model, None | Some("sonic"));
    if resolved.model == Some("sonic") {
        suno(reading, &mut resolved);
    }
    if found.lyrics && sings && reading.parts.text.is_none() {
        resolved.questions.push(intake::lyrics(language));
    }
    if !found.lyrics && reading.parts.describes {
        resolved.prompt = reading.parts.text.map(str::to_owned);
    }
    if reading.utterance.trim().is_empty() {
        let question = intake::text(TaskType::TextToMusic, language);
        resolved.questions.push(question);
    } else if several(&reading.parts.instruction) {
        resolved.questions.push(Question {
            text: say(
                language,
                "每次只生成一首。这一首想要什么样的？",
                "One piece is made at a time. What should this one be like?",
            ),
            ..intake::text(TaskType::TextToMusic, language)
        });
    }
    let asked = |question: &Question| question.about == About::Voice;
    if !found.voices.is_empty() && !resolved.questions.iter().any(asked) {
        resolved.questions.push(singer(language));
    }
    resolved
}

/// A voice for reading aloud was named for music.
fn singer(language: Language) -> Question {
    Question {
        about: About::Voice,
        text: say(
            language,
            "朗读的音色不能用来唱歌。由女声还是男声来唱？",
            "The voices for reading aloud can't sing. Should a female or a male voice sing?",
        ),
        need: Need::Required,
        options: vec![
            choice("female", Gender::Female.label(language)),
            choice("male", Gender::Male.label(language)),
            choice("vocals", say(language, "都可以", "either")),
        ],
    }
}

/// Whether the music is to be without vocals.
fn silent(found: &Findings) -> bool {
    found.bgm || found.instrumental
}

/// Whether only Suno can do it.
fn needs_suno(found: &Findings) -> bool {
    found.gender != Slot::Empty || found.lyrics || found.auto_lyrics
}

/// Whether it is to be with vocals. A song may still be an instrumental one.
fn sung(found: &Findings) -> bool {
    found.vocals || needs_suno(found)
}

/// The models for music that the user named. DouBao without more may be two.
fn named(found: &Findings) -> Vec<&'static str> {
    let mut named = found.models.clone();
    named.retain(|id| ALL.contains(id));
    if found.doubao && !named.contains(&"GenBGM") && !named.contains(&"GenSong") {
        match (silent(found), sung(found) || found.song) {
            (true, false) => named.push("GenBGM"),
            (false, true) => named.push("GenSong"),
            _ => named.extend(["GenBGM", "GenSong"]),
        }
    }
    named
}

/// The model, or the question which. The named one comes first, then the one for the kind of
/// music; "best" says the least.
fn choose(
    found: &Findings,
    named: &[&'static str],
    language: Language,
) -> Result<Option<&'static str>, Question> {
    let (silent, sung, song) = (silent(found), sung(found), found.song);
    let required = |models| Err(kind(Need::Required, models, language));
    match named {
        [] if silent && (sung || found.bgm && song) => required(&["GenBGM", "sonic"]),
        [] if silent && !song => Ok(Some("GenBGM")),
        [] if silent || sung || song || found.best => Ok(Some("sonic")),
        [] => Ok(None),
        ["GenBGM"] if needs_suno(found) => required(&["GenBGM", "sonic"]),
        ["GenBGM"] if sung || song => required(&["GenBGM", "GenSong"]),
        ["GenSong"] if silent => required(&["GenSong", "GenBGM"]),
        ["GenSong"] if needs_suno(found) => Err(Question {
            text: say(
                language,
                "DouBao Song 不能指定人声或歌词，要改用 Suno 吗？",
                "DouBao Song can't follow wishes for the singer or the lyrics. Use Suno instead?",
            ),
            ..kind(Need::Required, &["sonic", "GenSong"], language)
        }),
        [one] => Ok(Some(*one)),
        several if found.models.is_empty() => required(several),
        several => Err(which_model(several, language)),
    }
}

/// The parameters of Suno.
fn suno(reading: &Reading<'_>, resolved: &mut Resolved) {
    let (found, language) = (&reading.found, reading.language);
    let mut set = |name: &str, value: Value| {
        resolved.parameters.push(Parameter {
            name: name.to_owned(),
            value,
        });
    };
    if let Some(version) = found.engine.one() {
        set("model_version", Value::from(version));
    }
    // Where the model was the answer to this very question, it stands for vocals.
    if silent(found) && !sung(found) {
        set("make_instrumental", Value::Bool(true));
    } else if silent(found) && reading.model.is_none() {
        resolved.questions.push(Question {
            about: About::Voice,
            text: say(
                language,
                "要带人声，还是纯音乐？",
                "With vocals, or instrumental?",
            ),
            need: Need::Required,
            options: vec![
                choice("vocals", say(language, "带人声", "With vocals")),
                choice("instrumental", say(language, "纯音乐", "Instrumental")),
            ],
        });
    }
    if let Some(gender) = found.gender.one() {
        let value = match gender {
            Gender::Female => "female",
            Gender::Male => "male",
        };
        set("vocal_gender", Value::from(value));
    }
    let lyrics = reading.parts.text.filter(|_| found.lyrics);
    if found.lyrics || found.gender.one().is_some() {
        set("custom_mode", Value::Bool(true));
    }
    if let Some(lyrics) = lyrics {
        set("lyrics", Value::from(lyrics));
    } else if found.auto_lyrics && !found.lyrics {
        set("auto_lyrics", Value::Bool(true));
    }
    if found.gender == Slot::Several && !silent(found) {
        let label = |gender: Gender| gender.label(language);
        resolved.questions.push(Question {
            about: About::Voice,
            text: say(
                language,
                "由女声还是男声来唱？",
                "Should a female or a male voice sing?",
            ),
            need: Need::Suggested,
            options: vec![
                choice("female", label(Gender::Female)),
                choice("male", label(Gender::Male)),
            ],
        });
    }
}

/// Speech: "User Input Parsing (Parameter Recognition)", "Verified request parameters".
pub(super) fn speech(reading: &Reading<'_>) -> Resolved {
    let (found, language) = (&reading.found, reading.language);
    let mut resolved = Resolved {
        prompt: reading.parts.text.map(str::to_owned),
        among: SPEAKING,
        ..Resolved::default()
    };
    let mut named = found.models.clone();
    named.retain(|id| !ALL.contains(id));
    // DouBao's only model for speech (speech: the title, "Supported Models & Search Terms").
    if named.is_empty() && found.doubao {
        named.push("seed-tts-2.0");
    }
    match (reading.model, named.as_slice()) {
        (Some(model), _) => resolved.model = known(model),
        (None, []) => {}
        (None, [one]) => resolved.model = Some(*one),
        (None, several) => resolved.questions.push(which_model(several, language)),
    }
    resolved.named = resolved.model.is_some();
    let mut audio = Map::new();
    if let Some(emotion) = found.emotion.one() {
        audio.insert("emotion".to_owned(), Value::from(emotion));
    }
    if let Some(rate) = found.rate.one() {
        audio.insert("speech_rate".to_owned(), Value::from(rate));
    }
    if let Some(volume) = found.volume.one() {
        audio.insert("loudness_rate".to_owned(), Value::from(volume));
    }
    let audio = (!audio.is_empty()).then_some(("audio_params", Value::Object(audio)));
    let style = found.style.one().map(|id| ("model", Value::from(id)));
    for (name, value) in [audio, style].into_iter().flatten() {
        resolved.parameters.push(Parameter {
            name: name.to_owned(),
            value,
        });
    }
    resolved.questions.extend(intake::narration(reading));
    resolved
}

/// Background music or a song: what the requirements tell apart first.
fn kind(need: Need, models: &[&'static str], language: Language) -> Question {
    Question {
        text: say(
            language,
            "要没有人声的背景音乐，还是带人声的歌曲？",
            "Background music without vocals, or a song with vocals?",
        ),
        need,
        ..which_model(models, language)
    }
}

fn which_model(models: &[&'static str], language: Language) -> Question {
    let options = models.iter().map(|id| choice(id, label(id, language)));
    Question {
        about: About::Model,
        text: say(
            language,
            "你提到了不止一个模型，用哪一个？",
            "You named more than one model. Which one shall it be?",
        ),
        need: Need::Required,
        options: options.collect(),
    }
}

/// A model as the user should see it (music: "Selection guide by use case").
fn label(id: &'static str, language: Language) -> &'static str {
    match id {
        "sonic" => say(
            language,
            "Suno（歌曲，功能最全）",
            "Suno (songs, most features)",
        ),
        "GenBGM" => say(
            language,
            "DouBao BGM（背景音乐）",
            "DouBao BGM (background music)",
        ),
        "GenSong" => say(language, "DouBao Song（歌曲）", "DouBao Song (songs)"),
        other => other,
    }
}

fn choice(value: &'static str, label: &str) -> Choice {
    Choice {
        value,
        label: label.to_owned(),
    }
}
