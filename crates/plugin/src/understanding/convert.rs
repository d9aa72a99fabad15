//! What an utterance asks for, as the contract words it.

use crate::bindings::exports::ima::studio::types::Parameter;
use crate::bindings::exports::ima::studio::understanding as wit;
use alloc::borrow::ToOwned;
use alloc::string::ToString;
use ima_core::language;
use ima_core::request::Language;

impl From<language::Interpretation> for wit::Interpretation {
    fn from(read: language::Interpretation) -> Self {
        Self {
            language: read.language.into(),
            intent: match read.intent {
                language::Intent::Create => wit::Intent::Create,
                language::Intent::Prefer => wit::Intent::Prefer,
                language::Intent::Price => wit::Intent::Price,
                language::Intent::Jobs => wit::Intent::Jobs,
                language::Intent::Decline => wit::Intent::Decline,
                language::Intent::Unclear => wit::Intent::Unclear,
            },
            task: match read.task {
                language::Understood::Known(task) => Some(task.into()),
                language::Understood::Unclear => None,
            },
            model_id: read.model_id.map(str::to_owned),
            model_named: read.model_named,
            parameters: read
                .parameters
                .into_iter()
                .map(|parameter| Parameter {
                    name: parameter.name,
                    value: parameter.value.to_string(),
                })
                .collect(),
            voice: read.voice.map(|voice| match voice {
                language::VoiceWish::Sounds(gender) => wit::VoiceWish::Sounds(gender.into()),
                language::VoiceWish::Named(id) => wit::VoiceWish::Named(id),
            }),
            preference: read.preference.into(),
            prompt: read.prompt,
            questions: read.questions.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<language::PreferenceWish> for wit::PreferenceWish {
    fn from(wish: language::PreferenceWish) -> Self {
        match wish {
            language::PreferenceWish::Keep => Self::Keep,
            language::PreferenceWish::Switch => Self::Switch,
            language::PreferenceWish::Remember => Self::Remember,
            language::PreferenceWish::Cheapest { remember, among } => {
                Self::Cheapest(wit::Cheapest {
                    remember,
                    among: among.iter().map(|id| (*id).to_owned()).collect(),
                })
            }
        }
    }
}

impl From<language::Gender> for wit::Gender {
    fn from(gender: language::Gender) -> Self {
        match gender {
            language::Gender::Female => Self::Female,
            language::Gender::Male => Self::Male,
        }
    }
}

impl From<language::Question> for wit::Question {
    fn from(question: language::Question) -> Self {
        Self {
            about: match question.about {
                language::About::Task => wit::About::Task,
                language::About::Text => wit::About::Text,
                language::About::Voice => wit::About::Voice,
                language::About::Emotion => wit::About::Emotion,
                language::About::Rate => wit::About::Rate,
                language::About::Volume => wit::About::Volume,
                language::About::Style => wit::About::Style,
                language::About::Model => wit::About::Model,
                language::About::Lyrics => wit::About::Lyrics,
            },
            text: question.text.to_owned(),
            need: match question.need {
                language::Need::Required => wit::Need::Required,
                language::Need::Suggested => wit::Need::Suggested,
                language::Need::Optional => wit::Need::Optional,
            },
            options: question
                .options
                .into_iter()
                .map(|choice| wit::Choice {
                    value: choice.value.to_owned(),
                    label: choice.label,
                })
                .collect(),
        }
    }
}

/// A voice with its words in a language.
pub(super) fn voice(voice: &language::Voice, language: Language) -> wit::Voice {
    wit::Voice {
        id: voice.id.to_owned(),
        name: voice.name.to_owned(),
        scene: match voice.scene {
            language::Scene::General => wit::Scene::General,
            language::Scene::RolePlay => wit::Scene::RolePlay,
            language::Scene::Video => wit::Scene::Video,
            language::Scene::Multilingual => wit::Scene::Multilingual,
        },
        scene_label: voice.scene.label(language).to_owned(),
        gender: voice.gender.into(),
        languages: voice
            .languages
            .iter()
            .map(|it| it.label(language).to_owned())
            .collect(),
    }
}
