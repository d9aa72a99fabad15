//! The command line: its help, and what is said if it can't be used.

mod dashed_text;

use std::borrow::Cow;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error, Parser};
use ima_host::types::Language;

use crate::command_error::{self, CommandError};
use crate::commands::Command;
use crate::exit;
use crate::options::{Common, of_the_system};
use crate::ui::text::{Text, say, shortened};

const EXAMPLES: &str = "\
Examples:
  ima music \"upbeat lo-fi hip hop, 90 BPM, no vocals\" --out song.mp3
  ima speech \"Hello.\" --voice Tim --play
  ima say \"写一首关于雨的歌，女声\"
  ima quote music \"calm ambient piano\" --model GenBGM
  ima resume --all
";

/// Music and speech from IMA Studio. The API key comes from the environment variable IMA_API_KEY.
#[derive(Debug, Parser)]
#[command(
    name = "ima",
    version,
    max_term_width = 100,
    after_help = [EXAMPLES, "
", exit::HELP].concat()
)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A command line that can't be used.
pub(crate) struct Unusable {
    pub(crate) error: CommandError,
    pub(crate) language: Language,
    /// Whether the caller asked for an object, at the end or as the last event.
    pub(crate) json: bool,
    pub(crate) events: bool,
}

/// Reads a command line. If it asks for help or the version, prints that and ends the program.
pub(crate) fn read(words: Vec<OsString>) -> Result<CommandLine, Unusable> {
    let words = dashed_text::set_apart(words, &CommandLine::command());
    let error = match CommandLine::try_parse_from(&words) {
        Ok(line) => return Ok(line),
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
    Err(Unusable {
        error: explain(&error, command(options.clone()).as_deref()),
        language,
        json: has("--json") || has("--output-json"),
        events: has("--events"),
    })
}

/// The command that was meant, if it is one.
fn command<'a>(mut words: impl Iterator<Item = &'a Cow<'a, str>>) -> Option<String> {
    let all = CommandLine::command();
    let found = words.find_map(|word| all.find_subcommand(word.as_ref()));
    found.map(|command| command.get_name().to_owned())
}

fn explain(error: &Error, command: Option<&str>) -> CommandError {
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
    let named = |kind| {
        let text = context(kind).unwrap_or_default();
        // With its value's name it is `--out <PATH>`.
        text.split(" <").next().unwrap_or_default().to_owned()
    };
    let option = named(ContextKind::InvalidArg);
    let value = shortened(&context(ContextKind::InvalidValue).unwrap_or_default());
    let choices = context(ContextKind::ValidValue).map(|all| say!("One of: {all}", "可选：{all}"));
    let meant = |kind| context(kind).map(|near| say!("Did you mean {near}?", "是否指 {near}？"));
    let (message, hint) = match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => {
            (say!("{option} is empty.", "{option} 是空的。"), choices)
        }
        ErrorKind::InvalidValue
        | ErrorKind::ValueValidation
        | ErrorKind::NoEquals
        | ErrorKind::TooManyValues
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues => (
            say!(
                "{option}: {value} can't be used.",
                "{option}：{value} 不能使用。"
            ),
            choices,
        ),
        ErrorKind::UnknownArgument => {
            let option = shortened(&context(ContextKind::InvalidArg).unwrap_or_default());
            (
                say!("Unknown option {option}", "这里没有 {option}。"),
                meant(ContextKind::SuggestedArg),
            )
        }
        ErrorKind::InvalidSubcommand => {
            let name = shortened(&context(ContextKind::InvalidSubcommand).unwrap_or_default());
            (
                say!("Unknown command {name}", "没有命令 {name}。"),
                meant(ContextKind::SuggestedSubcommand),
            )
        }
        ErrorKind::MissingRequiredArgument => {
            let what = context(ContextKind::InvalidArg).unwrap_or_default();
            (say!("Missing: {what}", "缺少：{what}"), None)
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            (say!("Missing: a command", "缺少命令。"), None)
        }
        ErrorKind::ArgumentConflict => {
            let other = named(ContextKind::PriorArg);
            (
                say!(
                    "{option} and {other} can't be used together.",
                    "{option} 和 {other} 不能同时使用。"
                ),
                None,
            )
        }
        _ => (
            say!("The command line can't be read.", "无法识别命令行。"),
            None,
        ),
    };
    CommandError::new(command_error::ErrorKind::Usage, message)
        .hint(hint.unwrap_or_else(|| see_help(command)))
}

/// Where to look, for one of the commands or for all.
fn see_help(command: Option<&str>) -> Text {
    let command = command.map_or_else(String::new, |command| format!("{command} "));
    say!(
        "For help: ima {command}--help",
        "查看用法：ima {command}--help"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the terminal of whoever runs the tests.
    const WIDTH: usize = 100;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn the_help_documents_every_exit_code() {
        let mut command = CommandLine::command().term_width(WIDTH);
        let help = command.render_long_help().to_string();
        for code in ["0 ", "2 ", "3 ", "4 ", "5 ", "6 ", "7 ", "8 ", "9 ", "10 "] {
            assert!(
                help.lines().any(|line| line.trim_start().starts_with(code)),
                "{code}"
            );
        }
        assert!(!help.contains("clock-rate"));
    }

    #[test]
    fn every_command_has_an_example_that_it_accepts() {
        let command = CommandLine::command().term_width(WIDTH);
        let shown = command.get_subcommands().filter(|it| !it.is_hide_set());
        for command in shown.cloned() {
            let mut command = command.term_width(WIDTH);
            let help = command.render_long_help().to_string();
            let examples: Vec<_> = help
                .lines()
                .filter_map(|line| line.strip_prefix("  ima "))
                .collect();
            assert!(!examples.is_empty(), "{}", command.get_name());
            for example in examples {
                let mut words = shlex::split(example).unwrap();
                // What comes after is the shell's.
                let end = words.iter().position(|word| word == ">" || word == "|");
                words.truncate(end.unwrap_or(words.len()));
                let parsed =
                    CommandLine::try_parse_from(["ima".to_owned()].into_iter().chain(words));
                assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
            }
        }
    }
}
