//! What there is to choose from, and what it costs. Nothing here spends.

use crate::error::{ApiError, Kind};
use crate::http::{Response, text};
use crate::prelude::*;
use crate::run::{LONGEST, Runner, Step, Transport};
use crate::service::Context;
use crate::{create, order};
use ima_core::catalogue::{Catalogue, Field, Leaf, Rule};
use ima_core::inquiry::Inquiry;
use ima_core::outcome::Cause;
use ima_core::pump::Command;
use ima_core::request::{Language, TaskType};
use ima_wire::untrusted;
use serde_json::{Map, Value, json};

const TASKS: [(&str, TaskType); 2] = [
    ("music", TaskType::TextToMusic),
    ("speech", TaskType::TextToSpeech),
];

/// Answers `GET /v1/models`: OpenAI's members, and ours beside them.
pub(crate) async fn models<T: Transport>(
    context: &Context<'_, T>,
) -> Result<Response<T>, ApiError> {
    let wanted = context.request.query("task");
    let mut data = Vec::new();
    for (name, task) in TASKS {
        if wanted.is_none_or(|wanted| wanted == name) {
            let inquiry = inquire(context, task, context.language).await;
            let catalogue = catalogue(&inquiry, task, context.language)?;
            data.extend(catalogue.leaves().map(|leaf| model(name, task, &leaf)));
        }
    }
    Ok(Response::json(
        200,
        &json!({"object": "list", "data": data}),
    ))
}

/// Answers `GET /v1/models/{id}`.
pub(crate) async fn one<T: Transport>(
    context: &Context<'_, T>,
    id: &str,
) -> Result<Response<T>, ApiError> {
    for (name, task) in TASKS {
        let inquiry = inquire(context, task, context.language).await;
        let catalogue = catalogue(&inquiry, task, context.language)?;
        if let Some(leaf) = catalogue.find(id, None) {
            return Ok(Response::json(200, &model(name, task, &leaf)));
        }
    }
    let message = context
        .language
        .pick("There is no such model.", "没有这个模型。");
    Err(ApiError::new(404, Kind::InvalidRequest, "model_not_found", message).param("model"))
}

/// Answers `POST /v1/quote`.
pub(crate) async fn quote<T: Transport>(context: &Context<'_, T>) -> Result<Response<T>, ApiError> {
    let mut order = order::either(context.request, context.language)?;
    create::budget(context, &mut order)?;
    let (task, language) = (order.task, order.language);
    let inquiry = inquire(context, task, language).await;
    let quote = inquiry
        .quote(&order)
        .map_err(|cause| failed(task, language, cause))?;
    let request: Value = serde_json::from_str(&quote.body()).unwrap_or_default();
    let quoted = json!({
        "object": "quote",
        "task": if task == TaskType::TextToMusic { "music" } else { "speech" },
        "model": quote.model_id(),
        "version": quote.version_id(),
        "model_name": quote.model_name(),
        "points": quote.points(),
        "most_points": quote.most_points(),
        "phrase": quote.phrase(language),
        "estimate": estimate(quote.estimate()),
        "request": request,
    });
    Ok(Response::json(200, &quoted))
}

async fn inquire<T: Transport>(
    context: &Context<'_, T>,
    task: TaskType,
    language: Language,
) -> Inquiry {
    let (seed, _) = context.transport.seed();
    let mut inquiry = Inquiry::new(task, language, seed);
    let runner = Runner::new(context.transport, context.bearer, LONGEST);
    runner.command(&mut inquiry, Command::Start);
    while let Step::Event(_) = runner.next(&mut inquiry).await {}
    inquiry
}

fn catalogue(
    inquiry: &Inquiry,
    task: TaskType,
    language: Language,
) -> Result<&Catalogue, ApiError> {
    inquiry
        .catalogue()
        .map_err(|cause| failed(task, language, cause))
}

fn failed(task: TaskType, language: Language, cause: Cause) -> ApiError {
    let passes = matches!(
        cause,
        Cause::RateLimited | Cause::Unavailable | Cause::Network
    );
    let error = ApiError::failed(&Inquiry::failure(task, language, cause), language);
    match passes {
        true => error.may_be_retried(),
        false => error,
    }
}

fn estimate(estimate: ima_core::catalogue::Estimate) -> Value {
    json!({"min_seconds": estimate.min_seconds, "max_seconds": estimate.max_seconds})
}

fn model(name: &str, task: TaskType, leaf: &Leaf) -> Value {
    let points = || leaf.rules.iter().map(|rule| rule.points);
    let price = |rule: &Rule| {
        let attributes: Map<String, Value> = rule
            .parameters()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        json!({"points": rule.points, "attributes": attributes})
    };
    json!({
        "id": leaf.model_id,
        "object": "model",
        "created": 0,
        "owned_by": "ima-studio",
        "name": untrusted::name(&leaf.name),
        "task": name,
        "version": leaf.version_id,
        "recommended": leaf.model_id == task.recommended_model(),
        "points_min": points().min(),
        "points_max": points().max(),
        "prices": leaf.rules.iter().map(price).collect::<Vec<_>>(),
        "estimate": estimate(leaf.estimate),
        "engines": leaf.engines(),
        "parameters": leaf.fields.iter().map(parameter).collect::<Vec<_>>(),
    })
}

fn parameter(field: &Field) -> Value {
    json!({
        "name": field.name,
        "label": text(Some(&field.label)),
        "kind": field.kind,
        "default": field.default,
        "options": field.options,
        "min_length": field.minimum,
        "max_length": field.maximum,
    })
}
