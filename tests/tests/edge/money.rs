//! What is paid, whatever happens: one create request for each request at the most, and the truth
//! about it.

use super::stage::*;
use ima_simulator::{Endpoint, Fault};
use serde_json::json;

#[tokio::test]
async fn a_lost_answer_to_create_is_unknown_and_nobody_sends_it_again() {
    for fault in [
        Fault::ResetAfter,
        Fault::ResetBefore,
        Fault::CutBody,
        Fault::Malformed,
        Fault::StatusAfter {
            code: 502,
            body: String::new(),
        },
        // An answer without end, as far as anyone reads it.
        Fault::Oversized(64 << 20),
    ] {
        for (path, body) in [("/v1/music", song()), ("/v1/audio/speech", spoken())] {
            let stage = EdgeStage::new().await;
            stage.fault(Endpoint::Create, fault.clone());
            let answer = stage.post(path, &body).await;
            assert_eq!(
                error(&answer),
                is(409, "outcome_unknown", "unknown"),
                "{fault:?}"
            );
            assert_eq!(answer.header("x-should-retry"), "false");
            assert_eq!(stage.creates(), 1, "{fault:?}");
            assert!(stage.charges() <= 1);
        }
    }
}

#[tokio::test]
async fn an_unclear_answer_that_names_its_task_leads_to_its_audio() {
    let stage = EdgeStage::new().await;
    let first = json(&stage.post("/v1/music", &song()).await);
    let id = stage.control.tasks()[0].id.clone();
    stage.fault(
        Endpoint::Create,
        Fault::Status {
            code: 500,
            headers: Vec::new(),
            body: format!(r#"{{"code":500,"message":"trouble","data":{{"id":"{id}"}}}}"#),
        },
    );
    let answer = stage.post("/v1/music", &song()).await;
    assert_eq!(error(&answer), is(409, "outcome_unknown", "unknown"));
    let named = json(&answer)["error"]["job"]["status_url"].clone();
    stage.control.advance(std::time::Duration::from_secs(300));
    let job = json(&stage.get(named.as_str().unwrap()).await);
    let known = json(&stage.get(first["status_url"].as_str().unwrap()).await);
    assert_eq!(
        (&job["status"], &job["outputs"][0]["url"]),
        (&json!("completed"), &known["outputs"][0]["url"])
    );
    assert_eq!((stage.creates(), stage.charges()), (2, 1));
}

#[tokio::test]
async fn a_refusal_charges_nothing_and_a_poor_account_is_told() {
    let stage = EdgeStage::new().await;
    stage.control.add_account("ima_poor", 3);
    let mut request = stage.host.request("POST", "/v1/music");
    request
        .headers_mut()
        .unwrap()
        .insert("authorization", "Bearer ima_poor".parse().unwrap());
    let request = request.header("content-type", "application/json");
    let answer = stage
        .host
        .send(request.body(song().to_string()).unwrap())
        .await;
    assert_eq!(error(&answer), is(402, "insufficient_points", "no"));
    assert!(
        json(&answer)["error"]["help"]
            .as_str()
            .unwrap()
            .starts_with("https://")
    );
    let mut request = stage.host.request("POST", "/v1/music");
    request
        .headers_mut()
        .unwrap()
        .insert("authorization", "Bearer ima_nobody".parse().unwrap());
    let request = request.header("content-type", "application/json");
    let answer = stage
        .host
        .send(request.body(song().to_string()).unwrap())
        .await;
    assert_eq!(error(&answer), is(401, "invalid_api_key", "no"));
    assert!(stage.control.ledger("ima_poor").charges.is_empty());
}

#[tokio::test]
async fn a_refused_request_is_amended_and_paid_once() {
    let stage = EdgeStage::new().await;
    let refusal = Fault::refusal(6009);
    stage.control.fault(
        Endpoint::Create,
        ima_simulator::NthRequest::Number(1),
        refusal,
    );
    assert_eq!(stage.post("/v1/music", &song()).await.status, 202);
    assert_eq!((stage.creates(), stage.charges()), (2, 1));
}

#[tokio::test]
async fn a_retry_is_stopped_and_the_first_try_stays_the_only_one() {
    let stage = EdgeStage::new().await;
    assert_eq!(stage.post("/v1/music", &song()).await.status, 202);
    for headers in [
        vec![("x-stainless-retry-count", "1")],
        vec![("x-stainless-retry-count", "2"), ("idempotency-key", "a")],
    ] {
        let answer = stage.post_with("/v1/music", &song(), &headers).await;
        assert_eq!(error(&answer), is(409, "retry_without_key", "unknown"));
        assert_eq!(answer.header("x-should-retry"), "false");
    }
    assert_eq!((stage.creates(), stage.charges()), (1, 1));
}

#[tokio::test]
async fn the_same_key_leaves_under_the_same_key_so_that_a_ledger_can_tell() {
    let stage = EdgeStage::with(|configuration| ima_components::EdgeConfiguration {
        ledger: true,
        ..configuration
    })
    .await;
    for headers in [
        vec![("idempotency-key", "a")],
        vec![("idempotency-key", "a"), ("x-stainless-retry-count", "1")],
        vec![("idempotency-key", "b")],
    ] {
        assert_eq!(
            stage.post_with("/v1/music", &song(), &headers).await.status,
            202
        );
    }
    let requests = stage.control.requests();
    let keys: Vec<&str> = requests
        .iter()
        .filter(|it| it.endpoint == Endpoint::Create)
        .map(|it| it.header("idempotency-key").unwrap())
        .collect();
    assert!(keys[0] == keys[1] && keys[1] != keys[2], "{keys:?}");
}

#[tokio::test]
async fn what_costs_more_than_is_allowed_does_not_leave() {
    let stage = EdgeStage::with(|configuration| ima_components::EdgeConfiguration {
        max_points: Some(30),
        ..configuration
    })
    .await;
    let two = json!({"prompt": "rain", "model": "sonic", "n": 2});
    assert_eq!(
        error(&stage.post("/v1/music", &two).await),
        is(402, "over_budget", "no")
    );
    let capped = stage
        .post_with("/v1/music", &song(), &[("x-max-points", "24")])
        .await;
    assert_eq!(error(&capped), is(402, "over_budget", "no"));
    assert_eq!(stage.creates(), 0);
    assert_eq!(stage.post("/v1/music", &song()).await.status, 202);
    assert_eq!(stage.charges(), 1);
}

#[tokio::test]
async fn without_the_list_nothing_is_bought() {
    let stage = EdgeStage::new().await;
    stage.fault(Endpoint::ProductList, Fault::ResetBefore);
    let answer = stage.post("/v1/music", &song()).await;
    assert_eq!(json(&answer)["error"]["charge"], "no");
    assert!(answer.status >= 500);
    assert_eq!(answer.header("x-should-retry"), "false");
    assert_eq!((stage.creates(), stage.charges()), (0, 0));
}
