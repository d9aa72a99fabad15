//! Whether a sentence asks for something to be made.
//!
//! Only what asks for it may cost the user points. A sentence is read clause by clause: a verb of
//! making or wishing with its object, or a description of music by itself, asks; a question, a
//! refusal or a statement before it in the clause takes the clause out. What remains in doubt is
//! [`Intent::Unclear`].

use super::Intent;
use super::clause::{Clause, read};
use super::normalize::normalize;

/// What is known beside the words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside<'a> {
    /// The text that was set off by quotes or a colon.
    pub(super) text: Option<&'a str>,
    /// The user answered whether it is music or speech.
    pub(super) settled: bool,
}

/// What a normalised text, without the one that was set off, is for.
pub(super) fn intent(text: &str, beside: Beside<'_>) -> Intent {
    let clauses = read(text);
    let any = |holds: fn(&Clause) -> bool| clauses.iter().any(holds);
    let set_off = beside.text.is_some_and(|text| !is_model(text));
    let content = set_off || any(|it| it.content && (it.is_open() || it.made()));
    let asked = any(|it| it.price || it.jobs || it.asks);
    let topic = if any(|it| it.price) {
        Intent::Price
    } else if any(|it| it.jobs) {
        Intent::Jobs
    } else {
        Intent::Unclear
    };
    let marked = text.trim_end_matches([' ', '"', '!']).ends_with('?');
    let question = marked || any(|it| it.can) || clauses.last().is_some_and(|it| it.ends_asking);
    let granted = !question || content && any(|it| it.can || it.please);

    let given = |it: &Clause| set_off && it.is_open() && it.names_something();
    let made = clauses.iter().position(|it| it.made() || given(it));
    if let Some(made) = made {
        let later = clauses.get(made + 1..).unwrap_or_default();
        return if later.iter().any(Clause::takes_back) {
            Intent::Decline
        } else if any(|it| it.price) || !granted {
            topic
        } else {
            Intent::Create
        };
    }
    let prefers = any(Clause::prefers);
    let among = any(|it| it.model && !it.refuses) || any(|it| it.cheap && it.always);
    let spare = |it: &Clause| it.content && !it.avoids();
    let described = any(Clause::describes_music);
    let polite = !question || any(|it| it.can || it.please);
    if prefers && among && !asked && !set_off && polite && !described {
        return match clauses.iter().any(spare) {
            false => Intent::Prefer,
            true => Intent::Unclear,
        };
    }
    if asked || question {
        topic
    } else if any(Clause::declines) {
        Intent::Decline
    } else if content && described && !any(|it| it.elsewhere)
        || beside.settled && any(|it| it.describes())
    {
        Intent::Create
    } else if any(Clause::avoids) || any(|it| it.withdraws) {
        Intent::Decline
    } else {
        Intent::Unclear
    }
}

/// Whether a text is nothing but a model's name.
fn is_model(text: &str) -> bool {
    let clauses = read(&normalize(text));
    clauses.iter().any(|it| it.model) && !clauses.iter().any(|it| it.content)
}
