//! `ima prefs`.

use clap::{Args, Subcommand};

use super::Task;

/// `ima prefs`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima prefs get
  ima prefs set music sonic
  ima prefs clear speech --user 42

Without a usual model, Suno is taken for music and seed-tts-2.0 for speech.")]
pub(crate) struct Prefs {
    #[command(subcommand)]
    pub(crate) command: PrefsCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PrefsCommand {
    /// Show the models that are usually taken
    Get {
        /// Only for this
        #[arg(value_enum)]
        task: Option<Task>,
    },
    /// Take a model from now on
    Set {
        /// For what
        #[arg(value_enum)]
        task: Task,
        /// The model, as listed by `ima models`
        model: String,
    },
    /// Forget the models that are usually taken
    Clear {
        /// Only for this
        #[arg(value_enum)]
        task: Option<Task>,
    },
}
