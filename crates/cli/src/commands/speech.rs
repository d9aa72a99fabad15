//! `ima speech`: a text spoken, or every line of a file.

use clap::{Args, ValueEnum};
use ima_host::types::{Options, SpeechOptions, SpeechStyle, TaskType};
use ima_host::{Request, Runtime};

use super::voices;
use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::generate::option_names::OptionOf;
use crate::options::{Common, Generate, ModelChoice};
use crate::{generate, prompts, setup};

const EXAMPLES: &str = "\
Examples:
  ima speech \"Hello, and welcome.\" --voice Tim --play
  ima speech \"你好，世界。\" --voice zh_male_sophie_uranus_bigtts --rate 20 --out hello.mp3
  ima speech \"Breaking news.\" --style standard --no-wait --quiet
  ima speech --prompts-file lines.txt --out spoken";

/// `ima speech`
#[derive(Debug, Clone, Args)]
#[command(
    after_help = EXAMPLES,
    override_usage = "ima speech [OPTIONS] <TEXT | --prompts-file <FILE>>",
    mut_arg("prompt", |it| it.help("The text to speak; `-` is standard input"))
)]
pub(crate) struct SpeechArgs {
    #[command(flatten)]
    pub(crate) generate: Generate,
    #[command(flatten)]
    pub(crate) flags: SpeechFlags,
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

/// How a text is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Style {
    Expressive,
    Standard,
}

impl SpeechFlags {
    /// Every option, the parameter that it sets, and whether it was given.
    pub(crate) fn options(&self) -> [OptionOf; 5] {
        [
            ("--voice", "speaker", self.voice.is_some()),
            ("--emotion", "audio_params.emotion", self.emotion.is_some()),
            ("--rate", "audio_params.speech_rate", self.rate.is_some()),
            (
                "--volume",
                "audio_params.loudness_rate",
                self.volume.is_some(),
            ),
            ("--style", "model", self.style.is_some()),
        ]
    }
}

pub(crate) async fn run(common: &Common, mut args: SpeechArgs) -> Result<Exit, CommandError> {
    let choice = std::mem::take(&mut args.generate.choice);
    let runtime = setup::generating(common, None, &args.generate.spending).await?;
    let request = request(common, &runtime, choice, args.flags).await?;
    generate::run_options(common, &runtime, request, args.generate).await
}

/// The request for speech, without its prompt.
pub(crate) async fn request(
    common: &Common,
    runtime: &Runtime,
    choice: ModelChoice,
    flags: SpeechFlags,
) -> Result<Request, CommandError> {
    let mut request = common.request(TaskType::TextToSpeech);
    prompts::not_empty("--emotion", flags.emotion.as_deref())?;
    prompts::not_empty("--voice", flags.voice.as_deref())?;
    prompts::choose(&mut request, choice, &flags.options())?;
    let speaker = match flags.voice {
        Some(voice) => Some(voices::find(common, runtime, &voice).await?),
        None => None,
    };
    let style = |style| match style {
        Style::Expressive => SpeechStyle::Expressive,
        Style::Standard => SpeechStyle::Standard,
    };
    request.options = Some(Options::Speech(SpeechOptions {
        speaker,
        emotion: flags.emotion,
        rate: flags.rate,
        volume: flags.volume,
        style: flags.style.map(style),
        ..SpeechOptions::default()
    }));
    Ok(request)
}
