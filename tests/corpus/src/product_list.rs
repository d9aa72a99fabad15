//! The product list: no model is missed and none invented, and a price only ever comes from the
//! list.

use crate::json::{integer, plain};
use crate::run::{Kind, Run};
use ima_core::catalogue::{Catalogue, Leaf};
use ima_core::http::HttpResponse;
use ima_core::inquiry::Inquiry;
use ima_core::outcome::{Cause, Charge};
use ima_core::pump::{Command, Input, Output, Pump as _};
use ima_core::quote::Quote;
use ima_core::request::{Language, Request, TaskType};
use ima_core::session::{Session, Settings};
use serde_json::Value;

/// As many models of a list are priced; a long list has nothing new.
const MOST: usize = 12;

/// The `data` of an answer. Bytes that are no UTF-8 are passed over.
pub fn product_list(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let given = plain(text);
    let expected = given.as_ref().map(|list| {
        let mut models = Vec::new();
        walk(list, &mut models).map(|()| models)
    });
    for task in [TaskType::TextToMusic, TaskType::TextToSpeech] {
        let catalogue = Catalogue::read(task, text);
        assert_eq!(catalogue, Catalogue::read(task, text), "twice the same");
        if let Some(expected) = &expected {
            assert_eq!(catalogue.is_some(), expected.is_some(), "a list or none");
        }
        let Some(catalogue) = catalogue else {
            continue;
        };
        same_models(task, text, &catalogue);
        if let Some(Some(models)) = &expected {
            complete(&catalogue, models);
        }
        for leaf in catalogue.leaves().take(MOST) {
            sound(&leaf);
            let newest = catalogue.find(&leaf.model_id, None);
            if newest.as_ref() == Some(&leaf) && !leaf.model_id.trim().is_empty() {
                requests(task, &leaf).for_each(|request| price(&request, &catalogue, text));
            }
        }
    }
}

/// A model as this second reading finds it: its id, its version, and its node.
struct Model<'a> {
    id: String,
    version: String,
    node: &'a Value,
}

/// The models of a list in document order; `None` where it is no list of nodes.
fn walk<'a>(list: &'a Value, models: &mut Vec<Model<'a>>) -> Option<()> {
    for node in list.as_array()? {
        node.as_object()?;
        let id = word(&node["model_id"]).filter(|_| integer(&node["type"]) == Some(3));
        models.extend(id.map(|id| Model {
            version: word(&node["id"]).unwrap_or_else(|| id.clone()),
            id,
            node,
        }));
        // What is no list counts as an empty one.
        if node["children"].is_array() {
            walk(&node["children"], models)?;
        }
    }
    Some(())
}

/// A name, also where it is written as a number.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(match integer(value) {
            Some(whole) => whole.to_string(),
            None => number.to_string(),
        }),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// No model is missed, none is invented, and the newest version is the last one.
