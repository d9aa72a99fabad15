//! Narrations: a text of any length, spoken in parts that are joined into one file.
//!
//! Each part is a generation and a job of its own. A part that is paid for is found again by what it
//! says and how, so a narration goes on where it stopped, and only what was changed is bought again.

mod audio;
mod epub;
mod joined;
mod plan;
mod produce;
pub(crate) mod source;
mod split;
mod subtitles;
mod zip;

use std::path::{Path, PathBuf};

use clap::Args;
use ima_host::Request;
use ima_host::Runtime;
use ima_host::types::{Model, Options, TaskType};

use crate::command_error::CommandError;
use crate::commands::voices;
use crate::exit::Exit;
use crate::options::{Common, Generate};
use crate::texts::{self, STDIN};
use crate::ui::text::command_error;
use audio::Container;
use source::Book;

/// Options of texts that are spoken in parts.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Long texts (@FILE) ¦ 长文本（@文件名）")]
pub(crate) struct NarrationFlags {
    /// The voices of a script with lines such as `ANNA: Hello.`, for example ANNA=Vivi,BEN=云舟
    /// ¦ 剧本里各人的音色（台词写成 `ANNA：你好。`），例如 ANNA=Vivi,BEN=云舟
    #[arg(long, value_name = "NAME=VOICE", value_delimiter = ',')]
    pub(crate) voices: Vec<String>,
    /// Write subtitles beside the audio
    /// ¦ 在音频旁边写字幕文件
    #[arg(long, value_enum)]
    pub(crate) subtitles: Option<subtitles::Format>,
    /// The longest part in letters, of which a Chinese one counts three; each part costs a generation
    /// ¦ 每一部分最多多少个字母，一个汉字算三个；每一部分是一次生成
    #[arg(long, value_name = "N", default_value_t = PART_SIZE, value_parser = clap::value_parser!(u32).range(100..=30_000))]
    pub(crate) part_size: u32,
}

/// About three minutes.
const PART_SIZE: u32 = 3_000;

/// The most letters that the service takes at once, if its list doesn't say.
const MOST_LETTERS: usize = 10_000;

/// A text to narrate, and how.
pub(crate) struct Narration {
    pub(crate) book: Book,
    pub(crate) flags: NarrationFlags,
    /// Names of speakers in lower case, and the ids of their voices.
    voices: Vec<(String, String)>,
}

/// Reads what is to be narrated: a file after an `@`, or a text that is too long for one generation.
/// None if it is to be spoken as it is: then the words are the text, which may not be read twice.
pub(crate) fn read(
    words: &mut Vec<String>,
    flags: &NarrationFlags,
) -> Result<Option<Book>, CommandError> {
    let speakers = speakers(flags)?;
    let names: Vec<_> = speakers.into_iter().map(|(name, _)| name).collect();
    let typed = words.join(" ");
    let asked = !names.is_empty() || flags.subtitles.is_some();
    let file = typed.strip_prefix('@').filter(|it| !it.starts_with('@'));
    let (file, most) = match file.map(PathBuf::from) {
        Some(path) if source::is_structured(&path) => return source::read(&path).map(Some),
        Some(path) => (
            Some(path),
            usize::try_from(flags.part_size).unwrap_or(MOST_LETTERS),
        ),
        None => (None, MOST_LETTERS),
    };
    let text = match &file {
        Some(path) => texts::read(path)?,
        None if typed == STDIN => texts::read(Path::new(STDIN))?,
        None => typed.clone(),
    };
    let mut book = source::plain(&text, &names);
    if asked || split::parts(&book, most).len() > 1 {
        book.title = file.as_deref().and_then(source::title);
        return Ok(Some(book));
    }
    if file.is_some() || typed == STDIN {
        let text = text.trim();
        let mark = if text.starts_with('@') { "@" } else { "" };
        *words = vec![format!("{mark}{text}")];
    }
    Ok(None)
}

