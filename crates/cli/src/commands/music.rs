//! `ima music`: music from a description, or from every line of a file.

use clap::{ArgAction, Args, ValueEnum};
use ima_host::Request;
use ima_host::types::{MusicOptions, Options, TaskType, VocalGender};

use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::generate::option_names::OptionOf;
use crate::options::{Common, Generate, ModelChoice};
use crate::ui::text::say;
use crate::{generate, prompts, setup, texts};

const EXAMPLES: &str = "\
Examples:
  ima music \"upbeat lo-fi hip hop, 90 BPM, no vocals\" --out song.mp3
  ima music \"a lullaby\" --lyrics @words.txt --vocal-gender female --title \"Good night\"
  ima music \"calm ambient piano\" --model GenBGM --budget 30 --json
  ima music --prompts-file ideas.txt --concurrency 4 --out songs
  ima music \"a jingle\" --dry-run";

/// `ima music`
#[derive(Debug, Clone, Args)]
#[command(
    after_help = EXAMPLES,
    override_usage = "ima music [OPTIONS] <TEXT | --prompts-file <FILE>>",
    mut_arg("prompt", |it| it.help("The description of the music; `-` is standard input, @FILE a file ¦ 音乐的描述；`-` 是标准输入，@文件名 是文件"))
)]
pub(crate) struct MusicArgs {
    #[command(flatten)]
    pub(crate) generate: Generate,
    #[command(flatten)]
    pub(crate) flags: MusicFlags,
}

/// Options of Suno.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Music (Suno) ¦ 音乐（Suno）")]
pub(crate) struct MusicFlags {
    /// The lyrics, or the file that contains them; lyrics that begin with `@` need another `@` before
    /// ¦ 歌词，或含歌词的文件；以 `@` 开头的歌词前面再加一个 `@`
    #[arg(long, value_name = "TEXT|@FILE")]
    pub(crate) lyrics: Option<String>,
    /// No vocals
    /// ¦ 没有人声
    #[arg(long, action = ArgAction::SetTrue, conflicts_with_all = ["lyrics", "vocal_gender"])]
    pub(crate) instrumental: bool,
    /// The style in keywords
    /// ¦ 风格关键词
    #[arg(long, value_name = "TEXT")]
    pub(crate) tags: Option<String>,
    /// What to avoid, in keywords
    /// ¦ 要避免的，关键词
    #[arg(long, value_name = "TEXT")]
    pub(crate) negative_tags: Option<String>,
    /// The singer's voice
    /// ¦ 歌手的声音
    #[arg(long, value_enum, value_name = "GENDER")]
    pub(crate) vocal_gender: Option<Gender>,
    /// The title
    /// ¦ 标题
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// The engine, for example sonic-v4-5; the newest by default
    /// ¦ 引擎，例如 sonic-v4-5；默认最新
    #[arg(long, value_name = "ID")]
    pub(crate) engine: Option<String>,
}

/// The gender of a singer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Gender {
    #[value(alias = "f", alias = "女声")]
    Female,
    #[value(alias = "m", alias = "男声")]
    Male,
}

impl MusicFlags {
    /// Every option, the parameter that it sets, and whether it was given.
    pub(crate) fn options(&self) -> [OptionOf; 7] {
        [
            ("--lyrics", "lyrics", self.lyrics.is_some()),
            ("--instrumental", "make_instrumental", self.instrumental),
            ("--tags", "tags", self.tags.is_some()),
            (
                "--negative-tags",
                "negative_tags",
                self.negative_tags.is_some(),
            ),
            (
                "--vocal-gender",
                "vocal_gender",
                self.vocal_gender.is_some(),
            ),
            ("--title", "title", self.title.is_some()),
            ("--engine", "model_version", self.engine.is_some()),
        ]
    }
}

pub(crate) async fn run(common: &Common, mut args: MusicArgs) -> Result<Exit, CommandError> {
    let question = say!("What should the music be like?", "想要什么样的音乐？");
    let words = std::mem::take(&mut args.generate.prompt);
    args.generate.prompt = prompts::asked(common, words, &args.generate.several, &question);
    let choice = std::mem::take(&mut args.generate.choice);
    let request = request(common, choice, args.flags)?;
    let runtime = setup::generating(common, None, &args.generate.spending).await?;
    generate::run_options(common, &runtime, request, args.generate).await
}

/// The request for music, without its prompt.
pub(crate) fn request(
    common: &Common,
    choice: ModelChoice,
    flags: MusicFlags,
) -> Result<Request, CommandError> {
    let mut request = common.request(TaskType::TextToMusic);
    for (option, value) in [
        ("--tags", &flags.tags),
        ("--negative-tags", &flags.negative_tags),
        ("--title", &flags.title),
        ("--engine", &flags.engine),
    ] {
        prompts::not_empty(option, value.as_deref())?;
    }
    prompts::choose(&mut request, choice, &flags.options())?;
    if flags != MusicFlags::default() {
        let gender = |gender| match gender {
            Gender::Female => VocalGender::Female,
            Gender::Male => VocalGender::Male,
        };
        request.options = Some(Options::Music(MusicOptions {
            lyrics: flags.lyrics.map(lyrics).transpose()?,
            instrumental: flags.instrumental.then_some(true),
            tags: flags.tags,
            negative_tags: flags.negative_tags,
            vocal_gender: flags.vocal_gender.map(gender),
            title: flags.title,
            engine: flags.engine,
            ..MusicOptions::default()
        }));
    }
    Ok(request)
}

/// The lyrics, or those in the file after an `@`.
pub(crate) fn lyrics(text: String) -> Result<String, CommandError> {
    let words = texts::or_file(text)?;
    prompts::not_empty("--lyrics", Some(&words))?;
    Ok(words)
}
