//! `ima models` and `ima model`

use ima_host::Runtime;
use ima_host::types::{FormField, Language, Model, TaskType};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::args::{self, Common, Models};
use crate::exit::Exit;
use crate::setup::{self, Trouble};
use crate::{out, table, text};

/// `ima models`
pub(crate) async fn run(common: &Common, options: &Models) -> Result<Exit, Trouble> {
    let runtime = setup::runtime(common, None)?;
    list(common, &runtime, options.task.map(TaskType::from)).await
}

/// Lists the models for a task, or for all.
pub(crate) async fn list(
    common: &Common,
    runtime: &Runtime,
    task: Option<TaskType>,
) -> Result<Exit, Trouble> {
    let language = common.language();
    let models = all(runtime, task, language).await?;
    if common.json {
        #[derive(Serialize)]
        struct List<'a> {
            models: Vec<Row<'a>>,
        }
        out::json(&List {
            models: models.iter().map(Row::of).collect(),
        });
    } else if models.is_empty() {
        out::line(&text::nothing_offered(language));
    } else {
        table::print(models.iter().map(|(task, model)| {
            [
                model.model_id.clone(),
                model.name.clone(),
                text::task(language, *task),
                text::points(language, (model.points_min, model.points_max)),
                seconds(language, model),
                recommended(language, model),
            ]
        }));
    }
    Ok(Exit::Done)
}

/// `ima model`
pub(crate) async fn show(common: &Common, options: &args::Model) -> Result<Exit, Trouble> {
    let language = common.language();
    let runtime = setup::runtime(common, None)?;
    let found = find(&runtime, None, &options.id, language).await?;
    if common.json {
        out::json(&Row::of(&found));
        return Ok(Exit::Done);
    }
    let (task, model) = &found;
    let head = [
        model.model_id.clone(),
        model.name.clone(),
        text::task(language, *task),
        text::points(language, (model.points_min, model.points_max)),
        seconds(language, model),
        recommended(language, model),
    ];
    table::print([head]);
    if !model.engines.is_empty() {
        out::line(&text::engines(language, &model.engines.join(", ")));
    }
    if model.prices.len() > 1 {
        for price in model.prices.iter().filter(|it| !it.attributes.is_empty()) {
            out::line(&text::price_for(language, price.points, &price.attributes));
        }
    }
    table::print(model.fields.iter().map(|field| {
        [
            format!("  {}", field.name),
            field.label.clone(),
            limits(language, field),
        ]
    }));
    Ok(Exit::Done)
}

/// Every model, by task.
pub(crate) async fn all(
    runtime: &Runtime,
    task: Option<TaskType>,
    language: Language,
) -> Result<Vec<(TaskType, Model)>, Trouble> {
    let tasks = match task {
        Some(task) => vec![task],
        None => vec![TaskType::TextToMusic, TaskType::TextToSpeech],
    };
    let mut models = Vec::new();
    for task in tasks {
        let found = runtime.models(task, language).await;
        let found = found.map_err(|error| Trouble::of(&error, language))?;
        models.extend(found.into_iter().map(|model| (task, model)));
    }
    Ok(models)
}

/// The model of this id, whatever its case.
pub(crate) async fn find(
    runtime: &Runtime,
    task: Option<TaskType>,
    id: &str,
    language: Language,
) -> Result<(TaskType, Model), Trouble> {
    let mut models = all(runtime, task, language).await?;
    let mut each = models.iter();
    match each.position(|(_, model)| model.model_id.eq_ignore_ascii_case(id)) {
        Some(index) => Ok(models.swap_remove(index)),
        None => Err(unknown(language, id, &models)),
    }
}

/// The trouble with a model that is not in the list.
fn unknown(language: Language, id: &str, models: &[(TaskType, Model)]) -> Trouble {
    let known: Vec<_> = models.iter().map(|(_, it)| it.model_id.as_str()).collect();
    Trouble::usage(text::no_such_model(language, id, &known.join(", ")))
}

fn seconds(language: Language, model: &Model) -> String {
    let estimate = &model.estimate;
    text::seconds(language, estimate.min_seconds, estimate.max_seconds)
}

fn recommended(language: Language, model: &Model) -> String {
    if model.recommended {
        text::recommended(language)
    } else {
        String::new()
    }
}

/// What a field takes, in words.
fn limits(language: Language, field: &FormField) -> String {
    let default = field.default.as_deref();
    let choices = if field.options.is_empty() {
        &field.choices
    } else {
        &field.options
    };
    [
        default.map_or_else(String::new, |value| text::default(language, value)),
        if choices.is_empty() {
            String::new()
        } else {
            text::one_of(language, &choices.join(" "))
        },
        text::characters(language, field.minimum, field.maximum),
    ]
    .into_iter()
    .filter(|part| !part.is_empty())
    .collect::<Vec<_>>()
    .join("; ")
}

/// A model in JSON. Points and seconds.
#[derive(Serialize)]
struct Row<'a> {
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
    fn of((task, model): &'a (TaskType, Model)) -> Self {
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
            task: match task {
                TaskType::TextToMusic => "music",
                TaskType::TextToSpeech => "speech",
            },
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
