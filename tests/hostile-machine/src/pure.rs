//! The functions beside the sessions: reading an utterance may have no end.

use crate::bindings::exports::ima::studio::preferences;
use crate::bindings::exports::ima::studio::types::{Language, TaskType};
use crate::bindings::exports::ima::studio::understanding::{
    Guest, Interpretation, PreferenceWish, Question, Voice,
};
use crate::{Hostile, words};

impl Guest for Hostile {
    fn interpret(utterance: String) -> Interpretation {
        if utterance == "loop" {
            words::endless();
        }
        Interpretation {
            language: Language::En,
            preference_only: false,
            task: None,
            model_id: None,
            model_named: false,
            parameters: Vec::new(),
            voice: None,
            preference: PreferenceWish::Keep,
            prompt: None,
            questions: Vec::new(),
        }
    }

    fn interpret_as(_: TaskType, _: Option<String>, utterance: String) -> Interpretation {
        Self::interpret(utterance)
    }

    fn intake(_: TaskType, _: String, _: Language) -> Vec<Question> {
        Vec::new()
    }

    fn tips(_: TaskType, _: Language) -> Vec<String> {
        Vec::new()
    }

    fn voices(_: Language) -> Vec<Voice> {
        Vec::new()
    }
}

impl preferences::Guest for Hostile {
    fn get(
        _: Vec<u8>,
        _: String,
        _: TaskType,
    ) -> Result<Option<preferences::Preferred>, preferences::PreferencesError> {
        Ok(None)
    }

    fn set(
        file: Vec<u8>,
        _: String,
        _: TaskType,
        _: preferences::Preferred,
    ) -> Result<Vec<u8>, preferences::PreferencesError> {
        Ok(file)
    }

    fn clear(
        file: Vec<u8>,
        _: String,
        _: Option<TaskType>,
    ) -> Result<Vec<u8>, preferences::PreferencesError> {
        Ok(file)
    }

    fn confirmation(_: TaskType, _: String, _: Language) -> String {
        String::new()
    }
}
