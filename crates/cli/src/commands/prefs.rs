//! `ima prefs`: a user's usual models.

use clap::{Args, Subcommand};
use clap_complete::ArgValueCandidates;
use ima_host::Runtime;
use ima_host::types::{Preferred, TaskType};
use serde::Serialize;

use super::{completions, models};
use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::options::{Common, Task};
use crate::preferences::Usual;
use crate::setup;
use crate::ui::text::{self, Text, say};
use crate::ui::{out, table};

/// `ima prefs`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima prefs get
  ima prefs set music sonic
  ima prefs clear speech --user 42

The model of your last success is your usual one. Without one, the service's recommendation counts:
Suno for music, seed-tts-2.0 for speech.
¦
上次成功的模型就是常用模型。没有时以服务的推荐为准：音乐用 Suno，语音用 seed-tts-2.0。")]
pub(crate) struct PrefsArgs {
    #[command(subcommand)]
    command: PrefsCommand,
}

#[derive(Debug, Clone, Subcommand)]
enum PrefsCommand {
    /// Show your usual models
    /// ¦ 查看常用模型
    Get {
        /// Only for this
        /// ¦ 只看这一类
        #[arg(value_enum)]
        task: Option<Task>,
    },
    /// Make a model your usual one
    /// ¦ 把一个模型设为常用
    Set {
        /// For what
        /// ¦ 哪一类
        #[arg(value_enum)]
        task: Task,
        /// The model, as listed by `ima models`
        /// ¦ 模型，见 `ima models`
        #[arg(add = ArgValueCandidates::new(completions::models))]
        model: String,
    },
    /// Forget your usual models
    /// ¦ 清除常用模型
    Clear {
        /// Only for this
        /// ¦ 只看这一类
        #[arg(value_enum)]
        task: Option<Task>,
    },
}

pub(crate) async fn run(common: &Common, args: &PrefsArgs) -> Result<Exit, CommandError> {
    match &args.command {
        PrefsCommand::Get { task } => {
            let runtime = setup::offline().await?;
            get(common, &runtime, task.map(TaskType::from)).await
        }
        PrefsCommand::Set { task, model } => {
            let runtime = setup::asking(common, None).await?;
            set(common, &runtime, (*task).into(), model).await
        }
        PrefsCommand::Clear { task } => clear(common, task.map(TaskType::from)).await,
    }
}

async fn get(
    common: &Common,
    runtime: &Runtime,
    task: Option<TaskType>,
) -> Result<Exit, CommandError> {
    let usual = Usual::of(runtime, common);
    let mut found = Vec::new();
    for each in [TaskType::TextToMusic, TaskType::TextToSpeech] {
        if task.is_none_or(|task| task == each) {
            found.push((each, usual.get(each).await?));
        }
    }
    if common.json {
        let of = |wanted| {
            let row = found.iter().find(|(task, _)| *task == wanted);
            row.and_then(|(_, preferred)| preferred.as_ref())
                .map(Row::of)
        };
        out::json(&Rows {
            user: &common.user,
            text_to_music: of(TaskType::TextToMusic),
            text_to_speech: of(TaskType::TextToSpeech),
        });
        return Ok(Exit::Done);
    }
    table::print_plain(found.into_iter().map(|(task, preferred)| {
        let (model, when) = match preferred {
            None => (say!("the recommended model", "推荐的模型"), Text::same("")),
            Some(it) => {
                let when = it.last_used;
                (
                    Text::same(text::model(&it.model_name, &it.model_id)),
                    say!("last used {when}", "上次使用 {when}"),
                )
            }
        };
        [text::task(task), model, when].map(|it| it.get(common.language()).to_owned())
    }));
    Ok(Exit::Done)
}

/// Makes a model the usual one, and says so.
pub(crate) async fn set(
    common: &Common,
    runtime: &Runtime,
    task: TaskType,
    id: &str,
) -> Result<Exit, CommandError> {
    let (_, model) = models::find(common, runtime, Some(task), id).await?;
    let points = model.points_min.unwrap_or_default();
    let preferred = Preferred::now(&model.model_id, &model.name, points);
    Usual::of(runtime, common).set(task, &preferred).await?;
    let words = runtime.confirmation(task, &model.name, common.language());
    conclude(common, runtime, Some(task), &words.await?).await
}

async fn clear(common: &Common, task: Option<TaskType>) -> Result<Exit, CommandError> {
    let runtime = setup::offline().await?;
    Usual::of(&runtime, common).clear(task).await?;
    let words = say!("Forgotten.", "已清除。");
    conclude(common, &runtime, task, words.get(common.language())).await
}

/// Tells the user; with `--json` the caller gets what is there now.
async fn conclude(
    common: &Common,
    runtime: &Runtime,
    task: Option<TaskType>,
    words: &str,
) -> Result<Exit, CommandError> {
    if common.json {
        return get(common, runtime, task).await;
    }
    if !common.quiet {
        out::line(words);
    }
    Ok(Exit::Done)
}

/// One user's preferences, as the file has them.
#[derive(Serialize)]
struct Rows<'a> {
    user: &'a str,
    text_to_music: Option<Row<'a>>,
    text_to_speech: Option<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    model_id: &'a str,
    model_name: &'a str,
    credit: u32,
    last_used: &'a str,
}

impl<'a> Row<'a> {
    fn of(preferred: &'a Preferred) -> Self {
        Self {
            model_id: &preferred.model_id,
            model_name: &preferred.model_name,
            credit: preferred.credit,
            last_used: &preferred.last_used,
        }
    }
}
