//! From an utterance to what it asks for.

use super::delimited::{Parts, split};
use super::intent::{Beside, intent};
use super::normalize::{is_han, is_letter, normalize};
use super::scan::{Findings, scan};
use super::{
    About, Choice, Intent, Interpretation, Need, PreferenceWish, Question, Understood, say,
};
use super::{intake, resolve};
use crate::prelude::*;
use crate::request::{Language, Parameter, TaskType};

/// Reads an utterance (music and speech: "User Input Parsing").
pub fn interpret(utterance: &str) -> Interpretation {
    read(utterance, None, None, language_of(utterance))
}

/// Reads an utterance whose task is settled, and perhaps its model: by the answers to questions about
/// [`About::Task`] and [`About::Model`], by today's prices, or by where it was typed.
///
/// A settled model is not asked about again. One that the tables do not know gets no parameters.
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
    pub(super) utterance: &'a str,
    pub(super) parts: Parts<'a>,
    pub(super) found: Findings,
    /// The model, where it is settled already.
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

/// Reads an utterance, in a given language and perhaps for a given task and model.
pub(super) fn read(
    utterance: &str,
    task: Option<TaskType>,
    model: Option<&str>,
    language: Language,
) -> Interpretation {
    let parts = split(utterance);
    // Where all of it is quoted, the quotation is the instruction.
    let bare = !parts.instruction.contains(is_letter);
    let whole = bare.then(|| normalize(utterance));
    let instruction = whole.as_ref().unwrap_or(&parts.instruction);
    let mut found = scan(instruction);
    let beside = Beside {
        text: parts.text.filter(|_| !bare),
        settled: task.is_some(),
    };
    let mut intent = intent(instruction, beside);
    let task = task.or_else(|| found.task());
    // A description says how the music should be; words to speak or to sing say nothing about it.
    if task == Some(TaskType::TextToMusic) && !found.lyrics && parts.text.is_some() {
        found = scan(&normalize(utterance));
    }
    let reading = Reading {
        utterance,
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
            questions: vec![which_task(language)],
            among: resolve::ALL,
            ..Resolved::default()
        },
    };
    let preference = preference(&reading.found, &resolved, intent);
    if intent == Intent::Prefer && preference == PreferenceWish::Keep {
        intent = Intent::Unclear;
    }
    settle(&mut resolved.questions, intent, task, language);
    let spoken = task == Some(TaskType::TextToSpeech);
    Interpretation {
        language,
        intent,
        task: task.map_or(Understood::Unclear, Understood::Known),
        model_id: resolved.model,
        model_named: resolved.named,
        parameters: resolved.parameters,
        voice: reading.found.voice().filter(|_| spoken),
        preference,
        prompt: resolved.prompt,
        questions: resolved.questions,
    }
}

/// The questions that an intent leaves: a preference needs nothing but the task and the model, and
/// what asks for nothing is asked what to make.
fn settle(
    questions: &mut Vec<Question>,
    intent: Intent,
    task: Option<TaskType>,
    language: Language,
) {
    match (intent, task) {
        (Intent::Create, _) | (_, None) => {}
        (Intent::Prefer, _) => {
            questions.retain(|it| matches!(it.about, About::Task | About::Model));
        }
        (_, Some(task)) => {
            if !questions.iter().any(|it| it.about == About::Text) {
                questions.insert(0, intake::text(task, language));
            }
        }
    }
}

/// A model that is switched to has to be one for the task, or asked for.
fn preference(found: &Findings, resolved: &Resolved, intent: Intent) -> PreferenceWish {
    let asked = |question: &Question| question.about == About::Model;
    let settled = resolved.named || resolved.questions.iter().any(asked);
    let open = |it: &Question| it.about == About::Task;
    let prefers = intent == Intent::Prefer && (settled || resolved.questions.iter().any(open));
    if matches!(intent, Intent::Decline | Intent::Jobs | Intent::Price) {
        PreferenceWish::Keep
    } else if found.cheapest {
        PreferenceWish::Cheapest {
            remember: found.always || found.remember_this,
            among: resolved.among,
        }
    } else if found.remember_this || found.remember && settled || prefers && found.always {
        PreferenceWish::Remember
    } else if found.switch && settled || prefers {
        PreferenceWish::Switch
    } else {
        PreferenceWish::Keep
    }
}

fn which_task(language: Language) -> Question {
    let choice = |task: TaskType, zh, en| Choice {
        value: task.name(),
        label: say(language, zh, en).to_owned(),
    };
    Question {
        about: About::Task,
        text: say(
            language,
            "想要生成音乐，还是把文字读成语音？",
            "Should it be music, or a text read aloud?",
        ),
        need: Need::Required,
        options: vec![
            choice(TaskType::TextToMusic, "音乐", "Music"),
            choice(TaskType::TextToSpeech, "语音", "A text read aloud"),
        ],
    }
}
