//! Questions back to the user, each with the option that answers it.

use ima_host::types::{About, Need, Question};
use serde::Serialize;

use crate::args::Common;
use crate::{out, text};

/// Shows questions: they are the result.
pub(crate) fn show<'a>(common: &Common, questions: impl Iterator<Item = &'a Question>) {
    let language = common.language();
    if common.json {
        #[derive(Serialize)]
        struct List<'a> {
            questions: Vec<Row<'a>>,
        }
        out::json(&List {
            questions: questions.map(Row::of).collect(),
        });
        return;
    }
    for question in questions {
        out::line(&question.text);
        let option = option(question.about);
        for choice in &question.options {
            let value = answer(question.about, &choice.value);
            match option {
                Some(option) => out::line(&format!("  {}: {option} {value}", choice.label)),
                None => out::line(&format!("  {}", choice.label)),
            }
        }
        if question.options.is_empty() {
            let with = match option {
                Some(option) => text::answer_with(language, option),
                None => text::answer_in_words(language),
            };
            out::line(&format!("  {with}"));
        }
    }
}

/// The option of `ima say` that answers a question.
const fn option(about: About) -> Option<&'static str> {
    match about {
        About::Task => Some("--task"),
        About::Model => Some("--model"),
        About::Voice => Some("--voice"),
        About::Text => Some("--text"),
        About::Lyrics => Some("--lyrics"),
        About::Emotion | About::Rate | About::Volume | About::Style => None,
    }
}

/// A choice as the option takes it.
fn answer(about: About, value: &str) -> &str {
    match (about, value) {
        (About::Task, "text_to_music") => "music",
        (About::Task, "text_to_speech") => "speech",
        _ => value,
    }
}

#[derive(Serialize)]
struct Row<'a> {
    about: &'static str,
    need: &'static str,
    text: &'a str,
    option: Option<&'static str>,
    choices: Vec<Choice<'a>>,
}

#[derive(Serialize)]
struct Choice<'a> {
    value: &'a str,
    label: &'a str,
}

impl<'a> Row<'a> {
    fn of(question: &'a Question) -> Self {
        let about = question.about;
        let choices = question.options.iter().map(|choice| Choice {
            value: answer(about, &choice.value),
            label: &choice.label,
        });
        Self {
            about: match about {
                About::Task => "task",
                About::Text => "text",
                About::Voice => "voice",
                About::Emotion => "emotion",
                About::Rate => "rate",
                About::Volume => "volume",
                About::Style => "style",
                About::Model => "model",
                About::Lyrics => "lyrics",
            },
            need: match question.need {
                Need::Required => "required",
                Need::Suggested => "suggested",
                Need::Optional => "optional",
            },
            text: &question.text,
            option: option(about),
            choices: choices.collect(),
        }
    }
}
