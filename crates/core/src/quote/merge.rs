//! How a model's defaults, a price's attributes and the user's parameters become one request
//! (design: section 6, "payload merge").

use crate::catalogue::{Leaf, Rule, newest_engine};
use crate::request::{Request, TaskType, whole_number};
use serde_json::{Map, Value, json};
use std::num::NonZeroU64;

/// The inner field that chooses Suno's engine. Not to be confused with the outer `model_version`.
const ENGINE: &str = "model_version";

/// What the form sends when the user says nothing: nulls and virtual fields left out, and the
/// newest engine instead of the form's own default (music: "Recommended Defaults").
pub(super) fn defaults(task: TaskType, leaf: &Leaf) -> Map<String, Value> {
    let mut defaults = Map::new();
    for field in leaf.fields.iter().filter(|field| !field.is_virtual) {
        let engine = (task == TaskType::TextToMusic && field.name == ENGINE)
            .then(|| newest_engine(field))
            .flatten();
        let value = engine.unwrap_or(&field.default);
        if !value.is_null() {
            defaults.insert(field.name.clone(), value.clone());
        }
    }
    defaults
}

/// The user's parameters over what is there.
pub(super) fn overlay(parameters: &mut Map<String, Value>, request: &Request) {
    for parameter in &request.parameters {
        parameters.insert(parameter.name.clone(), parameter.value.clone());
    }
}

/// The inner parameters of the create request.
pub(super) fn parameters(
    defaults: Map<String, Value>,
    rule: &Rule,
    request: &Request,
    attribute_id: NonZeroU64,
) -> Map<String, Value> {
    let mut parameters = defaults;
    for (name, value) in rule.parameters() {
        parameters.insert(name.clone(), value.clone());
    }
    overlay(&mut parameters, request);
    let n = parameters
        .get("n")
        .and_then(whole_number)
        .unwrap_or(1)
        .max(1);
    parameters.insert("n".to_owned(), json!(n));
    parameters.insert("prompt".to_owned(), json!(request.prompt));
    parameters.insert("input_images".to_owned(), json!([]));
    parameters.insert(
        "cast".to_owned(),
        json!({ "points": rule.points, "attribute_id": attribute_id }),
    );
    parameters
}
