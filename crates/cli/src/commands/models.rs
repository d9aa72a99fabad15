//! `ima models`: what the service offers, and what it costs.

use clap::Args;
use ima_host::Runtime;
use ima_host::types::{FormField, Language, Model, TaskType};
use serde::Serialize;
use serde_json::value::RawValue;

use super::completions;
use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::generate::failure;
use crate::options::{Common, Task, task_word};
use crate::setup;
use crate::ui::text::{self, Text, say};
use crate::ui::{out, table};

/// `ima models`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  ima models\n  ima models music --json")]
pub(crate) struct ModelsArgs {
    /// Only the models for music, or for speech
    /// ¦ 只看音乐或语音的模型
    #[arg(value_enum)]
    task: Option<Task>,
}

pub(crate) async fn run(common: &Common, args: &ModelsArgs) -> Result<Exit, CommandError> {
    let runtime = setup::asking(common, None).await?;
    list(common, &runtime, args.task.map(TaskType::from)).await
}

/// Lists the models for a task, or for all.
pub(crate) async fn list(
    common: &Common,
    runtime: &Runtime,
    task: Option<TaskType>,
) -> Result<Exit, CommandError> {
    let language = common.language();
    let models = all(common, runtime, task).await?;
    if common.json {
        #[derive(Serialize)]
        struct List<'a> {
            models: Vec<Row<'a>>,
        }
        out::json(&List {
            models: models.iter().map(Row::of).collect(),
        });
    } else if models.is_empty() {
        out::line(text::nothing_offered().get(language));
    } else {
        let rows = models.iter().map(|model| cells(model, language));
        table::print(common, headings(), rows);
    }
    Ok(Exit::Done)
}

/// Every model, by task.
pub(crate) async fn all(
    common: &Common,
    runtime: &Runtime,
    task: Option<TaskType>,
) -> Result<Vec<(TaskType, Model)>, CommandError> {
    let tasks = match task {
        Some(task) => vec![task],
        None => vec![TaskType::TextToMusic, TaskType::TextToSpeech],
    };
    let mut models = Vec::new();
    for task in tasks {
        let found = runtime.models(task, common.language()).await?;
        models.extend(found.into_iter().map(|model| (task, model)));
    }
    let names = models
        .iter()
        .map(|(_, it)| (it.model_id.clone(), it.name.clone()));
    if task.is_none() {
        completions::keep_models(&names.collect::<Vec<_>>());
    }
    Ok(models)
}

/// The model of this id, or else of this name, in any case.
pub(crate) async fn find(
    common: &Common,
    runtime: &Runtime,
    task: Option<TaskType>,
    id: &str,
) -> Result<(TaskType, Model), CommandError> {
    let mut models = all(common, runtime, task).await?;
    let wanted = id.trim().to_lowercase();
    let by_id = |(_, model): &(TaskType, Model)| model.model_id.to_lowercase() == wanted;
    let by_name = |(_, model): &(TaskType, Model)| model.name.to_lowercase() == wanted;
    let found = models.iter().position(by_id);
    match found.or_else(|| models.iter().position(by_name)) {
        Some(index) => Ok(models.swap_remove(index)),
        None => {
            let known: Vec<_> = models.into_iter().map(|(_, it)| it.model_id).collect();
            Err(failure::no_such_model(id, &known))
        }
    }
}

/// What stands over the models.
pub(crate) fn headings() -> [Text; 6] {
    [
        Text::same("ID"),
        say!("NAME", "名称"),
        say!("FOR", "用途"),
        say!("PRICE", "价格"),
        say!("TIME", "时长"),
        Text::same(""),
    ]
}

/// A model as a row of a table.
pub(crate) fn cells((task, model): &(TaskType, Model), language: Language) -> [String; 6] {
    let (min, max) = (model.estimate.min_seconds, model.estimate.max_seconds);
    let recommended = say!("recommended", "推荐");
    [
        Text::same(&*model.model_id),
        Text::same(&*model.name),
        text::task(*task),
        points(model.points_min, model.points_max),
        say!("{min}–{max} s", "{min}–{max} 秒"),
        Some(recommended)
            .filter(|_| model.recommended)
            .unwrap_or_else(|| Text::same("")),
    ]
    .map(|text| text.get(language).to_owned())
}

/// A range of points.
fn points(min: Option<u32>, max: Option<u32>) -> Text {
    match (min, max) {
        (Some(min), Some(max)) if min != max => say!("{min}–{max} points", "{min}–{max} 积分"),
        (Some(points), _) | (None, Some(points)) => say!("{points} points", "{points} 积分"),
        (None, None) => say!("no price", "无价格"),
    }
}

/// A model in JSON. Points and seconds.
#[derive(Serialize)]
pub(crate) struct Row<'a> {
    task: &'static str,
    model_id: &'a str,
    version_id: &'a str,
    name: &'a str,
    recommended: bool,
    points_min: Option<u32>,
    points_max: Option<u32>,
    seconds_min: u32,
    seconds_max: u32,
    engines: &'a [String],
    prices: Vec<Price<'a>>,
    fields: Vec<Field<'a>>,
}

#[derive(Serialize)]
struct Price<'a> {
    points: u32,
    attribute_id: u64,
    attributes: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
    label: &'a str,
    kind: &'a str,
    default: Option<&'a RawValue>,
    options: Vec<&'a RawValue>,
    choices: Vec<&'a RawValue>,
    minimum: Option<u32>,
    maximum: Option<u32>,
}

impl<'a> Row<'a> {
    pub(crate) fn of((task, model): &'a (TaskType, Model)) -> Self {
        let json = |text: &'a String| serde_json::from_str::<&RawValue>(text).ok();
        let field = |field: &'a FormField| Field {
            name: &field.name,
            label: &field.label,
            kind: &field.kind,
            default: field.default.as_ref().and_then(json),
            options: field.options.iter().filter_map(json).collect(),
            choices: field.choices.iter().filter_map(json).collect(),
            minimum: field.minimum,
            maximum: field.maximum,
        };
        let prices = model.prices.iter().map(|price| Price {
            points: price.points,
            attribute_id: price.attribute_id,
            attributes: json(&price.attributes),
        });
        Self {
            task: task_word(*task),
            model_id: &model.model_id,
            version_id: &model.version_id,
            name: &model.name,
            recommended: model.recommended,
            points_min: model.points_min,
            points_max: model.points_max,
            seconds_min: model.estimate.min_seconds,
            seconds_max: model.estimate.max_seconds,
            engines: &model.engines,
            prices: prices.collect(),
            fields: model.fields.iter().map(field).collect(),
        }
    }
}
