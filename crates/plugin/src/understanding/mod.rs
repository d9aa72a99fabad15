//! Utterances, questions, hints and voices.

mod convert;

use crate::Plugin;
use crate::bindings::exports::ima::studio::types::{Language, TaskType};
use crate::bindings::exports::ima::studio::understanding as wit;
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use ima_understanding as understanding;

impl wit::Guest for Plugin {
    fn interpret(utterance: String) -> wit::Interpretation {
        understanding::interpret(&utterance).into()
    }

    fn interpret_as(
        task: TaskType,
        model_id: Option<String>,
        utterance: String,
    ) -> wit::Interpretation {
        understanding::interpret_as(task.into(), model_id.as_deref(), &utterance).into()
    }

    fn intake(task: TaskType, utterance: String, language: Language) -> Vec<wit::Question> {
        let questions = understanding::intake(task.into(), &utterance, language.into());
        questions.into_iter().map(Into::into).collect()
    }

    fn tips(task: TaskType, language: Language) -> Vec<String> {
        let tips = understanding::tips(task.into(), language.into());
        tips.iter().map(|tip| (*tip).to_owned()).collect()
    }

    fn voices(language: Language) -> Vec<wit::Voice> {
        let language = language.into();
        let voices = understanding::voices().iter();
        voices
            .map(|voice| convert::voice(voice, language))
            .collect()
    }
}
