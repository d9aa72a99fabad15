//! A command line that can't be used, in two lines and, for a program, as an object.

use std::borrow::Cow;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error, Parser};
use ima_host::types::Language;

use super::{Args, of_the_system};
use crate::text::{self, Advice};

/// A command line that can't be used.
pub(crate) struct Refusal {
    pub(crate) advice: Advice,
    pub(crate) language: Language,
    /// Whether the caller asked for an object, at the end or as the last event.
    pub(crate) json: bool,
    pub(crate) events: bool,
}

/// Reads a command line. Help and the version are printed, and the program ends.
pub(crate) fn read(words: Vec<OsString>) -> Result<Args, Refusal> {
    let error = match Args::try_parse_from(&words) {
        Ok(args) => return Ok(args),
        Err(error) => error,
    };
    let lost = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if !error.use_stderr() || (lost && words.len() < 2) {
        error.exit();
    }
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let options = words.iter().skip(1).take_while(|word| *word != "--");
    let has = |name: &str| options.clone().any(|word| word == name);
    let named = options
        .clone()
        .find_map(|word| word.strip_prefix("--language="));
    let after = options
        .clone()
        .skip_while(|word| *word != "--language")
        .nth(1);
    let language = match named.or(after.map(AsRef::as_ref)) {
        Some("zh") => Language::Zh,
        Some("en") => Language::En,
        _ => of_the_system(),
    };
    Err(Refusal {
        advice: advice(&error, command(options.clone()).as_deref(), language),
        language,
        json: has("--json") || has("--output-json"),
        events: has("--events"),
    })
}

/// The command that was meant, where it is one.
fn command<'a>(mut words: impl Iterator<Item = &'a Cow<'a, str>>) -> Option<String> {
    let all = Args::command();
    let found = words.find_map(|word| all.find_subcommand(word.as_ref()));
    found.map(|command| command.get_name().to_owned())
}

fn advice(error: &Error, of: Option<&str>, language: Language) -> Advice {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        Some(ContextValue::StyledStr(text)) => Some(text.to_string()),
        Some(ContextValue::StyledStrs(texts)) => {
            let texts: Vec<_> = texts.iter().map(ToString::to_string).collect();
            Some(texts.join(", "))
        }
        _ => None,
    };
    // With its value's name it is `--out <PATH>`.
    let argument = context(ContextKind::InvalidArg).unwrap_or_default();
    let option = argument.split(" <").next().unwrap_or_default();
    let command = context(ContextKind::InvalidSubcommand);
    let value = context(ContextKind::InvalidValue).unwrap_or_default();
    let help = text::see_help(language, of);
    let (what, then) = match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => {
            let choices = context(ContextKind::ValidValue);
            (
                text::option_empty(language, option).what,
                choices.map(|valid| text::choices(language, &valid)),
            )
        }
        ErrorKind::InvalidValue => (
            text::option_value(language, option, &value),
            context(ContextKind::ValidValue).map(|valid| text::choices(language, &valid)),
        ),
        ErrorKind::ValueValidation => (text::option_value(language, option, &value), None),
        ErrorKind::UnknownArgument => (
            text::unknown_option(language, &argument),
            context(ContextKind::SuggestedArg).map(|near| text::did_you_mean(language, &near)),
        ),
        ErrorKind::InvalidSubcommand => (
            text::unknown_command(language, &command.unwrap_or_default()),
            context(ContextKind::SuggestedSubcommand)
                .map(|near| text::did_you_mean(language, &near)),
        ),
        ErrorKind::MissingRequiredArgument => (text::missing(language, &argument), None),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            (text::no_command(language), None)
        }
        ErrorKind::ArgumentConflict => {
            let other = context(ContextKind::PriorArg).unwrap_or_default();
            let other = other.split(" <").next().unwrap_or_default();
            (text::not_together(language, option, other), None)
        }
        ErrorKind::NoEquals
        | ErrorKind::TooManyValues
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues => (text::option_value(language, option, &value), None),
        _ => (text::unreadable(language), None),
    };
    Advice {
        what,
        then: then.unwrap_or(help),
    }
}
