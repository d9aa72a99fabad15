//! What a request spends, whatever happens to it.

use super::script::*;
use ima_core::http::Sent;
use serde_json::json;

fn song() -> serde_json::Value {
    json!({"prompt": "rain", "model": "sonic"})
}

fn error(status: u16, code: &str, charge: &str) -> (u16, String, String) {
    (status, code.to_owned(), charge.to_owned())
}

#[test]
fn a_lost_answer_is_an_unknown_outcome_that_nobody_repeats() {
    for end in [
        End::Lost(Sent::Maybe),
        End::Answer(502, "bad gateway".to_owned()),
        End::Answer(200, "<html>".to_owned()),
        code(500),
        End::After(600_000, Box::new(created())),
    ] {
        for (path, body) in [
            ("/v1/music", song()),
            ("/v1/audio/speech", json!({"input": "Hello."})),
        ] {
            let service = Service::new(std::slice::from_ref(&end));
            let answer = service.post(path, &body);
            assert_eq!(
                answer.error(),
                error(409, "outcome_unknown", "unknown"),
                "{end:?}"
            );
            assert_eq!(answer.header("x-should-retry"), "false");
            assert_eq!(service.creates(), 1, "{end:?}");
        }
    }
}

#[test]
fn an_unclear_answer_that_names_a_task_gives_its_job() {
    let unclear = End::Answer(500, r#"{"code":500,"data":{"id":"task_1"}}"#.to_owned());
    let service = Service::new(&[unclear]);
    let answer = service.post("/v1/music", &song());
    assert_eq!(answer.error(), error(409, "outcome_unknown", "unknown"));
    let job = answer.json()["error"]["job"]["status_url"].clone();
    service.then(&[ready()]);
    assert_eq!(
        service.get(job.as_str().unwrap()).json()["status"],
        "completed"
    );
    assert_eq!(service.creates(), 1);
}

#[test]
fn a_refusal_costs_nothing_and_says_why() {
    for (refusal, expected) in [
        (code(4008), error(402, "insufficient_points", "no")),
        (code(4014), error(403, "subscription_required", "no")),
        (code(429), error(429, "rate_limited", "no")),
        (code(401), error(401, "invalid_api_key", "no")),
        (code(1), error(422, "refused", "no")),
    ] {
        let service = Service::new(&[refusal]);
        let answer = service.post("/v1/music", &song());
        assert_eq!(answer.error(), expected);
        assert_eq!(answer.header("x-should-retry"), "false");
        assert_eq!(service.creates(), 1);
    }
}

#[test]
fn a_refused_request_is_amended_and_a_proven_one_that_did_not_leave_is_tried_again() {
    for first in [code(6009), End::Lost(Sent::No)] {
        let service = Service::new(&[first, created()]);
        let answer = service.post("/v1/music", &song());
        assert_eq!(answer.status, 202, "{}", answer.text);
        let sent = service.sent("/tasks/create");
        assert_eq!(sent.len(), 2);
        assert_eq!(sent[0].request.headers, sent[1].request.headers);
    }
    let service = Service::new(&[End::Lost(Sent::No)]);
    let answer = service.post("/v1/music", &song());
    assert_eq!(answer.error(), error(502, "service_unreachable", "no"));
    assert_eq!(service.creates(), 3);
}

#[test]
fn a_maybe_after_a_refusal_is_the_end() {
    let service = Service::new(&[code(6009), End::Lost(Sent::Maybe), created()]);
    let answer = service.post("/v1/music", &song());
    assert_eq!(answer.error(), error(409, "outcome_unknown", "unknown"));
    assert_eq!(service.creates(), 2);
}

#[test]
fn a_slow_create_request_is_waited_for() {
    let service = Service::new(&[End::After(200_000, Box::new(created()))]);
    let answer = service.post("/v1/audio/speech", &json!({"input": "Hello."}));
    assert_eq!(answer.error(), error(504, "not_finished", "yes"));
    assert!(answer.json()["error"]["job"]["id"].is_string());
    assert_eq!((service.creates(), service.sent("/detail").len()), (1, 0));
}

#[test]
fn nothing_above_the_cap_is_sent_whoever_sets_it() {
    let body = |points| json!({"prompt": "rain", "model": "sonic", "max_points": points});
    let plain = Service::new(&[created()]);
    let header = post("/v1/music", &body(100)).with("x-max-points", "24");
    let capped = Service::new(&[created()]).with(r#"{"max_points":24}"#);
    for (service, request) in [
        (&plain, post("/v1/music", &body(24))),
        (&plain, header),
        (
            &capped,
            post("/v1/music", &body(100)).with("x-max-points", "100"),
        ),
    ] {
        assert_eq!(
            service.send(&request).error(),
            error(402, "over_budget", "no")
        );
        assert_eq!(service.creates(), 0);
    }
    let two = json!({"prompt": "rain", "model": "sonic", "n": 2, "max_points": 49});
    assert_eq!(
        plain.post("/v1/music", &two).error(),
        error(402, "over_budget", "no")
    );
    for bad in ["", "-1", "many", "25.0"] {
        let request = post("/v1/music", &song()).with("x-max-points", bad);
        assert_eq!(
            plain.send(&request).error(),
            error(400, "invalid_max_points", "no")
        );
    }
    assert_eq!(plain.creates(), 0);
    assert_eq!(plain.post("/v1/music", &body(25)).status, 202);
}

#[test]
fn the_clients_idempotency_key_decides_the_services() {
    let key = |service: &Service, name: Option<&str>| {
        let mut request = post("/v1/music", &song());
        if let Some(name) = name {
            request = request.with("idempotency-key", name);
        }
        assert_eq!(service.send(&request).status, 202);
        let sent = service.sent("/tasks/create").pop().unwrap();
        let header = sent
            .request
            .headers
            .iter()
            .find(|(name, _)| *name == "idempotency-key");
        header.unwrap().1.to_string()
    };
    let service = Service::new(&[created()]);
    let first = key(&service, Some("a"));
    assert_eq!(key(&service, Some("a")), first);
    assert_ne!(key(&service, Some("b")), first);
    assert_ne!(key(&service, None), key(&service, None));
}

#[test]
fn a_retry_without_proof_sends_nothing_not_even_a_question() {
    let service = Service::new(&[created()]);
    for key in [None, Some("a")] {
        let mut request = post("/v1/music", &song()).with("x-stainless-retry-count", "1");
        if let Some(key) = key {
            request = request.with("idempotency-key", key);
        }
        let answer = service.send(&request);
        assert_eq!(answer.error(), error(409, "retry_without_key", "unknown"));
        assert_eq!(answer.header("x-should-retry"), "false");
    }
    assert!(service.sent("/").is_empty());
    let service = service.with(r#"{"ledger":true}"#);
    let request = post("/v1/music", &song())
        .with("x-stainless-retry-count", "1")
        .with("idempotency-key", "a");
    assert_eq!(service.send(&request).status, 202);
}

#[test]
fn the_callers_key_goes_to_the_service_and_the_operators_is_added_outside() {
    let service = Service::new(&[created()]);
    service.post("/v1/music", &song());
    let own = Some("ima_key".to_owned());
    assert!(!service.bearers().is_empty() && service.bearers().iter().all(|it| *it == own));

    let mut request = post("/v1/music", &song());
    request.headers.retain(|(name, _)| name != "authorization");
    let asked = service.sent("/").len();
    assert_eq!(
        service.send(&request).error(),
        error(401, "missing_api_key", "no")
    );
    for bad in ["ima_key", "Bearer ", "Bearer a b", "Basic x", "Bearer é"] {
        let request = request.clone().with("authorization", bad);
        assert_eq!(service.send(&request).status, 401, "{bad}");
    }
    assert_eq!(service.sent("/").len(), asked);

    let service = Service::new(&[created()]).with(r#"{"key":"outside"}"#);
    assert_eq!(service.post("/v1/music", &song()).status, 202);
    assert!(service.bearers().iter().all(Option::is_none));
}
