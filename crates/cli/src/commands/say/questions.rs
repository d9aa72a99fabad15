//! Questions back to the user, each with the option that answers it.

use ima_host::types::{About, Need, Question};
use serde::Serialize;

use crate::options::Common;
use crate::report;
use crate::ui::out;
use crate::ui::text::say;

/// Shows questions: they are the result.
pub(super) fn show(common: &Common, questions: &[Question], events: bool) {
    if common.json || events {
        #[derive(Serialize)]
        struct List<'a> {
            questions: Vec<Row<'a>>,
        }
        let questions = questions.iter().map(Row::of).collect();
        report::print(&List { questions }, common.json, events);
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
                Some(option) => say!("  answer with {option}", "  请用 {option} 回答"),
                None => say!(
                    "  say it again with the answer in it, for example after a colon",
                    "  请把答案加进去再说一遍，例如放在冒号后面"
                ),
            };
            out::line(with.get(common.language()));
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
