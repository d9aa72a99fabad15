//! `ima models [music|speech]`

use ima_host::types::{Language, Model, TaskType};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::args::{Common, Models};
use crate::exit::Exit;
use crate::setup::{self, Trouble};
use crate::{report, text};

pub(crate) async fn run(common: &Common, options: &Models) -> Exit {
    list(common, options)
        .await
        .unwrap_or_else(|trouble| trouble.report(common))
}

async fn list(common: &Common, options: &Models) -> Result<Exit, Trouble> {
    let language = common.language();
    let runtime = setup::runtime(common, None, None)?;
    let tasks = match options.task {
        Some(task) => vec![TaskType::from(task)],
        None => vec![TaskType::TextToMusic, TaskType::TextToSpeech],
    };
    let mut models = Vec::new();
    for task in tasks {
        let found = runtime
            .models(task, language)
            .await
            .map_err(|error| Trouble::of(&error, language))?;
        models.extend(found.into_iter().map(|model| (task, model)));
    }
    if common.json {
        #[derive(Serialize)]
        struct List<'a> {
            models: Vec<Row<'a>>,
        }
        report::print(&List {
            models: models
                .iter()
                .map(|(task, model)| Row::of(*task, model))
                .collect(),
        });
    } else {
        for (task, model) in &models {
            println!("{}", lines(language, *task, model));
        }
    }
    Ok(Exit::Done)
}

fn lines(language: Language, task: TaskType, model: &Model) -> String {
    let head = [
        model.model_id.clone(),
        model.name.clone(),
        text::task(language, task == TaskType::TextToMusic),
        text::points(language, (model.points_min, model.points_max)),
        text::seconds(
            language,
            model.estimate.min_seconds,
            model.estimate.max_seconds,
        ),
    ]
    .join("  ");
    let names: Vec<_> = model
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    if names.is_empty() {
        return head;
    }
    format!(
        "{head}\n    {}",
        text::parameters(language, &names.join(", "))
    )
}

/// A model in the JSON list. Points and seconds.
#[derive(Serialize)]
struct Row<'a> {
    task: &'static str,
    model_id: &'a str,
    version_id: &'a str,
    name: &'a str,
    points_min: Option<u32>,
    points_max: Option<u32>,
    seconds_min: u32,
    seconds_max: u32,
    fields: Vec<Field<'a>>,
}

#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
    label: &'a str,
    kind: &'a str,
    default: Option<&'a RawValue>,
    options: Vec<&'a RawValue>,
    minimum: Option<u32>,
    maximum: Option<u32>,
}

impl<'a> Row<'a> {
    fn of(task: TaskType, model: &'a Model) -> Self {
        let json = |text: &'a String| serde_json::from_str::<&RawValue>(text).ok();
        let field = |field: &'a ima_host::types::FormField| Field {
            name: &field.name,
            label: &field.label,
            kind: &field.kind,
            default: field.default.as_ref().and_then(json),
            options: field.options.iter().filter_map(json).collect(),
            minimum: field.minimum,
            maximum: field.maximum,
        };
        Self {
            task: match task {
                TaskType::TextToMusic => "music",
                TaskType::TextToSpeech => "speech",
            },
            model_id: &model.model_id,
            version_id: &model.version_id,
            name: &model.name,
            points_min: model.points_min,
            points_max: model.points_max,
            seconds_min: model.estimate.min_seconds,
            seconds_max: model.estimate.max_seconds,
            fields: model.fields.iter().map(field).collect(),
        }
    }
}
