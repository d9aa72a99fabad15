//! The tools over a scripted gateway: what an agent is told, and what is sent for it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::cell::RefCell;
use std::collections::VecDeque;

use ima_core::Millis;
use ima_core::http::{FailureKind, HttpResponse, Sent, Transmit, TransportFailure};
use ima_guest::Transport;
use serde_json::{Value, json};

use crate::{Tools, schema_of_all, tools};

const MUSIC: &str = include_str!("../../core/src/catalogue/fixtures/music.json");
const SPEECH: &str = include_str!("../../core/src/catalogue/fixtures/speech.json");
const ID: &str = "00112233445566778899aabbccddeeff";

/// Answers by path, in the order of the script; a path that is not in it fails the test.
#[derive(Default)]
struct Script {
    now: RefCell<Millis>,
    answers: RefCell<VecDeque<(&'static str, Option<Value>)>>,
    sent: RefCell<Vec<(String, Value)>>,
}

impl Script {
    fn of(answers: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Self {
        Self {
            answers: RefCell::new(answers.into_iter().collect()),
            ..Self::default()
        }
    }

    /// What was sent to paths that hold this, as JSON.
    fn sent(&self, part: &str) -> Vec<Value> {
        let sent = self.sent.borrow();
        let sent = sent.iter().filter(|(path, _)| path.contains(part));
        sent.map(|(_, body)| body.clone()).collect()
    }
}

impl Transport for &Script {
    fn exchange(&self, transmit: &Transmit) -> Result<HttpResponse, TransportFailure> {
        let request = &transmit.request;
        let body = serde_json::from_slice(&request.body).unwrap_or_default();
        self.sent.borrow_mut().push((request.path.clone(), body));
        *self.now.borrow_mut() += 10;
        if request.path.contains("product/list") {
            let list = match request.path.contains("text_to_music") {
                true => MUSIC,
                false => SPEECH,
            };
            let envelope = format!(r#"{{"code":0,"message":"success","data":{list}}}"#);
            return Ok(answer(200, envelope.into_bytes()));
        }
        let next = self.answers.borrow_mut().pop_front();
        let (part, body) = next.unwrap_or_else(|| panic!("unexpected: {}", request.path));
        assert!(request.path.contains(part), "{} for {part}", request.path);
        match body {
            Some(body) => Ok(answer(200, body.to_string().into_bytes())),
            None => Err(TransportFailure {
                sent: Sent::Maybe,
                kind: FailureKind::Network,
            }),
        }
    }

    fn now(&self) -> Millis {
        *self.now.borrow()
    }

    fn sleep_until(&self, deadline: Millis) {
        let mut now = self.now.borrow_mut();
        *now = deadline.max(*now);
    }

    fn seed(&self) -> (u64, u64) {
        (1, 2)
    }
}

fn answer(status: u16, body: Vec<u8>) -> HttpResponse {
    HttpResponse {
        status,
        headers: Vec::new(),
        body,
    }
}

fn kept() -> Value {
    let request =
        json!({"task": "text_to_music", "prompt": "rain", "language": "en", "model_id": "GenBGM"});
    json!({"request": request.to_string(), "points": 30, "expired": false, "used": false, "job": "j"})
}

fn created() -> Value {
    json!({"code": 0, "message": "success", "data": {"id": "task_1"}})
}

fn done() -> Option<Value> {
    Some(json!({}))
}

/// The continuation of a job that is paid, as `create` left it.
fn continuation() -> Value {
    let script = Script::of([
        ("/kept/", Some(kept())),
        ("/job", done()),
        ("tasks/create", Some(created())),
        ("/job", done()),
    ]);
    Tools::new(&script, true).create(ID, 30).unwrap();
    script.sent("/job").pop().unwrap()
}

#[test]
fn a_quote_is_kept_and_tells_what_to_do_next() {
    let script = Script::of([("/kept", Some(json!({"id": ID, "valid_seconds": 900})))]);
    let quote = Tools::new(&script, true)
        .quote("music", "rain", r#"{"model":"GenBGM"}"#)
        .unwrap();
    insta::assert_json_snapshot!(quote);
    let request: Value =
        serde_json::from_str(script.sent("/kept")[0]["request"].as_str().unwrap()).unwrap();
    assert_eq!(request["prompt"], "rain");
}

#[test]
fn without_a_gateway_there_are_prices_and_no_purchase() {
    let script = Script::default();
    let tools = Tools::new(&script, false);
    let quote = tools.quote("music", "rain", "").unwrap();
    assert_eq!(quote.quote_id, "");
    assert!(
        quote.points > 0 && quote.next.contains("ima gateway"),
        "{}",
        quote.next
    );
    for problem in [
        tools.create(ID, 30).unwrap_err(),
        tools.check(ID, 0).unwrap_err(),
    ] {
        assert_eq!(
            (problem.code.as_str(), problem.charge.as_str()),
            ("no_gateway", "no")
        );
    }
    assert_eq!(script.sent("tasks").len(), 0);
}

#[test]
fn a_purchase_is_kept_before_it_leaves_and_goes_by_the_id_of_its_quote() {
    let script = Script::of([
        ("/kept/", Some(kept())),
        ("/job", done()),
        ("tasks/create", Some(created())),
        ("/job", done()),
    ]);
    let job = Tools::new(&script, true).create(ID, 30).unwrap();
    insta::assert_json_snapshot!(job);
    let written = script.sent("/job");
    assert_eq!(written[0]["state"], "creating");
    assert_eq!(
        (&written[1]["state"], &written[1]["task_id"]),
        (&json!("waiting"), &json!("task_1"))
    );
}

#[test]
fn other_points_than_the_quotes_buy_nothing() {
    let script = Script::of([("/kept/", Some(kept()))]);
    let problem = Tools::new(&script, true).create(ID, 29).unwrap_err();
    assert_eq!(
        (problem.code.as_str(), problem.charge.as_str()),
        ("invalid", "no")
    );
    assert_eq!(script.sent("tasks").len(), 0);
}

#[test]
fn a_purchase_that_cannot_be_kept_does_not_leave() {
    let script = Script::of([("/kept/", Some(kept())), ("/job", None)]);
    let problem = Tools::new(&script, true).create(ID, 30).unwrap_err();
    assert_eq!(
        (problem.code.as_str(), problem.charge.as_str()),
        ("gateway_unreachable", "no")
    );
    assert_eq!(script.sent("tasks/create").len(), 0);
}

#[test]
fn a_lost_answer_is_a_doubt_and_the_same_call_sends_nothing_more() {
    let script = Script::of([
        ("/kept/", Some(kept())),
        ("/job", done()),
        ("tasks/create", None),
        // The same again.
        (
            "/kept/",
            Some(json!({"request": "", "points": 30, "expired": false, "used": true, "job": "j"})),
        ),
        (
            "/job",
            Some(json!({"state": "unknown", "continuation": ""})),
        ),
    ]);
    let tools = Tools::new(&script, true);
    for _ in 0..2 {
        let problem = tools.create(ID, 30).unwrap_err();
        assert_eq!(
            (problem.code.as_str(), problem.charge.as_str()),
            ("in_doubt", "unknown")
        );
    }
    assert_eq!(script.sent("tasks/create").len(), 1);
}

#[test]
fn what_the_gateway_keeps_back_is_told_in_its_words() {
    let refusal = json!({
        "code": 4030, "message": "m",
        "refusal": {"name": "over_budget", "charge": "no", "message": "30 points are too many."},
    });
    let script = Script::of([
        ("/kept/", Some(kept())),
        ("/job", done()),
        ("tasks/create", Some(refusal)),
        ("/job", done()),
    ]);
    let problem = Tools::new(&script, true).create(ID, 30).unwrap_err();
    insta::assert_json_snapshot!(problem);
    assert_eq!(script.sent("/job")[1]["state"], "failed");
}

#[test]
fn checking_waits_no_longer_than_asked_and_brings_the_audio() {
    let detail = |status: i64, url: &str| {
        let media = json!({"resource_status": status, "url": url, "duration_str": "60s"});
        Some(json!({"code": 0, "data": {"id": "task_1", "medias": [media]}}))
    };
    let script = Script::of([
        ("/job", Some(continuation())),
        ("tasks/detail", detail(0, "")),
        ("/job", done()),
        ("/job", Some(continuation())),
        ("tasks/detail", detail(1, "https://a.example/s.mp3")),
        ("/job", done()),
    ]);
    let tools = Tools::new(&script, true);
    let job = tools.check(ID, 0).unwrap();
    assert_eq!(
        (job.state.as_str(), job.charge.as_str()),
        ("waiting", "yes")
    );
    let job = tools.check(ID, 30).unwrap();
    assert_eq!(
        (job.state.as_str(), job.audio),
        ("finished", vec!["https://a.example/s.mp3".to_owned()])
    );
}

#[test]
fn every_bad_argument_is_named_and_costs_nothing() {
    let script = Script::default();
    let tools = Tools::new(&script, true);
    for (name, arguments, told) in [
        ("models", json!({"task": "video"}), "\"video\""),
        ("voices", json!({"language": "fr"}), "\"fr\""),
        (
            "quote",
            json!({"task": "music", "text": "x", "options_json": "[]"}),
            "options-json",
        ),
        (
            "quote",
            json!({"task": "music", "text": "x", "options_json": "{\"modle\":1}"}),
            "modle",
        ),
        (
            "quote",
            json!({"task": "speech", "text": "x", "options_json": "{\"voice\":\"Bob\"}"}),
            "Bob",
        ),
        (
            "create",
            json!({"quote_id": "../x", "points": 1}),
            "of this id",
        ),
        ("create", json!({"quote_id": ID, "points": 1.5}), "points"),
        ("check", json!({"job": 7}), "job"),
        ("check", json!({"job": ID, "jobs": 7}), "\"jobs\""),
        ("buy", json!({}), "\"buy\""),
        ("models", json!([]), "object"),
    ] {
        let problem = tools.call(name, arguments).unwrap_err();
        assert!(
            problem.message.contains(told),
            "{name}: {}",
            problem.message
        );
        assert_eq!(problem.charge, "no");
    }
    assert!(script.sent("").is_empty());
}

#[test]
fn models_and_voices_are_told_in_lines() {
    let script = Script::default();
    let tools = Tools::new(&script, false);
    insta::assert_json_snapshot!(tools.models("music").unwrap());
    insta::assert_json_snapshot!(tools.voices("en-US").unwrap());
}

#[test]
fn the_schemas_are_what_agents_see() {
    let schemas: Vec<Value> = tools()
        .iter()
        .map(|tool| json!({"name": tool.name, "schema": tool.schema()}))
        .collect();
    insta::assert_json_snapshot!(schemas);
    insta::assert_json_snapshot!(schema_of_all());
}
