//! Weighs what was found in an utterance: the model, its parameters, and what remains open.

use super::interpret::{Reading, Resolved};
use super::questions::{narration, rows};
use super::scan::{Findings, Slot};
use super::several::several;
use super::triggers::Means;
use super::voices::Gender;
use super::{About, Question};
use crate::prelude::*;
use ima_core::request::{Language, Parameter};
use serde_json::{Map, Value};

/// Every model for music (music: "User phrasing → model selection", the row of the cheapest).
pub(super) const ALL: &[&str] = &["GenBGM", "GenSong", "sonic"];
const SPEAKING: &[&str] = &["seed-tts-2.0"];

/// A model that the tables know.
fn known(id: &str) -> Option<&'static str> {
    let mut models = ALL.iter().chain(SPEAKING);
    models.find(|known| **known == id).copied()
}

fn parameter(name: &str, value: Value) -> Parameter {
    Parameter {
        name: name.to_owned(),
        value,
    }
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
        Some("GenBGM") => &["GenBGM"],
        Some("GenSong") => &["GenSong"],
        Some(_) if resolved.named || needs_suno(found) || found.says(Means::Instrumental) => {
            &["sonic"]
        }
        Some(_) => &["GenSong", "sonic"],
        None => ALL,
    };
    // What the kind of music leaves open, the prices decide.
    if found.says(Means::Cheapest) && !resolved.named && resolved.among.len() > 1 {
        resolved.model = None;
        let settled = reading.model.is_some();
        if resolved.among == ALL && resolved.questions.is_empty() && !settled {
            let models = &["GenBGM", "GenSong"];
            let question = rows::CHEAPEST_KIND.among(models, language);
            resolved.questions.push(question);
        }
    }
    let sings = matches!(resolved.model, None | Some("sonic"));
    if resolved.model == Some("sonic") {
        suno(reading, &mut resolved);
    }
    if found.lyrics() && sings && reading.parts.text.is_none() {
        resolved.questions.push(rows::OWN_LYRICS.ask(language));
    }
    if !found.lyrics() && reading.parts.describes {
        resolved.prompt = reading.parts.text.map(str::to_owned);
    }
    if several(&reading.parts.instruction) {
        resolved.questions.push(rows::ONE_PIECE.ask(language));
    }
    if !found.voices.is_empty() && !resolved.asks(About::Voice) {
        resolved.questions.push(rows::READER_SINGS.ask(language));
    }
    resolved
}

/// Whether the music is to be without vocals.
fn silent(found: &Findings) -> bool {
    found.says(Means::Bgm) || found.says(Means::Instrumental)
}

/// Whether only Suno can do it.
fn needs_suno(found: &Findings) -> bool {
    found.gender() != Slot::Empty || found.lyrics() || found.says(Means::AutoLyrics)
}

/// Whether it is to be with vocals. A song may still be an instrumental one.
fn sung(found: &Findings) -> bool {
    found.says(Means::Vocals) || needs_suno(found)
}

/// The models for music that the user named. DouBao without more may be two.
fn named(found: &Findings) -> Vec<&'static str> {
    let mut named = found.models();
    named.retain(|id| ALL.contains(id));
    if found.says(Means::DouBao) && !named.contains(&"GenBGM") && !named.contains(&"GenSong") {
        match (silent(found), sung(found) || found.says(Means::Song)) {
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
    let (silent, sung, song) = (silent(found), sung(found), found.says(Means::Song));
    let kind = |models: &[&str]| Err(rows::WHICH_KIND.among(models, language));
    match named {
        [] if silent && (sung || found.says(Means::Bgm) && song) => kind(&["GenBGM", "sonic"]),
        [] if silent && !song => Ok(Some("GenBGM")),
        [] if silent || sung || song || found.says(Means::Best) => Ok(Some("sonic")),
        [] => Ok(None),
        ["GenBGM"] if needs_suno(found) => kind(&["GenBGM", "sonic"]),
        ["GenBGM"] if sung || song => kind(&["GenBGM", "GenSong"]),
        ["GenSong"] if silent => kind(&["GenSong", "GenBGM"]),
        ["GenSong"] if needs_suno(found) => {
            Err(rows::SUNO_INSTEAD.among(&["sonic", "GenSong"], language))
        }
        [one] => Ok(Some(*one)),
        several if found.models().is_empty() => kind(several),
        several => Err(rows::WHICH_MODEL.among(several, language)),
    }
}

/// The parameters of Suno.
fn suno(reading: &Reading<'_>, resolved: &mut Resolved) {
    let (found, language) = (&reading.found, reading.language);
    let mut set = |name: &str, value: Value| resolved.parameters.push(parameter(name, value));
    if let Some(version) = found.engine().one() {
        set("model_version", Value::from(version));
    }
    // If the model was the answer to this very question, it stands for vocals.
    if silent(found) && !sung(found) {
        set("make_instrumental", Value::Bool(true));
    } else if silent(found) && reading.model.is_none() {
        resolved.questions.push(rows::WITH_VOCALS.ask(language));
    }
    let gender = found.gender().one().map(|gender| match gender {
        Gender::Female => "female",
        Gender::Male => "male",
    });
    if let Some(gender) = gender {
        set("vocal_gender", Value::from(gender));
    }
    if found.lyrics() || gender.is_some() {
        set("custom_mode", Value::Bool(true));
    }
    if let Some(lyrics) = reading.parts.text.filter(|_| found.lyrics()) {
        set("lyrics", Value::from(lyrics));
    } else if found.says(Means::AutoLyrics) && !found.lyrics() {
        set("auto_lyrics", Value::Bool(true));
    }
    if found.gender() == Slot::Several && !silent(found) {
        resolved.questions.push(rows::SINGER.ask(language));
    }
}

/// Speech: "User Input Parsing (Parameter Recognition)", "Verified request parameters".
pub(super) fn speech(reading: &Reading<'_>) -> Resolved {
    let found = &reading.found;
    let mut resolved = Resolved {
        prompt: reading.parts.text.map(str::to_owned),
        among: SPEAKING,
        ..Resolved::default()
    };
    let mut named = found.models();
    named.retain(|id| !ALL.contains(id));
    // DouBao's only model for speech (speech: the title, "Supported Models & Search Terms").
    if named.is_empty() && found.says(Means::DouBao) {
        named.push("seed-tts-2.0");
    }
    match (reading.model, named.as_slice()) {
        (Some(model), _) => resolved.model = known(model),
        (None, []) => {}
        (None, [one]) => resolved.model = Some(*one),
        (None, several) => {
            let question = rows::WHICH_MODEL.among(several, reading.language);
            resolved.questions.push(question);
        }
    }
    resolved.named = resolved.model.is_some();
    let audio: Map<String, Value> = [
        ("emotion", found.emotion().one().map(Value::from)),
        ("speech_rate", found.rate().one().map(Value::from)),
        ("loudness_rate", found.volume().one().map(Value::from)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect();
    if !audio.is_empty() {
        resolved
            .parameters
            .push(parameter("audio_params", Value::Object(audio)));
    }
    if let Some(style) = found.style().one() {
        resolved
            .parameters
            .push(parameter("model", Value::from(style)));
    }
    resolved.questions.extend(narration(reading));
    resolved
}
