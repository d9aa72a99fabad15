//! Refused create requests are amended, three in all, and never after anything but a refusal.

use super::script::*;
use crate::catalogue::fixtures;
use crate::event::{Attempt, Event};
use crate::http::Sent;
use crate::outcome::{Cause, Charge};
use crate::request::{Language, OnMismatch, Request};
use serde_json::{Value, json};

fn with_lyrics() -> Request {
    song()
        .with("lyrics", json!("la la"))
        .with("tags", json!("jazz"))
}

fn inner(run: &Run, create: usize) -> Value {
    let creates: Vec<_> = run
        .requests
        .iter()
        .filter(|(path, _)| path.contains(CREATE))
        .collect();
    let body: Value = serde_json::from_str(&creates[create].1).unwrap();
    body["parameters"][0].clone()
}

fn attempts(run: &Run) -> Vec<&Attempt> {
    fn attempt(event: &Event) -> Option<&Attempt> {
        match event {
            Event::Attempt(attempt) => Some(attempt),
            _ => None,
        }
    }
    run.events.iter().filter_map(attempt).collect()
}

fn refusal(number: i64) -> Step {
    (CREATE, code(number, "no"))
}

#[test]
fn after_6009_only_what_the_form_knows_is_kept() {
    let run = Run::new(with_lyrics()).play(vec![list(), refusal(6009), created(), ready()]);
    assert_eq!(inner(&run, 0)["parameters"]["lyrics"], "la la");
    assert_eq!(inner(&run, 1)["parameters"].get("lyrics"), None);
    assert_eq!(inner(&run, 1)["parameters"]["tags"], "jazz");
    let log = attempts(&run);
    assert_eq!(log[0].amendment.as_ref().unwrap().removed, ["lyrics"]);
    assert_eq!(
        log[0].text,
        "❌ [Attempt 1] no → removed unsupported parameters: lyrics"
    );
    assert_eq!(log[1].text, "✅ [Attempt 2] Accepted");
    assert_eq!(run.asked(LIST), 1);
    run.success();
}

#[test]
fn after_6010_the_list_is_fetched_and_the_defaults_are_sent() {
    let script = vec![list(), refusal(6010), list(), created(), ready()];
    let run = Run::new(with_lyrics()).play(script);
    let parameters = &inner(&run, 1)["parameters"];
    assert_eq!(
        (parameters.get("lyrics"), parameters.get("tags")),
        (None, None)
    );
    assert_eq!(parameters["prompt"], "a song of rain");
    assert_eq!(parameters["model_version"], "sonic-v5");
    let amendment = attempts(&run)[0].amendment.clone().unwrap();
    assert!(amendment.defaults && amendment.fetched);
    assert_eq!(amendment.removed, ["custom_mode", "lyrics", "tags"]);
}

#[test]
fn a_second_refusal_of_any_of_these_kinds_leaves_the_defaults_and_a_third_ends_it() {
    let script = vec![list(), refusal(6009), refusal(6009), refusal(6009)];
    let run = Run::new(with_lyrics()).play(script);
    assert_eq!(run.creates(), 3);
    assert!(attempts(&run)[1].amendment.as_ref().unwrap().defaults);
    assert_eq!(attempts(&run)[2].amendment, None);
    assert_eq!(run.failure().charge, Charge::No);
    assert!(matches!(
        run.failure().cause,
        Cause::Refused { code: 6009, .. }
    ));
    let names: Vec<_> = run
        .failure()
        .alternatives
        .iter()
        .map(|a| a.model_name.as_str())
        .collect();
    assert_eq!(names, ["DouBao - BGM", "DouBao - Song"]);
}

#[test]
fn a_stale_price_is_fetched_again_and_nothing_is_left_out() {
    let fresh = fixtures::MUSIC.replace("\"attribute_id\": 2370", "\"attribute_id\": 2371");
    let stale = (CREATE, code(400, "Invalid product attribute"));
    for refusal in [stale, refusal(6006), refusal(6010)] {
        let script = vec![list(), refusal, (LIST, ok(&fresh)), created(), ready()];
        let run = Run::new(with_lyrics()).play(script);
        assert_eq!(inner(&run, 1)["attribute_id"], 2371);
        assert_eq!(inner(&run, 1)["parameters"]["lyrics"], "la la");
    }
}

