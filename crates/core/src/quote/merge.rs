//! How a model's defaults, a price's attributes and the user's parameters become one request
//! (`docs/wire.md`, "The product list").

use crate::catalogue::{ENGINE, Leaf, Rule, newest_engine};
use crate::prelude::*;
use crate::request::{Request, TaskType, whole_number};
use core::num::NonZeroU64;
use serde_json::{Map, Value, json};

/// What the form sends when the user says nothing: nulls left out, virtual fields resolved, and the
/// newest engine instead of the form's own default (music: "Recommended Defaults").
pub(super) fn defaults(task: TaskType, leaf: &Leaf) -> Map<String, Value> {
    let mut defaults = Map::new();
    for field in &leaf.fields {
        let (name, value) = match &field.mapping {
            Some(mapping) => match mapping.choose(&mapping.controls) {
                Some(choice) => (&choice.parameter, &choice.value),
                None => continue,
            },
            None => {
                let engine = (task == TaskType::TextToMusic && field.name == ENGINE)
                    .then(|| newest_engine(field))
                    .flatten();
                (&field.name, engine.unwrap_or(&field.default))
            }
        };
        if !value.is_null() {
            defaults.insert(name.clone(), value.clone());
        }
    }
    defaults
}

/// The inner parameters of the create request.
pub(super) fn parameters(
    defaults: Map<String, Value>,
    rule: &Rule,
    chosen: Map<String, Value>,
    request: &Request,
    attribute_id: NonZeroU64,
) -> Map<String, Value> {
    let mut parameters = defaults;
    for (name, value) in rule.parameters() {
        parameters.insert(name.clone(), value.clone());
    }
    parameters.extend(chosen);
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
