//! `POST /open/v1/tasks/create`: everything that is checked before an account is charged.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::auth::Account;
use crate::catalogue::{Catalogue, Leaf, Rule};
use crate::envelope::{
    ATTRIBUTE_MISMATCH, BAD_REQUEST, CREDIT_MISMATCH, NO_RULE_MATCH, Refusal, success,
};
use crate::world::Shared;

/// The most outputs of one request, for models whose form does not say.
const MOST_OUTPUTS: u64 = 10;

/// The inner parameters that every model takes.
const COMMON_PARAMETERS: [&str; 4] = ["prompt", "n", "input_images", "cast"];

/// The inner parameters that only the description of seed-tts-2.0 names.
const SEED_TTS_2_PARAMETERS: [&str; 2] = ["audio_params", "additions"];

/// The range of `speech_rate` and `loudness_rate`.
const RATES: std::ops::RangeInclusive<f64> = -50.0..=100.0;

/// A create request that is in order.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) task_type: String,
    pub(crate) model_id: String,
    /// The price.
    pub(crate) points: u64,
    /// The number of outputs.
    pub(crate) n: u32,
    /// The inner parameters.
    pub(crate) parameters: Map<String, Value>,
}

/// Checks the request, charges the account and answers the new task's id.
pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    Account(account): Account,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let body = read_json(&body)?;
    let mut world = shared.world();
    let order = check(&world.catalogue, &body)?;
    let id = world.accept(&account, order, body)?;
    Ok(success(json!({ "id": id })))
}

/// A request body as JSON; HTTP 400 where it is none.
pub(crate) fn read_json(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).map_err(|_| {
        Refusal::bad_request("the body is not JSON").with_status(StatusCode::BAD_REQUEST)
    })
}

fn check(catalogue: &Catalogue, body: &Value) -> Result<Order, Refusal> {
    let task_type = required_text(body, "task_type")?;
    if catalogue.tree(task_type).is_none() {
        return Err(Refusal::bad_request("unknown task_type"));
    }
    if body
        .get("enable_multi_model")
        .is_some_and(|flag| flag != &json!(false))
    {
        return Err(Refusal::bad_request("enable_multi_model must be false"));
    }
    expect_no_images(body.get("src_img_url"), "src_img_url")?;
    let outer = body
        .get("parameters")
        .and_then(|parameters| parameters.get(0))
        .filter(|outer| outer.is_object())
        .ok_or_else(|| Refusal::bad_request("parameters[0] is required"))?;
    for (name, expected) in [("app", "ima"), ("platform", "web"), ("category", task_type)] {
        if required_text(outer, name)? != expected {
            let reason = format!("{name} must be {expected}");
            return Err(Refusal::bad_request(&reason));
        }
    }
    required_text(outer, "model_name")?;
    let attribute_id = outer
        .get("attribute_id")
        .and_then(Value::as_u64)
        .filter(|id| *id != 0)
        .ok_or_else(invalid_attribute)?;
    let leaf = find_leaf(catalogue, task_type, outer)?;
    let parameters = outer
        .get("parameters")
        .and_then(Value::as_object)
        .ok_or_else(|| Refusal::bad_request("parameters[0].parameters is required"))?;
    let n = check_parameters(leaf, parameters)?;
    let rule = check_price(leaf, attribute_id, outer, parameters)?;
    Ok(Order {
        task_type: task_type.to_owned(),
        model_id: leaf.model_id().unwrap_or_default().to_owned(),
        points: rule.points,
        n,
        parameters: parameters.clone(),
    })
}

fn find_leaf<'a>(
    catalogue: &'a Catalogue,
    task_type: &str,
    outer: &Value,
) -> Result<Leaf<'a>, Refusal> {
    let leaves = catalogue.leaves(task_type, required_text(outer, "model_id")?);
    if leaves.is_empty() {
        return Err(Refusal::bad_request("Model not available"));
    }
    let version = required_text(outer, "model_version")?;
    leaves
        .into_iter()
        .rev()
        .find(|leaf| leaf.id() == Some(version))
        .ok_or_else(|| Refusal::bad_request("model_version is not a version of the model"))
}

