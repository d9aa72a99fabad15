//! From an utterance to what it asks for.

use super::delimited::{Parts, split};
use super::normalize::{is_han, is_letter, normalize};
use super::preference::{Around, wish};
use super::questions::rows;
use super::scan::{Findings, scan};
use super::{About, Interpretation, PreferenceWish, Question, resolve};
use crate::prelude::*;
use ima_core::request::{Language, Parameter, TaskType};

/// Reads an utterance (music and speech: "User Input Parsing").
pub fn interpret(utterance: &str) -> Interpretation {
    read(utterance, None, None, language_of(utterance))
}

/// Reads an utterance whose task is settled, and perhaps its model: by the answers to questions about
/// [`About::Task`] and [`About::Model`], by today's prices, or by where it was typed.
///
/// A settled model isn't asked about again. One that the tables don't know gets no parameters.
pub fn interpret_as(task: TaskType, model_id: Option<&str>, utterance: &str) -> Interpretation {
    read(utterance, Some(task), model_id, language_of(utterance))
}

fn language_of(utterance: &str) -> Language {
    if utterance.contains(is_han) {
        Language::Zh
    } else {
        Language::En
    }
}

/// An utterance and what was found in it.
pub(super) struct Reading<'a> {
    pub(super) parts: Parts<'a>,
    pub(super) found: Findings,
    /// The model, if it is settled already.
    pub(super) model: Option<&'a str>,
    pub(super) language: Language,
}

/// What one task makes of a reading.
#[derive(Default)]
pub(super) struct Resolved {
    pub(super) model: Option<&'static str>,
    pub(super) named: bool,
    pub(super) parameters: Vec<Parameter>,
    pub(super) prompt: Option<String>,
    pub(super) questions: Vec<Question>,
    /// The models that can do it, for the cheapest of them.
    pub(super) among: &'static [&'static str],
}

impl Resolved {
    pub(super) fn asks(&self, about: About) -> bool {
        self.questions.iter().any(|it| it.about == about)
    }
}

/// Reads an utterance, in a given language and perhaps for a given task and model.
pub(super) fn read(
    utterance: &str,
    task: Option<TaskType>,
    model: Option<&str>,
    language: Language,
) -> Interpretation {
    let parts = split(utterance);
    // If all of it is quoted, the quotation is the instruction.
    let bare = !parts.instruction.contains(is_letter);
    let whole = bare.then(|| normalize(utterance));
    let instruction = whole.as_ref().unwrap_or(&parts.instruction);
    let around = match parts.text {
        Some(_) if !bare => Around::default(),
        _ => Around::read(instruction),
    };
    let mut found = scan(instruction);
    let task = task.or_else(|| found.task());
    // A description says how the music should be; words to speak or to sing say nothing about it.
    if task == Some(TaskType::TextToMusic) && !found.lyrics() && parts.text.is_some() {
        found = scan(&normalize(utterance));
    }
    let reading = Reading {
        parts,
        found,
        model,
        language,
    };
    let mut resolved = match task {
        Some(TaskType::TextToMusic) => resolve::music(&reading),
        Some(TaskType::TextToSpeech) => resolve::speech(&reading),
        None => Resolved {
            prompt: reading.parts.text.map(str::to_owned),
            questions: [rows::WHICH_TASK.ask(language)].into(),
            among: resolve::ALL,
            ..Resolved::default()
        },
    };
    let preference = wish(&reading.found, &resolved, around);
    let preference_only = around.prefers && preference != PreferenceWish::Keep;
    if preference_only {
        let stays = |it: &Question| matches!(it.about, About::Task | About::Model);
        resolved.questions.retain(stays);
    } else if around.names_only
        && task == Some(TaskType::TextToMusic)
        && !resolved.asks(About::Text)
    {
        resolved
            .questions
            .insert(0, rows::DESCRIPTION.ask(language));
    }
    let spoken = task == Some(TaskType::TextToSpeech);
    Interpretation {
        language,
        preference_only,
        task,
        model_id: resolved.model,
        model_named: resolved.named,
        parameters: resolved.parameters,
        voice: reading.found.voice().filter(|_| spoken),
        preference,
        prompt: resolved.prompt,
        questions: resolved.questions,
    }
}
