//! The requirements' tables, row by row, and what must hold for any utterance.

mod asking;
mod music;
mod narration;
mod normalize;
mod preference;
mod preference_only;
mod properties;
mod several;
mod speech;
mod wording;

use super::*;
use serde_json::Value;

/// The task, where it is known.
fn task(utterance: &str) -> Option<TaskType> {
    interpret(utterance).task
}

/// One parameter's value.
fn parameter(interpretation: &Interpretation, name: &str) -> Option<Value> {
    let mut all = interpretation.parameters.iter();
    let found = all.find(|parameter| parameter.name == name)?;
    Some(found.value.clone())
}

/// The question about something.
fn asks(interpretation: &Interpretation, about: About) -> Option<Question> {
    let mut all = interpretation.questions.iter();
    all.find(|question| question.about == about).cloned()
}

/// The values to choose from.
fn values(question: &Question) -> Vec<&'static str> {
    question.options.iter().map(|choice| choice.value).collect()
}
