//! Groups of options that several commands share.

use std::convert::Infallible;
use std::num::{NonZeroUsize, ParseIntError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};
use clap_complete::ArgValueCandidates;
use ima_host::{Request, journal, types};

use crate::command_error::CommandError;
use crate::commands::completions;
use crate::ui::text;
use crate::{config, folders};

/// What every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command ¦ 所有命令的选项")]
pub(crate) struct Common {
    /// Print one JSON object to standard output, and everything else to standard error
    /// ¦ 标准输出只有一个 JSON 对象，其余写到标准错误
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print only the result and errors
    /// ¦ 只输出结果和错误
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// The language of the messages; the system's by default
    /// ¦ 消息的语言；默认跟随系统
    #[arg(long, global = true, value_enum)]
    pub(crate) language: Option<Language>,
    /// Whose preferences to use; never sent
    /// ¦ 使用谁的偏好设置；不会发送
    #[arg(
        long,
        visible_alias = "user-id",
        global = true,
        value_name = "ID",
        env = "IMA_USER_ID",
        hide_env_values = true,
        default_value = DEFAULT_USER,
        value_parser = user
    )]
    pub(crate) user: String,
    /// The address of the service
    /// ¦ 服务的地址
    #[arg(long, global = true, value_name = "URL", env = BASE_URL, hide_env_values = true)]
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

/// The variable that names another address of the service.
const BASE_URL: &str = "IMA_BASE_URL";

/// The default user, as with the vendor's tools.
pub(crate) const DEFAULT_USER: &str = Request::DEFAULT_USER;

/// Whether a value is that of a variable that is set and empty, which counts as not set.
fn is_unset(variable: &str, value: &str) -> bool {
    value.is_empty() && std::env::var_os(variable).is_some_and(|it| it.is_empty())
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of a parser of values")]
fn user(value: &str) -> Result<String, Infallible> {
    match is_unset("IMA_USER_ID", value) {
        true => Ok(DEFAULT_USER.to_owned()),
        false => Ok(value.to_owned()),
    }
}

fn confirm_by_default() -> u32 {
    config::get().confirm_above.unwrap_or(CONFIRM_ABOVE)
}

fn confirm_above(value: &str) -> Result<u32, ParseIntError> {
    match is_unset("IMA_CONFIRM_ABOVE", value) {
        true => Ok(confirm_by_default()),
        false => value.trim().parse(),
    }
}

impl Common {
    /// The language of the messages.
    pub(crate) fn language(&self) -> types::Language {
        self.language.map_or_else(of_the_system, Into::into)
    }

    /// A request of this user, without its prompt.
    pub(crate) fn request(&self, task: types::TaskType) -> Request {
        let mut request = Request::new(task, "", self.language());
        request.user = Some(self.user.clone());
        request
    }

    /// The folder of the jobs.
    pub(crate) fn data(&self) -> Option<PathBuf> {
        folders::data_of(self.base_url.as_deref().unwrap_or_default())
    }

    /// Another address of the service. An empty variable is none; an empty option is a mistake,
    /// because it would hide the variable.
    pub(crate) fn address(&self) -> Result<Option<&str>, CommandError> {
        match self.base_url.as_deref() {
            Some("") if std::env::var_os(BASE_URL).is_none_or(|it| !it.is_empty()) => {
                Err(text::option_empty("--base-url"))
            }
            Some("") | None => Ok(None),
            Some(url) => Ok(Some(url)),
        }
    }
}

/// A new generation, or several.
#[derive(Debug, Clone, Args)]
pub(crate) struct Generate {
    /// The description of the music, or the text to speak; `-` is standard input
    /// ¦ 音乐的描述，或要朗读的文字；`-` 是标准输入
    #[arg(value_name = "TEXT", num_args = 1..)]
    pub(crate) prompt: Vec<String>,
    #[command(flatten)]
    pub(crate) several: Several,
    #[command(flatten)]
    pub(crate) choice: ModelChoice,
    /// Use this model only once: it doesn't become your usual one
    /// ¦ 只用这一次，不作为常用模型
    #[arg(long)]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) spending: Spending,
    #[command(flatten)]
    pub(crate) delivery: Delivery,
}

/// The model and its parameters.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ModelChoice {
    /// The model, as listed by `ima models`; your usual one by default, else the recommended one
    /// ¦ 模型，见 `ima models`；默认用常用的，否则用推荐的
    #[arg(long, value_name = "ID", add = ArgValueCandidates::new(completions::models))]
    pub(crate) model: Option<String>,
    /// A model parameter without an option of its own, for example --param auto_lyrics=true
    /// ¦ 没有专门选项的模型参数，例如 --param auto_lyrics=true
    #[arg(long = "param", value_name = "NAME=JSON")]
    pub(crate) params: Vec<String>,
    /// Stop if the service refuses a part of the request, instead of leaving that part out
    /// ¦ 服务不接受某一项时停止，而不是略去那一项
    #[arg(long)]
    pub(crate) exact: bool,
}

