//! `ima prefs`

use ima_host::types::{Preferred, TaskType};
use serde::Serialize;

use crate::args::{Common, Prefs, PrefsCommand};
use crate::exit::Exit;
use crate::setup::{self, Trouble};
use crate::usual::Usual;
use crate::{models, out, table, text};

pub(crate) async fn run(common: &Common, options: &Prefs) -> Result<Exit, Trouble> {
    match &options.command {
        PrefsCommand::Get { task } => get(common, task.map(TaskType::from)).await,
        PrefsCommand::Set { task, model } => set(common, (*task).into(), model).await,
        PrefsCommand::Clear { task } => clear(common, task.map(TaskType::from)).await,
    }
}

async fn get(common: &Common, task: Option<TaskType>) -> Result<Exit, Trouble> {
    let language = common.language();
    let runtime = setup::offline(common)?;
    let usual = Usual::of(&runtime, language);
    let wanted = [TaskType::TextToMusic, TaskType::TextToSpeech];
    let mut found = Vec::new();
    for each in wanted {
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
    table::print(found.into_iter().map(|(task, preferred)| {
        let task = text::task(language, task);
        match preferred {
            None => [task, text::no_preference(language), String::new()],
            Some(it) => [
                task,
                format!("{} ({})", it.model_name, it.model_id),
                text::last_used(language, &it.last_used),
            ],
        }
    }));
    Ok(Exit::Done)
}

pub(crate) async fn set(common: &Common, task: TaskType, id: &str) -> Result<Exit, Trouble> {
    let language = common.language();
    let runtime = setup::runtime(common, None)?;
    let (_, model) = models::find(&runtime, Some(task), id, language).await?;
    let points = model.points_min.unwrap_or_default();
    let name = &model.name;
    let preferred = Preferred::now(&model.model_id, name, points);
    Usual::of(&runtime, language).set(task, &preferred).await?;
    let words = runtime.confirmation(task, name, language).await;
    let words = words.map_err(|error| Trouble::of(&error, language))?;
    conclude(common, Some(task), &words).await
}

async fn clear(common: &Common, task: Option<TaskType>) -> Result<Exit, Trouble> {
    let runtime = setup::offline(common)?;
    let language = common.language();
    Usual::of(&runtime, language).clear(task).await?;
    let words = text::forgotten(language);
    conclude(common, task, &words).await
}

/// Tells the user; with `--json` the caller gets what is there now.
async fn conclude(common: &Common, task: Option<TaskType>, words: &str) -> Result<Exit, Trouble> {
    if common.json {
        return get(common, task).await;
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
