//! What an utterance asks for, as the contract words it.

use crate::bindings::exports::ima::studio::types::Parameter;
use crate::bindings::exports::ima::studio::understanding as wit;
use alloc::borrow::ToOwned;
use alloc::string::ToString;
use ima_core::request::Language;
use ima_understanding as understanding;

impl From<understanding::Interpretation> for wit::Interpretation {
    fn from(read: understanding::Interpretation) -> Self {
        Self {
            language: read.language.into(),
            preference_only: read.preference_only,
            task: read.task.map(Into::into),
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
                understanding::VoiceWish::Sounds(gender) => wit::VoiceWish::Sounds(gender.into()),
                understanding::VoiceWish::Named(id) => wit::VoiceWish::Named(id),
            }),
            preference: read.preference.into(),
            prompt: read.prompt,
            questions: read.questions.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<understanding::PreferenceWish> for wit::PreferenceWish {
    fn from(wish: understanding::PreferenceWish) -> Self {
        match wish {
            understanding::PreferenceWish::Keep => Self::Keep,
            understanding::PreferenceWish::Switch => Self::Switch,
            understanding::PreferenceWish::Remember => Self::Remember,
            understanding::PreferenceWish::Cheapest { remember, among } => {
                Self::Cheapest(wit::Cheapest {
                    remember,
                    among: among.iter().map(|id| (*id).to_owned()).collect(),
                })
            }
        }
    }
}

impl From<understanding::Gender> for wit::Gender {
    fn from(gender: understanding::Gender) -> Self {
        match gender {
            understanding::Gender::Female => Self::Female,
            understanding::Gender::Male => Self::Male,
        }
    }
}

impl From<understanding::Question> for wit::Question {
    fn from(question: understanding::Question) -> Self {
        Self {
            about: match question.about {
                understanding::About::Task => wit::About::Task,
                understanding::About::Text => wit::About::Text,
                understanding::About::Voice => wit::About::Voice,
                understanding::About::Emotion => wit::About::Emotion,
                understanding::About::Rate => wit::About::Rate,
                understanding::About::Volume => wit::About::Volume,
                understanding::About::Style => wit::About::Style,
                understanding::About::Model => wit::About::Model,
                understanding::About::Lyrics => wit::About::Lyrics,
            },
            text: question.text.to_owned(),
            need: match question.need {
                understanding::Need::Required => wit::Need::Required,
                understanding::Need::Suggested => wit::Need::Suggested,
                understanding::Need::Optional => wit::Need::Optional,
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
pub(super) fn voice(voice: &understanding::Voice, language: Language) -> wit::Voice {
    wit::Voice {
        id: voice.id.to_owned(),
        name: voice.name.to_owned(),
        scene: match voice.scene {
            understanding::Scene::General => wit::Scene::General,
            understanding::Scene::RolePlay => wit::Scene::RolePlay,
            understanding::Scene::Video => wit::Scene::Video,
            understanding::Scene::Multilingual => wit::Scene::Multilingual,
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