/// Several generations at once.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Several {
    /// Generate once for every line of this file; `-` is standard input
    /// ¦ 文件的每一行生成一次；`-` 是标准输入
    #[arg(long, value_name = "FILE", conflicts_with_all = ["prompt", "play"], value_hint = ValueHint::FilePath)]
    pub(crate) prompts_file: Option<PathBuf>,
    /// How many generations run at the same time; 3 by default
    /// ¦ 同时进行几项；默认 3
    #[arg(long, value_name = "N", conflicts_with = "prompt")]
    pub(crate) concurrency: Option<NonZeroUsize>,
}

/// What may be spent, and how far to go.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Spending ¦ 花费")]
pub(crate) struct Spending {
    /// Spend at most this many points on each generation
    /// ¦ 每次生成最多花费的积分
    #[arg(long, value_name = "POINTS")]
    pub(crate) budget: Option<u32>,
    /// On a terminal, ask before spending more than this many points
    /// ¦ 在终端里，超过这么多积分时先询问
    #[arg(
        long,
        value_name = "POINTS",
        env = "IMA_CONFIRM_ABOVE",
        hide_env_values = true,
        default_value_t = confirm_by_default(),
        value_parser = confirm_above
    )]
    pub(crate) confirm_above: u32,
    /// Spend without asking
    /// ¦ 不询问，直接花费
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Show the request and its price, and spend nothing
    /// ¦ 只显示请求和价格，不花积分
    #[arg(long, conflicts_with = "no_wait")]
    pub(crate) dry_run: bool,
    /// Start the job, print its id, and don't wait for the audio
    /// ¦ 开始任务并输出编号，不等待音频
    #[arg(long, conflicts_with = "play")]
    pub(crate) no_wait: bool,
}

/// The price up to which nobody is asked, in points.
pub(crate) const CONFIRM_ABOVE: u32 = 50;

/// What happens to the audio.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Delivery ¦ 音频")]
pub(crate) struct Delivery {
    /// The file to save to, or the folder if it exists or ends with a slash. Further files of one job
    /// become NAME-2, NAME-3 and so on
    /// ¦ 保存到的文件；已有的文件夹或以斜杠结尾则为文件夹。同一任务的其他文件是 NAME-2、NAME-3 等
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) out: Option<PathBuf>,
    /// Replace existing files
    /// ¦ 覆盖已有的文件
    #[arg(long)]
    pub(crate) force: bool,
    /// Wait at most this long for the audio
    /// ¦ 最多等待多少秒
    #[arg(long, value_name = "SECONDS")]
    pub(crate) deadline: Option<u32>,
    /// Play the audio
    /// ¦ 播放音频
    #[arg(long)]
    pub(crate) play: bool,
    /// Print every event as one line of JSON
    /// ¦ 每个事件输出一行 JSON
    #[arg(long)]
    pub(crate) events: bool,
}

impl Delivery {
    /// Whether the audio goes to standard output.
    pub(crate) fn is_stdout(&self) -> bool {
        self.out.as_deref() == Some(Path::new("-"))
    }

    /// How long to wait for the audio; the library's default if it is not said.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        let seconds = self.deadline?;
        Some(Duration::from_secs(seconds.into()))
    }
}

/// A language of the messages.
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

impl From<types::Language> for Language {
    fn from(language: types::Language) -> Self {
        match language {
            types::Language::En => Self::En,
            types::Language::Zh => Self::Zh,
        }
    }
}

/// Music or speech.
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

/// The task of a job.
pub(crate) const fn task_of_job(task: journal::TaskType) -> types::TaskType {
    match task {
        journal::TaskType::Music => types::TaskType::TextToMusic,
        journal::TaskType::Speech => types::TaskType::TextToSpeech,
    }
}

/// The word for a task on the command line and in JSON.
pub(crate) const fn task_word(task: types::TaskType) -> &'static str {
    match task {
        types::TaskType::TextToMusic => "music",
        types::TaskType::TextToSpeech => "speech",
    }
}

/// The word for a task in the service's protocol, the vendor's files and the skills' scripts.
pub(crate) const fn service_word(task: types::TaskType) -> &'static str {
    match task {
        types::TaskType::TextToMusic => "text_to_music",
        types::TaskType::TextToSpeech => "text_to_speech",
    }
}

/// The system's language: Chinese or else English.
pub(crate) fn of_the_system() -> types::Language {
    if let Some(language) = config::get().language {
        return language;
    }
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
    use super::*;

    #[test]
    fn the_system_language_follows_posix() {
        let locale =
            |values: [&str; 3]| system_language(values.map(|value| Some(value.to_owned())));
        assert_eq!(locale(["", "", "zh_CN.UTF-8"]), types::Language::Zh);
        assert_eq!(locale(["C", "", "zh_CN.UTF-8"]), types::Language::En);
        assert_eq!(system_language([None, None, None]), types::Language::En);
    }
}