/// Checks the inner parameters and gives the number of outputs.
fn check_parameters(leaf: Leaf<'_>, parameters: &Map<String, Value>) -> Result<u32, Refusal> {
    let prompt = parameters.get("prompt").and_then(Value::as_str);
    if prompt.is_none_or(|prompt| prompt.trim().is_empty()) {
        return Err(Refusal::bad_request(
            "prompt is required in parameters[].parameters",
        ));
    }
    let n = parameters
        .get("n")
        .and_then(Value::as_u64)
        .filter(|n| (1..=MOST_OUTPUTS).contains(n))
        .and_then(|n| u32::try_from(n).ok())
        .ok_or_else(|| Refusal::bad_request("n must be a whole number of at least 1"))?;
    expect_no_images(parameters.get("input_images"), "input_images")?;
    let speech = leaf.model_id() == Some("seed-tts-2.0");
    for (name, value) in parameters {
        let known = COMMON_PARAMETERS.contains(&name.as_str())
            || (speech && SEED_TTS_2_PARAMETERS.contains(&name.as_str()))
            || leaf.knows(name);
        if !known {
            return Err(no_rule());
        }
        if let Some(problem) = leaf.problem(name, value) {
            let reason = format!("{name} {}", problem.reason());
            return Err(Refusal::bad_request(&reason));
        }
    }
    if speech {
        check_voice(parameters)?;
    }
    Ok(n)
}

/// The rules of seed-tts-2.0 for the voice.
fn check_voice(parameters: &Map<String, Value>) -> Result<(), Refusal> {
    if let Some(speaker) = parameters
        .get("speaker")
        .filter(|speaker| !speaker.is_null())
        && !speaker
            .as_str()
            .is_some_and(|id| id.ends_with("_uranus_bigtts"))
    {
        return Err(Refusal::bad_request("speaker is not supported"));
    }
    for name in ["speech_rate", "loudness_rate"] {
        let rate = parameters
            .get("audio_params")
            .and_then(|audio_params| audio_params.get(name))
            .filter(|rate| !rate.is_null());
        if let Some(rate) = rate
            && !rate.as_f64().is_some_and(|rate| RATES.contains(&rate))
        {
            let reason = format!("audio_params.{name} must be within -50 and 100");
            return Err(Refusal::bad_request(&reason));
        }
    }
    Ok(())
}

/// Checks that the request names the price of the rule that fits its parameters.
fn check_price(
    leaf: Leaf<'_>,
    attribute_id: u64,
    outer: &Value,
    parameters: &Map<String, Value>,
) -> Result<Rule, Refusal> {
    // An id of no rule at all is an outdated one, for which the documents name the same error as
    // for 0.
    if !leaf.has_rule(attribute_id) {
        return Err(invalid_attribute());
    }
    let rule = leaf.rule_for(parameters).ok_or_else(no_rule)?;
    if rule.attribute_id != attribute_id {
        return Err(Refusal::new(
            ATTRIBUTE_MISMATCH,
            "Attribute ID does not match",
        ));
    }
    let number = |node: Option<&Value>, name| node?.get(name)?.as_u64();
    let cast = parameters.get("cast");
    let paid = number(Some(outer), "credit") == Some(rule.points)
        && number(cast, "points") == Some(rule.points)
        && number(cast, "attribute_id") == Some(rule.attribute_id);
    if !paid {
        return Err(Refusal::new(
            CREDIT_MISMATCH,
            "Credit mismatch, billing failure",
        ));
    }
    Ok(rule)
}

fn invalid_attribute() -> Refusal {
    Refusal::new(BAD_REQUEST, "Invalid product attribute")
}

fn no_rule() -> Refusal {
    Refusal::new(NO_RULE_MATCH, "No exact rule match found for parameters")
}

fn required_text<'a>(node: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    node.get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Refusal::bad_request(&format!("{name} is required")))
}

fn expect_no_images(images: Option<&Value>, name: &str) -> Result<(), Refusal> {
    if images.is_none_or(|images| images == &json!([])) {
        Ok(())
    } else {
        Err(Refusal::bad_request(&format!("{name} must be empty")))
    }
}
