//! The command line: the program, its commands and what they all take.

mod catalogue;
mod create;
mod generate;
mod jobs;
mod prefs;
mod refusal;
mod say;
mod service;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use ima_host::types;

pub(crate) use catalogue::{Model, Models, Quote, Quoted, Voices};
pub(crate) use create::Create;
pub(crate) use generate::{
    Asked, Delivery, Generate, Many, Music, MusicFlags, Speech, SpeechFlags, Spending, Style,
    VocalGender,
};
pub(crate) use jobs::{Jobs, JobsCommand, Resume};
pub(crate) use prefs::{Prefs, PrefsCommand};
pub(crate) use refusal::{Refusal, read};
pub(crate) use say::Say;
#[cfg(feature = "simulator")]
pub(crate) use service::Simulator;
pub(crate) use service::{Completions, Manual};

use crate::exit;
use crate::text::{self, Advice};

const EXAMPLES: &str = "\
Examples:
  ima music \"upbeat lo-fi hip hop, 90 BPM, no vocals\" --out song.mp3
  ima speech \"Hello.\" --voice Tim --play
  ima say \"写一首关于雨的歌，女声\"
  ima quote music \"calm ambient piano\" --model GenBGM
  ima resume --all
";

/// Music and speech from IMA Studio.
///
/// The API key is read from the environment variable IMA_API_KEY.
#[derive(Debug, Parser)]
#[command(name = "ima", version, after_help = [EXAMPLES, "\n", exit::HELP].concat())]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make music from a description
    Music(Music),
    /// Turn a text into speech
    Speech(Speech),
    /// Do what a sentence in Chinese or English asks for
    Say(Say),
    /// What a generation would send and cost; never spends
    Quote(Quote),
    /// List the models and what they cost
    Models(Models),
    /// Show one model: its prices and parameters
    Model(Model),
    /// List the voices for speech
    Voices(Voices),
    /// Go on waiting for jobs, at no further cost
    Resume(Resume),
    /// List the jobs of this machine, or show one
    Jobs(Jobs),
    /// Show and change the models that are usually taken
    Prefs(Prefs),
    /// The flags of the skills' scripts, for what was written for them
    Create(Create),
    /// Check the key, the network, the clock, the folders and the component
    #[command(after_help = service::DOCTOR_EXAMPLES)]
    Doctor,
    /// Print a completion script for a shell
    Completions(Completions),
    /// Run a stand-in for the service on this machine
    #[cfg(feature = "simulator")]
    Simulator(Simulator),
    /// Write the manual pages into a folder
    #[command(hide = true)]
    Manual(Manual),
}

impl Command {
    /// Whether every event is to be a line of JSON.
    pub(crate) const fn wants_events(&self) -> bool {
        match self {
            Self::Music(music) => music.generate.delivery.events,
            Self::Speech(speech) => speech.generate.delivery.events,
            Self::Say(say) => say.delivery.events,
            Self::Resume(resume) => resume.delivery.events,
            _ => false,
        }
    }
}

#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Common {
    /// Print one JSON object to standard output, and everything else to standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print nothing but the result and what went wrong
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// The language of the messages; by default that of the system
    #[arg(long, global = true, value_enum)]
    pub(crate) language: Option<Language>,
    /// Whose preferences to use; known on this machine only, and never sent
    #[arg(
        long,
        visible_alias = "user-id",
        global = true,
        value_name = "ID",
        env = "IMA_USER_ID",
        default_value = "default"
    )]
    pub(crate) user: String,
    /// Another address of the service
    #[arg(long, global = true, value_name = "URL", env = BASE_URL)]
    pub(crate) base_url: Option<String>,
    /// Let time pass faster for the component; only with a simulator on this machine
    #[arg(
        long,
        global = true,
        hide = true,
        value_name = "N",
        default_value_t = 1
    )]
    pub(crate) clock_rate: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    En,
    Zh,
}

impl From<Language> for types::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::En,
            Language::Zh => Self::Zh,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Task {
    Music,
    Speech,
}

impl From<Task> for types::TaskType {
    fn from(task: Task) -> Self {
        match task {
            Task::Music => Self::TextToMusic,
            Task::Speech => Self::TextToSpeech,
        }
    }
}

impl Common {
    /// The language that was asked for, else the system's where it is Chinese, else English.
    pub(crate) fn language(&self) -> types::Language {
        self.language.map_or_else(of_the_system, Into::into)
    }

    /// Another address of the service. An empty variable is none; an empty option is a mistake,
    /// because it would hide the variable.
    pub(crate) fn address(&self) -> Result<Option<&str>, Advice> {
        match self.base_url.as_deref() {
            Some("") if std::env::var_os(BASE_URL).is_none_or(|it| !it.is_empty()) => {
                Err(text::option_empty(self.language(), "--base-url"))
            }
            Some("") | None => Ok(None),
            Some(url) => Ok(Some(url)),
        }
    }
}

/// The variable that names another address of the service.
const BASE_URL: &str = "IMA_BASE_URL";

pub(crate) fn of_the_system() -> types::Language {
    system_language(["LC_ALL", "LC_MESSAGES", "LANG"].map(|name| std::env::var(name).ok()))
}

/// The first variable that is set decides, as in POSIX.
fn system_language(variables: [Option<String>; 3]) -> types::Language {
    let locale = variables
        .into_iter()
        .flatten()
        .find(|value| !value.is_empty());
    match locale {
        Some(locale) if locale.starts_with("zh") => types::Language::Zh,
        _ => types::Language::En,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_help_documents_every_exit_code() {
        let help = Args::command().render_long_help().to_string();
        for code in ["0 ", "2 ", "3 ", "4 ", "5 ", "6 ", "7 ", "8 ", "9 "] {
            assert!(
                help.lines().any(|line| line.trim_start().starts_with(code)),
                "{code}"
            );
        }
        assert!(!help.contains("clock-rate"));
    }

    #[test]
    fn every_command_has_an_example_that_it_accepts() {
        let command = Args::command();
        let shown = command.get_subcommands().filter(|it| !it.is_hide_set());
        for mut command in shown.cloned() {
            let help = command.render_long_help().to_string();
            let examples: Vec<_> = help
                .lines()
                .filter_map(|line| line.trim_start().strip_prefix("ima "))
                .collect();
            assert!(!examples.is_empty(), "{}", command.get_name());
            for example in examples {
                let words = words(example);
                let parsed = Args::try_parse_from(["ima".to_owned()].into_iter().chain(words));
                assert!(parsed.is_ok(), "{example}: {:?}", parsed.err());
            }
        }
    }

    /// The words of a command line, as a shell takes them apart: quotes, and no more.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quote = None;
        for letter in line.chars() {
            match (letter, quote) {
                (letter, Some(open)) if letter == open => quote = None,
                ('"' | '\'', None) => quote = Some(letter),
                (' ', None) => words.push(String::new()),
                (letter, _) => words.last_mut().unwrap().push(letter),
            }
        }
        // What comes after is the shell's.
        let end = words
            .iter()
            .position(|word| matches!(word.as_str(), ">" | "|"));
        words.truncate(end.unwrap_or(words.len()));
        words
    }

    #[test]
    fn the_system_language_follows_posix() {
        let locale =
            |values: [&str; 3]| system_language(values.map(|value| Some(value.to_owned())));
        assert_eq!(locale(["", "", "zh_CN.UTF-8"]), types::Language::Zh);
        assert_eq!(locale(["C", "", "zh_CN.UTF-8"]), types::Language::En);
        assert_eq!(system_language([None, None, None]), types::Language::En);
    }
}
