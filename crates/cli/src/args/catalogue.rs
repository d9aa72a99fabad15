//! `ima quote`, `ima models`, `ima model` and `ima voices`.

use clap::{Args, Subcommand, ValueEnum};
use ima_host::types;

use super::{Asked, MusicFlags, SpeechFlags, Task};

const QUOTE_EXAMPLES: &str = "\
Examples:
  ima quote music \"calm ambient piano\" --model GenBGM
  ima quote speech \"Hello.\" --voice Tim --json";

/// `ima quote`
#[derive(Debug, Clone, Args)]
#[command(after_help = QUOTE_EXAMPLES)]
pub(crate) struct Quote {
    #[command(subcommand)]
    pub(crate) what: Quoted,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Quoted {
    /// What music would cost
    Music {
        /// The description of the music
        #[arg(value_name = "TEXT")]
        prompt: String,
        #[command(flatten)]
        asked: Asked,
        #[command(flatten)]
        flags: MusicFlags,
    },
    /// What speech would cost
    Speech {
        /// The text to speak
        #[arg(value_name = "TEXT")]
        prompt: String,
        #[command(flatten)]
        asked: Asked,
        #[command(flatten)]
        flags: SpeechFlags,
    },
}

/// `ima models`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  ima models\n  ima models music --json")]
pub(crate) struct Models {
    /// Only the models for this
    #[arg(value_enum)]
    pub(crate) task: Option<Task>,
}

/// `ima model`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  ima model sonic\n  ima model seed-tts-2.0 --json")]
pub(crate) struct Model {
    /// The model, as listed by `ima models`
    pub(crate) id: String,
}

/// `ima voices`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  ima voices\n  ima voices --scene video --gender male")]
pub(crate) struct Voices {
    /// Only the voices for this
    #[arg(long, value_enum)]
    pub(crate) scene: Option<Scene>,
    /// Only the voices that sound like this
    #[arg(long, value_enum)]
    pub(crate) gender: Option<Gender>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scene {
    General,
    RolePlay,
    Video,
    Multilingual,
}

impl From<Scene> for types::Scene {
    fn from(scene: Scene) -> Self {
        match scene {
            Scene::General => Self::General,
            Scene::RolePlay => Self::RolePlay,
            Scene::Video => Self::Video,
            Scene::Multilingual => Self::Multilingual,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Gender {
    Female,
    Male,
}

impl From<Gender> for types::Gender {
    fn from(gender: Gender) -> Self {
        match gender {
            Gender::Female => Self::Female,
            Gender::Male => Self::Male,
        }
    }
}
