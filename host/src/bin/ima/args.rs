//! The command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use ima_host::types;

use crate::exit;

/// Music and speech from IMA Studio.
///
/// The API key is read from the environment variable IMA_API_KEY.
#[derive(Debug, Parser)]
#[command(name = "ima", version, after_help = exit::HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make music from a description
    Music(Create),
    /// Turn a text into speech
    Speech(Create),
    /// List the models and what they cost
    Models(Models),
    /// Go on waiting for a job, or list the jobs that can be gone on with
    Resume(Resume),
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Common {
    /// Print one JSON object to standard output, and everything else to standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The language of the messages; by default that of the system
    #[arg(long, global = true, value_enum)]
    pub(crate) language: Option<Language>,
    /// Another address of the service
    #[arg(long, global = true, value_name = "URL", env = "IMA_BASE_URL")]
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

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Create {
    /// The description of the music, or the text to speak
    #[arg(value_name = "TEXT")]
    pub(crate) prompt: String,
    /// The model, as listed by `ima models`
    #[arg(long, value_name = "ID")]
    pub(crate) model: Option<String>,
    /// A parameter of the model, for example: --param make_instrumental=true
    #[arg(long = "param", value_name = "NAME=JSON")]
    pub(crate) params: Vec<String>,
    /// Spend at most this many points
    #[arg(long, value_name = "POINTS")]
    pub(crate) budget: Option<u32>,
    #[command(flatten)]
    pub(crate) wait: Wait,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Wait {
    /// Where to save the audio; further files of the same job become FILE-2, FILE-3 and so on
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Replace files that exist
    #[arg(long)]
    pub(crate) force: bool,
    /// Wait at most this long for the audio
    #[arg(long, value_name = "SECONDS")]
    pub(crate) deadline: Option<u32>,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Models {
    /// Only the models for this
    #[arg(value_enum)]
    pub(crate) task: Option<Task>,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Resume {
    /// The id of the job or of its task; without it, the jobs are listed
    pub(crate) id: Option<String>,
    /// If it is unknown whether the job was started, start it again. It may cost points a second
    /// time
    #[arg(long, requires = "id")]
    pub(crate) create_again: bool,
    #[command(flatten)]
    pub(crate) wait: Wait,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Language {
    En,
    Zh,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Task {
    Music,
    Speech,
}

impl Common {
    /// The language that was asked for, else the system's where it is Chinese, else English.
    pub(crate) fn language(&self) -> types::Language {
        match self.language {
            Some(Language::En) => types::Language::En,
            Some(Language::Zh) => types::Language::Zh,
            None => system_language(
                ["LC_ALL", "LC_MESSAGES", "LANG"].map(|name| std::env::var(name).ok()),
            ),
        }
    }
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

impl From<Task> for types::TaskType {
    fn from(task: Task) -> Self {
        match task {
            Task::Music => Self::TextToMusic,
            Task::Speech => Self::TextToSpeech,
        }
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
    fn the_system_language_follows_posix() {
        let locale =
            |values: [&str; 3]| system_language(values.map(|value| Some(value.to_owned())));
        assert_eq!(locale(["", "", "zh_CN.UTF-8"]), types::Language::Zh);
        assert_eq!(locale(["C", "", "zh_CN.UTF-8"]), types::Language::En);
        assert_eq!(system_language([None, None, None]), types::Language::En);
    }
}
