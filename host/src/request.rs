//! What the user asks for.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::bindings;
use crate::credential::Key;
use crate::error::Error;
use crate::limits::Limits;
use crate::types::{Language, OnMismatch, Options, TaskType, UnknownParameters};

/// What the user asks for, and how this one generation is to be run.
///
/// ```
/// use ima_host::Request;
/// use ima_host::types::{Language, MusicOptions, Options, VocalGender};
///
/// let mut request = Request::music("upbeat lo-fi hip hop, 90 BPM", Language::En);
/// request.budget = Some(50);
/// request.options = Some(Options::Music(MusicOptions {
///     vocal_gender: Some(VocalGender::Female),
///     ..MusicOptions::default()
/// }));
/// request.parameters.insert("auto_lyrics".to_owned(), false.into());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Request {
    /// Music or speech.
    pub task: TaskType,
    /// The description of the music, or the text to speak. Not empty.
    pub prompt: String,
    /// The language of the messages and of the model names.
    pub language: Language,
    /// The model, by an id of [`Runtime::models`](crate::Runtime::models). Without it the
    /// [user's default](field@Self::user), else the recommended one.
    pub model_id: Option<String>,
    /// One version of the model; without it the newest.
    pub version_id: Option<String>,
    /// Typed options of the model; those of the other task are refused.
    pub options: Option<Options>,
    /// Parameters that override the model's defaults, beside the options. A name that is also an
    /// option is refused.
    pub parameters: Map<String, Value>,
    /// What to do with a parameter that the model doesn't know. Default: refuse it.
    pub unknown_parameters: UnknownParameters,
    /// What to do when the service refuses the parameters. Default: amend the request.
    pub on_mismatch: OnMismatch,
    /// The most that may be spent, in points. A higher price stops the generation before it spends.
    pub budget: Option<u32>,
    /// How long to wait for the audio once the task exists. Default 480 s for music, 300 s for
    /// speech. It ends the waiting, never the task.
    pub deadline: Option<Duration>,
    /// Whose [preferences](crate::Builder::preferences) apply. Without it those of
    /// [`DEFAULT_USER`](Self::DEFAULT_USER). It is known here only and never sent.
    pub user: Option<String>,
    /// Whether the model of a success becomes the user's default. Default true; without effect on a
    /// runtime that isn't told of [preferences](crate::Builder::preferences).
    pub remember_model: bool,
    /// The id of a [quote](ima_journal::Journal::keep_quote) in the journal that this generation buys.
    /// Its job begins with the quote or not at all: if the quote was bought before or is over, the
    /// generation ends with [`Error::Journal`] and nothing is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
}

impl Request {
    /// The user of a request that names none, as in the vendor's tools.
    pub const DEFAULT_USER: &'static str = "default";

    /// A request with the recommended model, its defaults and no budget.
    pub fn new(task: TaskType, prompt: impl Into<String>, language: Language) -> Self {
        Self {
            task,
            prompt: prompt.into(),
            language,
            model_id: None,
            version_id: None,
            options: None,
            parameters: Map::new(),
            unknown_parameters: UnknownParameters::Refuse,
            on_mismatch: OnMismatch::Amend,
            budget: None,
            deadline: None,
            user: None,
            remember_model: true,
            quote: None,
        }
    }

    /// A request for music with this description.
    pub fn music(description: impl Into<String>, language: Language) -> Self {
        Self::new(TaskType::TextToMusic, description, language)
    }

    /// A request for this text, spoken.
    pub fn speech(text: impl Into<String>, language: Language) -> Self {
        Self::new(TaskType::TextToSpeech, text, language)
    }

    /// Whose preferences apply.
    pub(crate) fn user(&self) -> &str {
        self.user.as_deref().unwrap_or(Self::DEFAULT_USER)
    }

    /// The contract's request; `habitual` says whether the model is the user's default.
    pub(crate) fn into_contract(self, habitual: bool) -> bindings::Request {
        let parameter = |(name, value): (String, Value)| bindings::Parameter {
            name,
            value: value.to_string(),
        };
        bindings::Request {
            task: self.task,
            prompt: self.prompt,
            model_id: self.model_id,
            version_id: self.version_id,
            options: self.options,
            parameters: self.parameters.into_iter().map(parameter).collect(),
            unknown_parameters: self.unknown_parameters,
            on_mismatch: self.on_mismatch,
            habitual,
            budget: self.budget,
            language: self.language,
        }
    }

    /// The bytes of its texts, as JSON; an error if they are more than the limit, or hold the key.
    pub(crate) fn check(&self, limits: &Limits, key: &Key) -> Result<usize, Error> {
        // Every field counts, also one that is yet to come.
        let text = serde_json::to_string(self).map_err(|_| Error::RequestNotText)?;
        check_text(&text, limits.input_size, key)
    }
}

/// The size of a text that goes into the sandbox; an error if it is more than `most`, or holds the
/// key.
pub(crate) fn check_text(text: &str, most: usize, key: &Key) -> Result<usize, Error> {
    if text.len() > most {
        let size = text.len();
        return Err(Error::TooLarge { size, most });
    }
    match key.patterns().are_in(text.as_bytes()) {
        true => Err(Error::KeyInRequest),
        false => Ok(text.len()),
    }
}