#[test]
fn a_price_that_rose_meanwhile_is_not_paid() {
    let dearer = fixtures::MUSIC.replace("\"points\": 25", "\"points\": 26");
    let script = vec![list(), refusal(6006), (LIST, ok(&dearer))];
    let run = Run::new(song()).play(script);
    let changed = Cause::PriceChanged {
        points: 26,
        announced: 25,
    };
    assert_eq!(
        (&run.failure().cause, run.failure().charge),
        (&changed, Charge::No)
    );
    assert_eq!(run.creates(), 1);
}

#[test]
fn a_caller_may_forbid_it() {
    let mut request = with_lyrics();
    request.on_mismatch = OnMismatch::Stop;
    let run = Run::new(request).play(vec![list(), refusal(6009)]);
    assert_eq!(run.creates(), 1);
    assert!(matches!(
        run.failure().cause,
        Cause::Refused { code: 6009, .. }
    ));
}

#[test]
fn it_never_follows_a_refusal_that_no_amendment_mends_nor_an_unclear_end() {
    for number in [401, 4008, 4014, 429, 400, 1] {
        let run = Run::new(with_lyrics()).play(vec![list(), refusal(number)]);
        assert_eq!(
            (run.creates(), run.failure().charge),
            (1, Charge::No),
            "{number}"
        );
    }
    let lost = (CREATE, lost(Sent::Maybe));
    let run = Run::new(with_lyrics()).play(vec![list(), refusal(6009), lost]);
    assert_eq!(run.creates(), 2);
    assert_eq!(run.failure().cause, Cause::OutcomeUnknown);
}

#[test]
fn each_attempt_has_its_own_checkpoint() {
    let run = Run::new(with_lyrics()).play(vec![list(), refusal(6009), created(), ready()]);
    assert_eq!(run.checkpoints().len(), 3);
}

#[test]
fn the_log_in_chinese() {
    let mut request = with_lyrics();
    request.language = Language::Zh;
    let invalid = (CREATE, code(400, "Invalid product attribute"));
    let script = vec![list(), invalid, list(), created(), ready()];
    let run = Run::new(request).play(script);
    let lines: Vec<_> = attempts(&run)
        .iter()
        .map(|attempt| attempt.text.clone())
        .collect();
    assert_eq!(
        lines,
        [
            "❌ [尝试 1] Invalid product attribute → 重新获取价格，移除不支持的参数: lyrics",
            "✅ [尝试 2] 成功"
        ]
    );
}

#[test]
fn a_first_success_has_no_log_and_no_second_list() {
    let run = Run::new(with_lyrics()).play(vec![list(), created(), ready()]);
    assert_eq!(attempts(&run), Vec::<&Attempt>::new());
    assert_eq!(run.asked(LIST), 1);
    // The create request leaves in the moment in which the list arrives.
    assert_eq!(run.times[1], run.times[0]);
}

#[test]
fn the_last_attempt_takes_the_first_price() {
    let rules = r#""credit_rules": [
        {"points": 20, "attribute_id": 11, "attributes": {"quality": "low"}},
        {"points": 25, "attribute_id": 12, "attributes": {"default": "enabled"}}]"#;
    let data = format!(r#"[{{"id":"sonic","type":"3","model_id":"sonic",{rules}}}]"#);
    let listed = (LIST, ok(&data));
    let script = vec![listed.clone(), refusal(6010), listed, created(), ready()];
    let run = Run::new(song()).play(script);
    assert_eq!(inner(&run, 0)["attribute_id"], 12);
    let last = inner(&run, 1);
    assert_eq!(
        (&last["attribute_id"], &last["credit"]),
        (&json!(11), &json!(20))
    );
    assert_eq!(
        last["parameters"]["cast"],
        json!({"points": 20, "attribute_id": 11})
    );
}

#[test]
fn a_code_inside_the_message_is_amended_like_the_code() {
    let refused = code(400, "6009: No exact rule match found for parameters");
    let run = Run::new(song()).play(vec![list(), (CREATE, refused), created(), ready()]);
    run.success();
}
