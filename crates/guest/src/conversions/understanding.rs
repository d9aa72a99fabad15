//! The interface `understanding`, the same in every component that exports it.

/// Implements the interface `understanding` for a component, whose bindings of `ima:studio` stand at
/// this path. The crate that calls it has called [`conversions`](macro@crate::conversions) too.
#[macro_export]
macro_rules! export_understanding {
    ($component:ty, $($studio:tt)+) => {
        mod understanding {
            use super::*;
            use $($studio)+::types::{Language, Parameter, TaskType};
            use $($studio)+::understanding as wit;
            use $crate::macro_support::alloc::borrow::ToOwned;
            use $crate::macro_support::alloc::string::{String, ToString};
            use $crate::macro_support::alloc::vec::Vec;
            use $crate::macro_support::ima_understanding as language;
            use $crate::macro_support::ima_core::request;

            impl wit::Guest for $component {
                fn interpret(utterance: String) -> wit::Interpretation {
                    language::interpret(&utterance).into()
                }

                fn interpret_as(
                    task: TaskType,
                    model_id: Option<String>,
                    utterance: String,
                ) -> wit::Interpretation {
                    language::interpret_as(task.into(), model_id.as_deref(), &utterance).into()
                }

                fn intake(task: TaskType, utterance: String, language: Language) -> Vec<wit::Question> {
                    let questions = language::intake(task.into(), &utterance, language.into());
                    questions.into_iter().map(Into::into).collect()
                }

                fn tips(task: TaskType, language: Language) -> Vec<String> {
                    let tips = language::tips(task.into(), language.into());
                    tips.iter().map(|tip| (*tip).to_owned()).collect()
                }

                fn voices(language: Language) -> Vec<wit::Voice> {
                    let language = language.into();
                    let voices = language::voices().iter();
                    voices
                        .map(|each| voice(each, language))
                        .collect()
                }
            }

            impl From<language::Interpretation> for wit::Interpretation {
                fn from(read: language::Interpretation) -> Self {
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
            fn voice(voice: &language::Voice, language: request::Language) -> wit::Voice {
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
        }
    };
}