fn complete(catalogue: &Catalogue, models: &[Model<'_>]) {
    let mut ids: Vec<&str> = Vec::new();
    for model in models {
        if ids.len() < 100 && !ids.contains(&model.id.as_str()) {
            ids.push(&model.id);
        }
    }
    assert_eq!(catalogue.model_ids(), ids);
    let mut rest = models.iter();
    for leaf in catalogue.leaves() {
        // Damaged ones are left out.
        let found = rest.any(|it| it.id == leaf.model_id && priced_as(it.node, &leaf));
        assert!(found, "a leaf from nowhere: {leaf:?}");
    }
    for model in models.iter().take(MOST) {
        let newest = models.iter().rfind(|it| it.id == model.id);
        if let Some(leaf) = catalogue.find(&model.id, None) {
            assert_eq!(newest.map(|it| &it.version), Some(&leaf.version_id));
        }
        if let Some(leaf) = catalogue.find(&model.id, Some(&model.version)) {
            assert_eq!(
                (leaf.model_id, leaf.version_id),
                (model.id.clone(), model.version.clone())
            );
        }
    }
}

/// Whether a node has all the prices of a leaf.
fn priced_as(node: &Value, leaf: &Leaf) -> bool {
    let prices = node["credit_rules"].as_array();
    leaf.rules.iter().all(|rule| {
        prices.into_iter().flatten().any(|price| {
            let number = |name| integer(&price[name]);
            number("points") == Some(rule.points.into())
                && (rule.attribute_id == 0
                    || number("attribute_id") == i64::try_from(rule.attribute_id).ok())
        })
    })
}

/// The list as a part of an answer holds the same models as by itself.
fn same_models(task: TaskType, list: &str, catalogue: &Catalogue) {
    let asked = match inquire(task, list) {
        Ok(asked) => asked,
        Err(cause) => panic!("{cause} of a good list"),
    };
    assert_eq!(asked.model_ids(), catalogue.model_ids());
    assert!(asked.leaves().eq(catalogue.leaves()));
}

/// The list as an inquiry gets it.
fn inquire(task: TaskType, list: &str) -> Result<Catalogue, Cause> {
    let mut inquiry = Inquiry::new(task, Language::En, 0);
    let start = inquiry.handle(Input::Command(Command::Start), 0);
    assert_eq!(start, Ok(()));
    let Output::Transmit(transmit) = inquiry.poll() else {
        panic!("the list is asked for");
    };
    let body = [r#"{"code":"200","data":"#, list, "}"].concat();
    let response = HttpResponse {
        status: 200,
        headers: Vec::new(),
        body: body.into_bytes(),
    };
    let exchange = transmit.exchange;
    let end = inquiry.handle(Input::Response { exchange, response }, 1);
    assert_eq!(end, Ok(()));
    assert_eq!(inquiry.poll(), Output::Done);
    inquiry.catalogue().cloned()
}

fn sound(leaf: &Leaf) {
    let estimate = leaf.estimate;
    assert!(estimate.min_seconds <= estimate.max_seconds && estimate.max_seconds > 0);
    let named = [&leaf.model_id, &leaf.version_id, &leaf.name];
    assert!(named.into_iter().all(|it| !it.is_empty()), "{leaf:?}");
    assert!(leaf.fields.iter().all(|field| !field.name.is_empty()));
}

/// The plain request for a model, and one for every value that its form offers.
fn requests(task: TaskType, leaf: &Leaf) -> impl Iterator<Item = Request> {
    let mut plain = Request::new(task, "rain on a roof", Language::En);
    plain.model_id = Some(leaf.model_id.clone());
    let mut all = vec![plain.clone()];
    for field in leaf.fields.iter().take(MOST) {
        let controls = field.mapping.iter().flat_map(|it| &it.choices);
        let controls = controls.flat_map(|choice| &choice.controls);
        let options = field.options.iter().map(|value| (&field.name, value));
        let own = options.chain([(&field.name, &field.default)]);
        all.extend(
            own.chain(controls)
                .take(MOST)
                .map(|(name, value)| plain.clone().with(name, value.clone())),
        );
    }
    all.into_iter()
}

/// A price is one of the model's, stands in the request, and holds against a budget.
fn price(request: &Request, catalogue: &Catalogue, list: &str) {
    let quote = match Quote::new(request, catalogue) {
        Ok(quote) => quote,
        Err(cause) => {
            let fits = matches!(cause, Cause::Invalid(_) | Cause::NoPrice);
            assert!(fits, "{cause} of a model that is there");
            return;
        }
    };
    let (points, attribute) = (quote.points(), quote.attribute_id().get());
    let leaf = catalogue.find(quote.model_id(), None).expect("a leaf");
    assert_eq!(quote.version_id(), leaf.version_id);
    assert!(
        leaf.rules
            .iter()
            .any(|rule| (rule.points, rule.attribute_id) == (points, attribute)),
        "a price that the model does not have"
    );
    assert!(!quote.phrase(request.language).is_empty());
    body(request, &quote, &leaf);
    let limited = |budget| {
        let budget = Some(budget);
        Quote::new(
            &Request {
                budget,
                ..request.clone()
            },
            catalogue,
        )
    };
    let most = quote.most_points();
    assert!(most >= points);
    assert_eq!(limited(most).as_ref(), Ok(&quote), "a budget that suffices");
    if let Some(budget) = most.checked_sub(1) {
        let points = most;
        assert_eq!(limited(budget), Err(Cause::OverBudget { points, budget }));
    }
    if request.parameters.is_empty() {
        create(request, &quote, list);
    }
}

fn body(request: &Request, quote: &Quote, leaf: &Leaf) {
    let body: Value = serde_json::from_str(&quote.body()).expect("JSON");
    let at = |path: &str| body.pointer(path).unwrap_or(&Value::Null);
    let points = Value::from(quote.points());
    let attribute = Value::from(quote.attribute_id().get());
    assert_eq!(at("/task_type"), request.task.name());
    assert_eq!(at("/parameters/0/model_id"), &leaf.model_id);
    assert_eq!(at("/parameters/0/credit"), &points);
    assert_eq!(at("/parameters/0/attribute_id"), &attribute);
    assert_eq!(at("/parameters/0/parameters/cast/points"), &points);
    assert_eq!(at("/parameters/0/parameters/cast/attribute_id"), &attribute);
    assert_eq!(at("/parameters/0/parameters/prompt"), &request.prompt);
    assert!(
        at("/parameters/0/parameters/n").as_u64() >= Some(1),
        "{body}"
    );
    let named = leaf.fields.iter().any(|field| {
        let choices = field.mapping.iter().flat_map(|it| &it.choices);
        field.name == "default" || choices.into_iter().any(|it| it.parameter == "default")
    });
    let sent = at("/parameters/0/parameters/default");
    let marker = sent
        .as_str()
        .is_some_and(|it| it.eq_ignore_ascii_case("enabled"));
    assert!(named || !marker, "the marker of the fallback price is sent");
}

/// What was quoted is what a generation announces, sends and pays.
fn create(request: &Request, quote: &Quote, list: &str) {
    let session = Session::new(request.clone(), Settings::default()).expect("a good request");
    let mut run = Run::new(session, false);
    run.command(Command::Start);
    while let Some((kind, transmit)) = run.next() {
        match kind {
            Kind::List => run.answer(&transmit, list),
            Kind::Create => {
                let sent = str::from_utf8(&transmit.request.body).expect("text");
                assert_eq!(sent, quote.body());
                let announced = run.started.as_ref().map(|it| it.points);
                assert_eq!(announced, Some(quote.points()));
                run.answer(&transmit, r#"{"id":"task_1"}"#);
            }
            Kind::Detail => {
                let ready = r#"{"medias":[{"resource_status":1,"url":"https://cdn.example/a"}]}"#;
                run.answer(&transmit, ready);
            }
        }
    }
    let success = run.success().expect("all went well");
    assert_eq!(success.points, quote.points());
    let charge = run.failure().map_or(Charge::Yes, |failure| failure.charge);
    assert_eq!(charge, Charge::Yes);
}
