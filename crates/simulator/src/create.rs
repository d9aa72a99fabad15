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
    ATTRIBUTE_MISMATCH, BAD_REQUEST, CREDIT_MISMATCH, INVALID_ATTRIBUTE, INVALID_LYRICS,
    NO_RULE_MATCH, Refusal, success,
};
use crate::world::Shared;

/// The most outputs of one request, for models whose form does not say.
const MOST_OUTPUTS: u64 = 10;

/// The inner parameters that every model takes. `default` is the marker of a fallback price, which the
/// vendor's own clients send along.
const COMMON_PARAMETERS: [&str; 5] = ["prompt", "n", "input_images", "cast", "default"];

/// The inner parameters that the description of a model names although its form does not.
fn described(model_id: Option<&str>) -> &'static [&'static str] {
    match model_id {
        Some(SUNO) => &["lyrics"],
        Some(SEED_TTS_2) => &["audio_params", "additions"],
        _ => &[],
    }
}

/// Engines that are on no form any more and are taken all the same: the vendor's own clients send
/// them.
const OLDER_ENGINES: [&str; 3] = ["sonic", "sonic-v2", "sonic-v3"];

const SUNO: &str = "sonic";
const SEED_TTS_2: &str = "seed-tts-2.0";

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
    let order = check(&world.catalogue, world.strict_form, &body)?;
    let id = world.accept(&account, order, body)?;
    Ok(success(json!({ "id": id })))
}

/// A request body as JSON; HTTP 400 where it is none.
pub(crate) fn read_json(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).map_err(|_| {
        Refusal::bad_request("the body is not JSON").with_status(StatusCode::BAD_REQUEST)
    })
}

fn check(catalogue: &Catalogue, strict_form: bool, body: &Value) -> Result<Order, Refusal> {
    let task_type = required_text(body, "task_type")?;
    if !catalogue.sells(task_type) {
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
    let versions = catalogue.leaves(task_type, required_text(outer, "model_id")?);
    let leaf = find_leaf(&versions, outer)?;
    let parameters = outer
        .get("parameters")
        .and_then(Value::as_object)
        .ok_or_else(|| Refusal::bad_request("parameters[0].parameters is required"))?;
    let n = check_parameters(leaf, strict_form, parameters)?;
    let known = |id| versions.iter().any(|version| version.has_rule(id));
    let rule = check_price(leaf, known, attribute_id, outer, parameters)?;
    Ok(Order {
        task_type: task_type.to_owned(),
        model_id: leaf.model_id().unwrap_or_default().to_owned(),
        points: rule.points,
        n,
        parameters: parameters.clone(),
    })
}

fn find_leaf<'a>(versions: &[Leaf<'a>], outer: &Value) -> Result<Leaf<'a>, Refusal> {
    if versions.is_empty() {
        return Err(Refusal::bad_request("Model not available"));
    }
    let version = required_text(outer, "model_version")?;
    versions
        .iter()
        .rev()
        .copied()
        .find(|leaf| leaf.id() == Some(version))
        .ok_or_else(|| Refusal::bad_request("model_version is not a version of the model"))
}

/// Checks the inner parameters and gives the number of outputs.
fn check_parameters(
    leaf: Leaf<'_>,
    strict_form: bool,
    parameters: &Map<String, Value>,
) -> Result<u32, Refusal> {
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
    let described = if strict_form {
        &[]
    } else {
        described(leaf.model_id())
    };
    for (name, value) in parameters {
        let known = COMMON_PARAMETERS.contains(&name.as_str()) || leaf.knows(name);
        if !known && !described.contains(&name.as_str()) {
            return Err(Refusal::of(NO_RULE_MATCH));
        }
        if !known && name == "lyrics" {
            check_lyrics(value, parameters)?;
        }
        let older = name == "model_version" && OLDER_ENGINES.iter().any(|engine| value == engine);
        if let Some(problem) = leaf.problem(name, value).filter(|_| !older) {
            let reason = format!("{name} {}", problem.reason());
            return Err(Refusal::bad_request(&reason));
        }
    }
    if leaf.model_id() == Some(SEED_TTS_2) {
        check_voice(parameters)?;
    }
    Ok(n)
}

/// Suno takes lyrics in custom mode alone.
fn check_lyrics(lyrics: &Value, parameters: &Map<String, Value>) -> Result<(), Refusal> {
    if parameters.get("custom_mode") != Some(&json!(true)) {
        return Err(Refusal::of(NO_RULE_MATCH));
    }
    if !lyrics.is_string() && !lyrics.is_null() {
        return Err(Refusal::new(BAD_REQUEST, INVALID_LYRICS));
    }
    Ok(())
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

/// Checks that the request names the price of the rule that fits its parameters. `known` tells
/// whether a rule of any version of the model has an id.
fn check_price(
    leaf: Leaf<'_>,
    known: impl Fn(u64) -> bool,
    attribute_id: u64,
    outer: &Value,
    parameters: &Map<String, Value>,
) -> Result<Rule, Refusal> {
    // An id of no rule at all is an outdated one, for which the documents name the same error as
    // for 0.
    if !known(attribute_id) {
        return Err(invalid_attribute());
    }
    let rule = leaf
        .rule_for(parameters)
        .ok_or_else(|| Refusal::of(NO_RULE_MATCH))?;
    let number = |node: Option<&Value>, name| node?.get(name)?.as_u64();
    let cast = parameters.get("cast");
    let cast_id = number(cast, "attribute_id");
    let of_another = |id| id != rule.attribute_id && known(id);
    if of_another(attribute_id) || cast_id.is_some_and(of_another) {
        return Err(Refusal::of(ATTRIBUTE_MISMATCH));
    }
    let paid = number(Some(outer), "credit") == Some(rule.points)
        && number(cast, "points") == Some(rule.points)
        && cast_id == Some(rule.attribute_id);
    if !paid {
        return Err(Refusal::of(CREDIT_MISMATCH));
    }
    Ok(rule)
}

fn invalid_attribute() -> Refusal {
    Refusal::new(BAD_REQUEST, INVALID_ATTRIBUTE)
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
