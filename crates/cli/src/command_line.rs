//! The command line: its help, and what is said if it can't be used.

mod dashed_text;
mod localized;

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::process;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, Error, FromArgMatches, Parser};
use ima_host::types::Language;

use crate::command_error::{self, CommandError};
use crate::commands;
use crate::exit::{self, Exit};
use crate::options::{Common, of_the_system};
use crate::ui::out;
use crate::ui::text::{Text, command_error, say, shortened};

const EXAMPLES: &str = "\
Examples:
  ima music \"upbeat lo-fi hip hop, 90 BPM, no vocals\" --out song.mp3
  ima speech \"Hello.\" --voice Tim --play
  ima say \"写一首关于雨的歌，女声\"
  ima quote music \"calm ambient piano\" --model GenBGM
  ima resume --all
";

/// Music and speech from IMA Studio. The API key comes from the environment variable IMA_API_KEY.
/// ¦ IMA Studio 的音乐和语音。API 密钥取自环境变量 IMA_API_KEY。
#[derive(Debug, Parser)]
#[command(
    name = "ima",
    version,
    max_term_width = 100,
    after_help = [EXAMPLES, "\n", exit::HELP].concat()
)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: commands::Command,
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
    let apart = dashed_text::set_apart(words, &CommandLine::command());
    let words: Vec<_> = apart.words.iter().map(|it| it.to_string_lossy()).collect();
    let options = words.iter().skip(1).take_while(|word| *word != "--");
    let has = |name: &str| options.clone().any(|word| word == name);
    let language = language(options.clone());
    if words.len() < 2 {
        out::line(summary().get(language));
        process::exit(Exit::Usage as i32);
    }
    let mut shown = localized::command(CommandLine::command(), language);
    let parsed = shown.try_get_matches_from_mut(&apart.words);
    let error = match parsed.and_then(|it| CommandLine::from_arg_matches(&it)) {
        Ok(line) if !apart.scattered => return Ok(line),
        Ok(_) => scattered(),
        Err(error) if !error.use_stderr() => {
            help(&error, language);
            process::exit(0);
        }
        Err(error) => explain(&error, command(options.clone()).as_deref()),
    };
    Err(Unusable {
        error,
        language,
        json: has("--json") || has("--output-json"),
        events: has("--events"),
    })
}

/// The language that the options name, else the system's.
fn language<'a>(options: impl Iterator<Item = &'a Cow<'a, str>> + Clone) -> Language {
    let named = options
        .clone()
        .find_map(|word| word.strip_prefix("--language="));
    let mut after = options.skip_while(|word| *word != "--language").skip(1);
    match named.or(after.next().map(AsRef::as_ref)) {
        Some("zh") => Language::Zh,
        Some("en") => Language::En,
        _ => of_the_system(),
    }
}

/// Prints a help, in colours if it is for a person.
fn help(error: &Error, language: Language) {
    let text = error.render();
    let plain = !io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some();
    let text = match plain {
        true => text.to_string(),
        false => text.ansi().to_string(),
    };
    out::bytes(localized::labels(&text, language).as_bytes());
}

/// What to begin with.
fn summary() -> Text {
    say!(
        "\
ima: music and speech from IMA Studio

  ima music \"calm ambient piano\"      a price, a progress bar, a file
  ima speech \"Hello.\" --voice Tim     a text spoken, by one of `ima voices`
  ima say \"写一首关于雨的歌，女声\"       understands a sentence, and asks
  ima models                           what there is, and what it costs
  ima jobs                             what was started; ima resume ID goes on
  ima doctor                           what is wrong, if something is

All commands: ima --help             One of them: ima music --help",
        "\
ima：IMA Studio 的音乐和语音

  ima music \"平静的钢琴曲\"             价格、进度、文件
  ima speech \"你好。\" --voice Vivi     朗读文字，音色见 `ima voices`
  ima say \"写一首关于雨的歌，女声\"       理解一句话，先问再做
  ima models                           有哪些模型，多少积分
  ima jobs                             已开始的任务；ima resume 编号 可以继续
  ima doctor                           检查哪里有问题

所有命令：ima --help                   单个命令：ima music --help"
    )
}

/// Words of a text on both sides of an option.
fn scattered() -> CommandError {
    command_error!(
        Usage,
        "Options stand between the words of the text, so it is not clear which words belong to it."
            => "Put the text in quotation marks: ima music \"soft rain\" --title \"Good night\"",
        "文字中间有选项，分不清哪些词是文字。"
            => "请给文字加上引号：ima music \"轻轻的雨\" --title \"晚安\""
    )
}

/// The program's help, or that of a command, in English: for completions and manuals.
pub(crate) fn in_english() -> Command {
    localized::command(CommandLine::command(), Language::En)
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
    let mean = |near: &str| say!("Did you mean {near}?", "是否指 {near}？");
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
            let given = context(ContextKind::InvalidArg).unwrap_or_default();
            let near = context(ContextKind::SuggestedArg).filter(|it| is_near(it, &given));
            let hint = elsewhere(&given, command).or(near.as_deref().map(mean));
            let option = shortened(&given);
            let message = say!("Unknown option {option}", "这里没有 {option}。");
            (message, hint)
        }
        ErrorKind::InvalidSubcommand => {
            let name = shortened(&context(ContextKind::InvalidSubcommand).unwrap_or_default());
            (
                say!("Unknown command {name}", "没有命令 {name}。"),
                context(ContextKind::SuggestedSubcommand).map(|near| mean(&near)),
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

/// Whether one option may be a typing error of the other.
fn is_near(one: &str, other: &str) -> bool {
    strsim::damerau_levenshtein(one, other) <= 2
}

/// Options of other programs, and what does it here.
const SYNONYMS: [(&str, &str); 9] = [
    ("--format", "--out"),
    ("--output", "--out"),
    ("--file", "--out"),
    ("-o", "--out"),
    ("-m", "--model"),
    ("--speaker", "--voice"),
    ("--speed", "--rate"),
    ("--loudness", "--volume"),
    ("--style-tags", "--tags"),
];

/// Where an option belongs that a command doesn't have: to another command, or under another name.
fn elsewhere(option: &str, command: Option<&str>) -> Option<Text> {
    let all = CommandLine::command();
    let here = all.find_subcommand(command?)?;
    let has = |it: &Command, long: &str| it.get_arguments().any(|arg| arg.get_long() == Some(long));
    let long = |option: &'static str| option.trim_start_matches('-');
    if option == "--format" && has(here, "out") {
        return Some(say!(
            "The service chooses the format; --out NAME says where the file goes.",
            "格式由服务决定；用 --out 指定文件名。"
        ));
    }
    let synonym = SYNONYMS.iter().find(|(given, _)| *given == option);
    if let Some((_, ours)) = synonym.filter(|(_, ours)| has(here, long(ours))) {
        return Some(say!("Here it is {ours}.", "这里是 {ours}。"));
    }
    let name = option.strip_prefix("--")?;
    let others = all.get_subcommands().filter(|it| !it.is_hide_set());
    let others: Vec<_> = others
        .filter(|it| has(it, name))
        .map(|it| format!("`ima {}`", it.get_name()))
        .collect();
    let others = others.join(", ");
    (!others.is_empty()).then(|| {
        say!(
            "{option} belongs to {others}.",
            "{option} 是 {others} 的选项。"
        )
    })
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
