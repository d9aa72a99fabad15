//! The sound of a media: which it is, how long it is, and its WAV file.

mod music;
mod speech;
mod wav;

use serde_json::{Map, Value};

use crate::catalogue::TEXT_TO_SPEECH;

pub(crate) use wav::WavError;

/// What there is to hear; the same value gives the same file, byte for byte.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sound {
    /// A small melody.
    Music(music::Melody),
    /// A voice-like tone for each syllable.
    Speech(speech::Utterance),
}

impl Sound {
    /// The sound of one media of a task.
    ///
    /// `parameters` are the inner ones of the create request.
    pub(crate) fn of(task_type: &str, parameters: &Map<String, Value>, index: u32) -> Self {
        let text = |name| parameters.get(name).and_then(Value::as_str).unwrap_or("");
        let prompt = text("prompt");
        if task_type == TEXT_TO_SPEECH {
            let rate = parameters
                .get("audio_params")
                .and_then(|audio| audio.get("speech_rate")?.as_f64())
                .unwrap_or(0.0);
            Self::Speech(speech::Utterance::new(prompt, text("speaker"), rate))
        } else {
            Self::Music(music::Melody::new(prompt, index))
        }
    }

    /// The exact length, in seconds.
    pub(crate) fn seconds(&self) -> u32 {
        match self {
            Self::Music(melody) => melody.seconds(),
            Self::Speech(utterance) => utterance.seconds(),
        }
    }

    /// The file: mono, 16 bit. Takes a noticeable part of a second.
    pub(crate) fn wav(&self) -> Result<Vec<u8>, WavError> {
        let (rate, samples) = match self {
            Self::Music(melody) => (music::SAMPLE_RATE, melody.render()),
            Self::Speech(utterance) => (speech::SAMPLE_RATE, utterance.render()),
        };
        wav::encode(rate, &samples)
    }
}
