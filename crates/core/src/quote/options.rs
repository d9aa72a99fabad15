//! Typed options of the models, beside which free parameters may stand.

use crate::prelude::*;
use crate::request::Parameter;
use serde_json::{Map, Value, json};

/// The voice of a song (music: "Music-specific parameters").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VocalGender {
    /// 女声
    Female,
    /// 男声
    Male,
}

/// Options of Suno. What is left out has the model's default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MusicOptions {
    /// Lyrics to sing; switches the custom mode on.
    pub lyrics: Option<String>,
    /// Let the model write the lyrics.
    pub auto_lyrics: Option<bool>,
    /// No vocals.
    pub instrumental: Option<bool>,
    /// The style as keywords, at most 1,000 characters.
    pub tags: Option<String>,
    /// What to avoid, as keywords.
    pub negative_tags: Option<String>,
    /// The voice; switches the custom mode on.
    pub vocal_gender: Option<VocalGender>,
    /// The title, at most 120 characters.
    pub title: Option<String>,
    /// A description beside the prompt, at most 400 characters.
    pub description: Option<String>,
    /// Suno's custom mode.
    pub custom_mode: Option<bool>,
    /// The engine, for example `sonic-v5`; without it the newest.
    pub engine: Option<String>,
}

/// The style of the speech model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpeechStyle {
    /// `seed-tts-2.0-expressive`: lively.
    Expressive,
    /// `seed-tts-2.0-standard`: steadier.
    Standard,
}

/// Options of seed-tts-2.0. What is left out has the model's default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpeechOptions {
    /// The voice by its native id, `*_uranus_bigtts`.
    pub speaker: Option<String>,
    /// The emotion, for example `sad`; some voices only.
    pub emotion: Option<String>,
    /// The speed, from -50 to 100; 0 is normal, 100 about twice as fast.
    pub rate: Option<i32>,
    /// The loudness, from -50 to 100; 0 is normal.
    pub volume: Option<i32>,
    /// The style.
    pub style: Option<SpeechStyle>,
    /// The text as SSML.
    pub ssml: Option<String>,
    /// How to treat foreign words, for example `crosslingual`.
    pub explicit_language: Option<String>,
    /// Texts that give the voice its context.
    pub context_texts: Vec<String>,
}

fn push<T: Into<Value>>(parameters: &mut Vec<Parameter>, name: &str, value: Option<T>) {
    if let Some(value) = value {
        parameters.push(Parameter {
            name: name.to_owned(),
            value: value.into(),
        });
    }
}

impl MusicOptions {
    /// The parameters that these options stand for.
    pub fn parameters(self) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        push(&mut parameters, "lyrics", self.lyrics);
        push(&mut parameters, "auto_lyrics", self.auto_lyrics);
        push(&mut parameters, "make_instrumental", self.instrumental);
        push(&mut parameters, "tags", self.tags);
        push(&mut parameters, "negative_tags", self.negative_tags);
        let gender = self.vocal_gender.map(|gender| match gender {
            VocalGender::Female => "female",
            VocalGender::Male => "male",
        });
        push(&mut parameters, "vocal_gender", gender);
        push(&mut parameters, "title", self.title);
        push(&mut parameters, "gpt_description_prompt", self.description);
        push(&mut parameters, "custom_mode", self.custom_mode);
        push(&mut parameters, "model_version", self.engine);
        parameters
    }
}

impl SpeechOptions {
    /// The parameters that these options stand for (speech: "Verified request parameters").
    pub fn parameters(self) -> Vec<Parameter> {
        let mut audio = Map::new();
        for (name, value) in [
            ("emotion", self.emotion.map(Value::from)),
            ("speech_rate", self.rate.map(Value::from)),
            ("loudness_rate", self.volume.map(Value::from)),
        ] {
            audio.extend(value.map(|value| (name.to_owned(), value)));
        }
        let mut additions = Map::new();
        if let Some(language) = self.explicit_language {
            additions.insert("explicit_language".to_owned(), json!(language));
        }
        if !self.context_texts.is_empty() {
            additions.insert("context_texts".to_owned(), json!(self.context_texts));
        }
        let style = self.style.map(|style| match style {
            SpeechStyle::Expressive => "seed-tts-2.0-expressive",
            SpeechStyle::Standard => "seed-tts-2.0-standard",
        });
        let mut parameters = Vec::new();
        push(&mut parameters, "model", style);
        push(&mut parameters, "speaker", self.speaker);
        push(
            &mut parameters,
            "audio_params",
            (!audio.is_empty()).then_some(audio),
        );
        push(
            &mut parameters,
            "additions",
            (!additions.is_empty()).then_some(additions),
        );
        push(&mut parameters, "ssml", self.ssml);
        parameters
    }
}
