//! Requests and the values in them, between the types of `wit/types.wit` and those of `ima-core`.

/// A part of [`conversions`](macro@crate::conversions).
#[doc(hidden)]
#[macro_export]
macro_rules! request_conversions {
    ($($types:tt)+) => {
        use $crate::macro_support::serde_json;
        use $($types)+ as wit;
        use $crate::macro_support::alloc::string::ToString;
        use $crate::macro_support::alloc::vec::Vec;
        use $crate::macro_support::ima_core::quote::{MusicOptions, SpeechOptions, SpeechStyle, VocalGender};
        use $crate::macro_support::ima_core::request;
        use $crate::macro_support::ima_core::session;

        impl From<wit::TaskType> for request::TaskType {
            fn from(task: wit::TaskType) -> Self {
                match task {
                    wit::TaskType::TextToMusic => Self::TextToMusic,
                    wit::TaskType::TextToSpeech => Self::TextToSpeech,
                }
            }
        }

        impl From<wit::Language> for request::Language {
            fn from(language: wit::Language) -> Self {
                match language {
                    wit::Language::En => Self::En,
                    wit::Language::Zh => Self::Zh,
                }
            }
        }

        impl TryFrom<wit::Request> for request::Request {
            type Error = request::InvalidValue;

            /// Fails where the value of a parameter is not JSON, or the options are those of the other task.
            fn try_from(request: wit::Request) -> Result<Self, Self::Error> {
                let parameter = |parameter: wit::Parameter| match serde_json::from_str(&parameter.value) {
                    Ok(value) => Ok(request::Parameter {
                        name: parameter.name,
                        value,
                    }),
                    Err(_) => Err(request::InvalidValue::new(
                        &parameter.name,
                        &parameter.value,
                        "JSON, for example \"text\" in quotes, 5 or true",
                    )),
                };
                let mut parameters = options(request.task, request.options)?;
                for given in request.parameters {
                    parameters.push(parameter(given)?);
                }
                Ok(Self {
                    task: request.task.into(),
                    prompt: request.prompt,
                    model_id: request.model_id,
                    version_id: request.version_id,
                    parameters,
                    budget: request.budget,
                    language: request.language.into(),
                    unknown: match request.unknown_parameters {
                        wit::UnknownParameters::Refuse => request::UnknownParameters::Refuse,
                        wit::UnknownParameters::Drop => request::UnknownParameters::Drop,
                    },
                    on_mismatch: match request.on_mismatch {
                        wit::OnMismatch::Amend => request::OnMismatch::Amend,
                        wit::OnMismatch::Stop => request::OnMismatch::Stop,
                    },
                    habitual: request.habitual,
                })
            }
        }

        impl From<request::Language> for wit::Language {
            fn from(language: request::Language) -> Self {
                match language {
                    request::Language::En => Self::En,
                    request::Language::Zh => Self::Zh,
                }
            }
        }

        impl From<request::TaskType> for wit::TaskType {
            fn from(task: request::TaskType) -> Self {
                match task {
                    request::TaskType::TextToMusic => Self::TextToMusic,
                    request::TaskType::TextToSpeech => Self::TextToSpeech,
                }
            }
        }

        impl From<request::InvalidValue> for wit::InvalidValue {
            fn from(invalid: request::InvalidValue) -> Self {
                Self {
                    field: invalid.field,
                    given: invalid.given,
                    allowed: invalid.allowed,
                }
            }
        }

        impl From<request::InvalidValue> for wit::Error {
            fn from(invalid: request::InvalidValue) -> Self {
                Self::Invalid(invalid.into())
            }
        }

        impl From<session::SnapshotError> for wit::Error {
            fn from(error: session::SnapshotError) -> Self {
                Self::Continuation(error.to_string())
            }
        }

        impl From<session::AdoptError> for wit::Error {
            fn from(error: session::AdoptError) -> Self {
                match error {
                    session::AdoptError::Continuation(error) => error.into(),
                    session::AdoptError::TaskId(invalid) => invalid.into(),
                }
            }
        }

        /// The parameters that typed options stand for.
        fn options(
            task: wit::TaskType,
            options: Option<wit::Options>,
        ) -> Result<Vec<request::Parameter>, request::InvalidValue> {
            match (task, options) {
                (_, None) => Ok(Vec::new()),
                (wit::TaskType::TextToMusic, Some(wit::Options::Music(options))) => {
                    Ok(MusicOptions::from(options).parameters())
                }
                (wit::TaskType::TextToSpeech, Some(wit::Options::Speech(options))) => {
                    Ok(SpeechOptions::from(options).parameters())
                }
                (wit::TaskType::TextToMusic, Some(wit::Options::Speech(_))) => Err(
                    request::InvalidValue::new("options", "speech", "options for music"),
                ),
                (wit::TaskType::TextToSpeech, Some(wit::Options::Music(_))) => Err(
                    request::InvalidValue::new("options", "music", "options for speech"),
                ),
            }
        }

        impl From<wit::MusicOptions> for MusicOptions {
            fn from(options: wit::MusicOptions) -> Self {
                Self {
                    lyrics: options.lyrics,
                    auto_lyrics: options.auto_lyrics,
                    instrumental: options.instrumental,
                    tags: options.tags,
                    negative_tags: options.negative_tags,
                    vocal_gender: options.vocal_gender.map(|gender| match gender {
                        wit::VocalGender::Female => VocalGender::Female,
                        wit::VocalGender::Male => VocalGender::Male,
                    }),
                    title: options.title,
                    description: options.description,
                    custom_mode: options.custom_mode,
                    engine: options.engine,
                }
            }
        }

        impl From<wit::SpeechOptions> for SpeechOptions {
            fn from(options: wit::SpeechOptions) -> Self {
                Self {
                    speaker: options.speaker,
                    emotion: options.emotion,
                    rate: options.rate,
                    volume: options.volume,
                    style: options.style.map(|style| match style {
                        wit::SpeechStyle::Expressive => SpeechStyle::Expressive,
                        wit::SpeechStyle::Standard => SpeechStyle::Standard,
                    }),
                    ssml: options.ssml,
                    explicit_language: options.explicit_language,
                    context_texts: options.context_texts,
                }
            }
        }
    };
}
