//! `ima music`, `ima speech`, and what every command that generates takes.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

const MUSIC_EXAMPLES: &str = "\
Examples:
  ima music \"upbeat lo-fi hip hop, 90 BPM, no vocals\" --out song.mp3
  ima music \"a lullaby\" --lyrics @words.txt --vocal-gender female --title \"Good night\"
  ima music \"calm ambient piano\" --model GenBGM --budget 30 --json
  ima music --prompts-file ideas.txt --concurrency 4 --out songs
  ima music \"a jingle\" --dry-run";

const SPEECH_EXAMPLES: &str = "\
Examples:
  ima speech \"Hello, and welcome.\" --voice Tim --play
  ima speech \"你好，世界。\" --voice zh_male_sophie_uranus_bigtts --rate 20 --out hello.mp3
  ima speech \"Breaking news.\" --style standard --no-wait --quiet
  ima speech --prompts-file lines.txt --out spoken";

/// `ima music`
#[derive(Debug, Clone, Args)]
#[command(
    after_help = MUSIC_EXAMPLES,
    override_usage = "ima music [OPTIONS] <TEXT | --prompts-file <FILE>>"
)]
pub(crate) struct Music {
    #[command(flatten)]
    pub(crate) generate: Generate,
    #[command(flatten)]
    pub(crate) flags: MusicFlags,
}

/// `ima speech`
#[derive(Debug, Clone, Args)]
#[command(
    after_help = SPEECH_EXAMPLES,
    override_usage = "ima speech [OPTIONS] <TEXT | --prompts-file <FILE>>"
)]
pub(crate) struct Speech {
    #[command(flatten)]
    pub(crate) generate: Generate,
    #[command(flatten)]
    pub(crate) flags: SpeechFlags,
}

/// A new generation, or several.
#[derive(Debug, Clone, Args)]
pub(crate) struct Generate {
    /// The description of the music, or the text to speak; `-` is standard input
    #[arg(value_name = "TEXT", required_unless_present = "prompts_file")]
    pub(crate) prompt: Option<String>,
    #[command(flatten)]
    pub(crate) many: Many,
    #[command(flatten)]
    pub(crate) asked: Asked,
    #[command(flatten)]
    pub(crate) spending: Spending,
    #[command(flatten)]
    pub(crate) delivery: Delivery,
}

/// Several generations at once.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Many {
    /// Generate from every line of this file; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["prompt", "play"])]
    pub(crate) prompts_file: Option<PathBuf>,
    /// How many lines to generate from at the same time; 3 by default
    #[arg(long, value_name = "N", conflicts_with = "prompt")]
    pub(crate) concurrency: Option<NonZeroUsize>,
}

/// The model and its parameters.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Asked {
    /// The model, as listed by `ima models`; by default the usual one, else the recommended one
    #[arg(long, value_name = "ID")]
    pub(crate) model: Option<String>,
    /// A parameter of the model that has no option here, for example: --param auto_lyrics=true
    #[arg(long = "param", value_name = "NAME=JSON")]
    pub(crate) params: Vec<String>,
    /// Stop where the service does not take the request as it is, and leave nothing out
    #[arg(long)]
    pub(crate) exact: bool,
}

/// What may be spent, and how far to go.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Spending")]
pub(crate) struct Spending {
    /// Spend at most this many points on each generation
    #[arg(long, value_name = "POINTS")]
    pub(crate) budget: Option<u32>,
    /// On a terminal, ask before spending more than this many points
    #[arg(
        long,
        value_name = "POINTS",
        env = "IMA_CONFIRM_ABOVE",
        default_value_t = 50
    )]
    pub(crate) confirm_above: u32,
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Show the exact request and its cost, and spend nothing
    #[arg(long, conflicts_with = "no_wait")]
    pub(crate) dry_run: bool,
    /// Start the job, print its id, and do not wait for the audio
    #[arg(long, conflicts_with = "play")]
    pub(crate) no_wait: bool,
}

/// What becomes of the audio.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Delivery")]
pub(crate) struct Delivery {
    /// The file or the folder to save to; a folder is created where the name ends with a slash, or
    /// where there are several jobs. Further files of a job become FILE-2, FILE-3 and so on
    #[arg(long, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
    /// Replace files that exist
    #[arg(long)]
    pub(crate) force: bool,
    /// Wait at most this long for the audio
    #[arg(long, value_name = "SECONDS")]
    pub(crate) deadline: Option<u32>,
    /// Play the audio, where a player is found
    #[arg(long)]
    pub(crate) play: bool,
    /// Print every event as one line of JSON
    #[arg(long)]
    pub(crate) events: bool,
}

/// Options of Suno.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Music (Suno)")]
pub(crate) struct MusicFlags {
    /// The words to sing, or the file they are in
    #[arg(long, value_name = "TEXT|@FILE")]
    pub(crate) lyrics: Option<String>,
    /// Without vocals
    #[arg(long, action = ArgAction::SetTrue, conflicts_with_all = ["lyrics", "vocal_gender"])]
    pub(crate) instrumental: bool,
    /// The style in keywords
    #[arg(long, value_name = "TEXT")]
    pub(crate) tags: Option<String>,
    /// What to avoid, in keywords
    #[arg(long, value_name = "TEXT")]
    pub(crate) negative_tags: Option<String>,
    /// The voice
    #[arg(long, value_enum)]
    pub(crate) vocal_gender: Option<VocalGender>,
    /// The title
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// The engine, for example sonic-v4-5; by default the newest
    #[arg(long, value_name = "ID")]
    pub(crate) engine: Option<String>,
}

/// Options of seed-tts-2.0.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Speech")]
pub(crate) struct SpeechFlags {
    /// The voice, by a name or id of `ima voices`
    #[arg(long, value_name = "NAME|ID")]
    pub(crate) voice: Option<String>,
    /// The emotion, for example neutral, sad or angry; some voices only
    #[arg(long, value_name = "WORD")]
    pub(crate) emotion: Option<String>,
    /// The speed, from -50 to 100; 0 is normal
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) rate: Option<i32>,
    /// The loudness, from -50 to 100; 0 is normal
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) volume: Option<i32>,
    /// Lively, or steadier
    #[arg(long, value_enum)]
    pub(crate) style: Option<Style>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum VocalGender {
    #[value(alias = "f", alias = "女声")]
    Female,
    #[value(alias = "m", alias = "男声")]
    Male,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Style {
    Expressive,
    Standard,
}
