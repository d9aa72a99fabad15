//! `ima speech`: a text spoken, or every line of a file.

use clap::builder::Resettable;
use clap::{Args, ValueEnum};
use clap_complete::{ArgValueCandidates, CompletionCandidate};
use ima_host::types::{Options, SpeechOptions, SpeechStyle, TaskType};
use ima_host::{Request, Runtime};

use super::{completions, voices};
use crate::command_error::CommandError;
use crate::config;
use crate::exit::Exit;
use crate::generate::option_names::OptionOf;
use crate::narration::{self, NarrationFlags};
use crate::options::{Common, Generate, ModelChoice};
use crate::ui::text::say;
use crate::{generate, prompts, setup};

const EXAMPLES: &str = "\
Examples:
  ima speech \"Hello, and welcome.\" --voice Tim --play
  ima speech \"你好，世界。\" --voice zh_male_sophie_uranus_bigtts --rate 20 --out hello.mp3
  ima speech \"Breaking news.\" --style standard --no-wait --quiet
  ima speech --prompts-file lines.txt --out spoken
  ima speech @book.epub --voice Tim --out book.mp3 --subtitles srt
  ima speech @script.txt --voices ANNA=Vivi,BEN=云舟 --dry-run";

/// `ima speech`
#[derive(Debug, Clone, Args)]
#[command(
    after_help = EXAMPLES,
    override_usage = "ima speech [OPTIONS] <TEXT | --prompts-file <FILE>>",
    mut_arg("prompt", |it| it.help("The text to speak; `-` is standard input, @FILE a file ¦ 要朗读的文字；`-` 是标准输入，@文件名 是文件")),
    // The parts of a long text are generated a few at a time, too.
    mut_arg("concurrency", |it| it.conflicts_with(Resettable::<clap::Id>::Reset))
)]
pub(crate) struct SpeechArgs {
    #[command(flatten)]
    pub(crate) generate: Generate,
    #[command(flatten)]
    pub(crate) flags: SpeechFlags,
    #[command(flatten)]
    narration: NarrationFlags,
}

/// Options of seed-tts-2.0.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Speech ¦ 语音")]
pub(crate) struct SpeechFlags {
    /// The voice, by a name or id of `ima voices`
    /// ¦ 音色，`ima voices` 里的名称或编号
    #[arg(
        long,
        value_name = "NAME|ID",
        num_args = 0..=1,
        default_missing_value = "",
        add = ArgValueCandidates::new(completions::voices)
    )]
    pub(crate) voice: Option<String>,
    /// The emotion, for example neutral, sad or angry; some voices only
    /// ¦ 情感，例如 neutral、sad 或 angry；只有部分音色支持
    #[arg(long, value_name = "WORD", add = ArgValueCandidates::new(emotions))]
    pub(crate) emotion: Option<String>,
    /// The speed, from -50 to 100; 0 is normal
    /// ¦ 语速，-50 到 100；0 是正常
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) rate: Option<i32>,
    /// The loudness, from -50 to 100; 0 is normal
    /// ¦ 音量，-50 到 100；0 是正常
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) volume: Option<i32>,
    /// Lively, or steadier
    /// ¦ 生动，或更平稳
    #[arg(long, value_enum)]
    pub(crate) style: Option<Style>,
}

/// Whether the model takes one of the voices, and none is chosen by its parameter.
async fn is_for_voices(runtime: &Runtime, request: &Request) -> bool {
    let request = runtime.with_preferred_model(request.clone()).await;
    let model = request.model_id.as_deref();
    model.is_none_or(|it| it.eq_ignore_ascii_case("seed-tts-2.0"))
        && !request.parameters.contains_key("speaker")
}

/// The emotions that the project knows of. Voices may have others: the service decides.
const EMOTIONS: [&str; 4] = ["neutral", "happy", "sad", "angry"];

fn emotions() -> Vec<CompletionCandidate> {
    EMOTIONS.map(CompletionCandidate::new).into()
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
    if args.flags.voice.as_deref() == Some("") {
        return voices::choose(common).await;
    }
    let question = say!("What should be spoken?", "要朗读什么？");
    let words = std::mem::take(&mut args.generate.prompt);
    args.generate.prompt = prompts::asked(common, words, &args.generate.several, &question);
    let choice = std::mem::take(&mut args.generate.choice);
    let runtime = setup::generating(common, None, &args.generate.spending).await?;
    let mut request = request(common, &runtime, choice, args.flags).await?;
    if args.generate.several.prompts_file.is_none()
        && let Some(book) = narration::read(&mut args.generate.prompt, &args.narration)?
    {
        request.remember_model = !args.generate.once;
        return narration::run(
            common,
            &runtime,
            request,
            &args.generate,
            args.narration,
            book,
        )
        .await;
    }
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
    let speaker = match (speaker, &config::get().voice) {
        (None, Some(voice)) if is_for_voices(runtime, &request).await => {
            Some(voices::find(common, runtime, voice).await?)
        }
        (speaker, _) => speaker,
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