/// The names of `--voices` with what stands after them.
fn speakers(flags: &NarrationFlags) -> Result<Vec<(String, String)>, CommandError> {
    let all = flags.voices.iter().map(|it| match it.split_once('=') {
        Some((name, voice)) if !name.trim().is_empty() && !voice.trim().is_empty() => {
            Ok((name.trim().to_owned(), voice.trim().to_owned()))
        }
        _ => Err(command_error!(
            Usage,
            "--voices {it}: expected NAME=VOICE." => "Example: --voices ANNA=Vivi,BEN=Tim",
            "--voices {it}：写法是“名字=音色”。" => "例如：--voices ANNA=Vivi,BEN=云舟"
        )),
    });
    all.collect()
}

/// Narrates a book by the options of `ima speech`, from a request without its text.
pub(crate) async fn run(
    common: &Common,
    runtime: &Runtime,
    request: Request,
    options: &Generate,
    flags: NarrationFlags,
    book: Book,
) -> Result<Exit, CommandError> {
    if options.spending.no_wait {
        return Err(command_error!(
            Usage,
            "A text in parts is waited for: --no-wait can't be used." => "Ctrl-C stops the waiting; the same command goes on.",
            "分段的长文本需要等待：不能用 --no-wait。" => "可以按 Ctrl-C 停止，再次运行同样的命令会继续。"
        ));
    }
    let wanted = options.delivery.out.as_deref().and_then(Container::of);
    if wanted == Some(Container::M4a) && !audio::has_ffmpeg() {
        return Err(command_error!(
            Usage,
            "An M4A file needs ffmpeg, which is not here. Nothing was spent."
                => "Install ffmpeg, or name the file .mp3 or .wav.",
            "生成 M4A 需要 ffmpeg，但没有找到。没有扣除积分。"
                => "请安装 ffmpeg，或把文件名改成 .mp3 或 .wav。"
        ));
    }
    let mut voices = Vec::new();
    for (name, voice) in speakers(&flags)? {
        let id = voices::find(common, runtime, &voice).await?;
        voices.push((name.to_lowercase(), id));
    }
    let narration = Narration {
        book,
        flags,
        voices,
    };
    let plan = plan::Plan::of(common, runtime, &narration, &request, options).await?;
    if options.spending.dry_run {
        plan.show(common);
        return Ok(Exit::Done);
    }
    produce::run(common, runtime, &narration, plan, options, wanted).await
}

impl Narration {
    /// The request of a part: its text, and the voice of its speaker.
    fn request(&self, request: &Request, part: &split::Part) -> Request {
        let mut request = request.clone();
        request.prompt = part.text();
        let speaker = part.speaker.as_ref().map(|it| it.to_lowercase());
        let voice = self
            .voices
            .iter()
            .find(|(name, _)| Some(name) == speaker.as_ref());
        if let (Some((_, id)), Some(Options::Speech(options))) = (voice, &mut request.options) {
            options.speaker = Some(id.clone());
        }
        request
    }

    /// Names the model by its id, whether it was named, is the usual one or is recommended: it is part of
    /// what a part is. Tells the largest part: as asked for, within what the service takes.
    async fn resolve(
        &self,
        common: &Common,
        runtime: &Runtime,
        request: &mut Request,
    ) -> Result<usize, CommandError> {
        let models = runtime.models(TaskType::TextToSpeech, common.language());
        let models = models.await?;
        let is_meant = |it: &&Model| match &request.model_id {
            None => it.recommended,
            Some(named) => {
                it.model_id.eq_ignore_ascii_case(named) || it.name.eq_ignore_ascii_case(named)
            }
        };
        let model = models.iter().find(is_meant);
        let field = model.and_then(|it| it.fields.iter().find(|it| it.name == "text"));
        let most = field.and_then(|it| usize::try_from(it.maximum?).ok());
        if let Some(model) = model {
            request.model_id = Some(model.model_id.clone());
        }
        let asked = usize::try_from(self.flags.part_size).unwrap_or(MOST_LETTERS);
        Ok(asked.min(most.unwrap_or(MOST_LETTERS)))
    }
}
