//! Every route, as a client sees it.

use super::stage::*;
use bytes::Bytes;
use ima_simulator::Endpoint;
use serde_json::json;

#[tokio::test]
async fn speech_ends_in_a_redirect_to_its_audio() {
    let stage = EdgeStage::new().await;
    let answer = stage.post("/v1/audio/speech", &spoken()).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let audio = answer.header("location").to_owned();
    assert!(audio.starts_with(&stage.origin()), "{audio}");
    assert_eq!((stage.creates(), stage.charges()), (1, 1));
    let create = stage.control.requests();
    let create = create
        .iter()
        .find(|it| it.endpoint == Endpoint::Create)
        .unwrap();
    assert_eq!(create.header("authorization"), Some("Bearer ima_demo_key"));
    assert_eq!(create.header("idempotency-key").unwrap().len(), 32);
}

#[tokio::test]
async fn music_is_accepted_then_asked_for_then_fetched() {
    let stage = EdgeStage::new().await;
    let answer = stage.post("/v1/music", &song()).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    for name in ["location", "retry-after", "openai-poll-after-ms"] {
        assert!(!answer.header(name).is_empty(), "{name}");
    }
    let job = json(&answer);
    let status = job["status_url"].as_str().unwrap();
    assert_eq!(json(&stage.get(status).await)["status"], "in_progress");
    let content = job["content_url"].as_str().unwrap();
    assert_eq!(
        error(&stage.get(content).await),
        is(409, "not_ready", "yes")
    );
    stage.control.advance(std::time::Duration::from_secs(300));
    let done = json(&stage.get(status).await);
    assert_eq!(
        (&done["status"], &done["points"]),
        (&json!("completed"), &json!(25))
    );
    assert_eq!(done["outputs"].as_array().unwrap().len(), 2);
    let second = stage.get(&format!("{content}?n=1")).await;
    assert_eq!(second.status, 303);
    assert_eq!(
        second.header("location"),
        done["outputs"][1]["url"].as_str().unwrap()
    );
    assert_eq!((stage.creates(), stage.charges()), (1, 1));
}

#[tokio::test]
async fn music_within_the_preferred_wait_is_complete() {
    let stage = EdgeStage::new().await;
    stage.takes("GenBGM", 12.0);
    let body = json!({"prompt": "rain", "model": "GenBGM"});
    let wait = async |prefer| {
        stage
            .post_with("/v1/music", &body, &[("prefer", prefer)])
            .await
    };
    let answer = wait("wait=25").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("preference-applied"), "wait=25");
    assert_eq!(json(&answer)["status"], "completed");
    assert_eq!(wait("wait=5").await.status, 202);
    assert_eq!((stage.creates(), stage.charges()), (2, 2));
}

#[tokio::test]
async fn events_come_to_the_end_of_the_job() {
    let stage = EdgeStage::new().await;
    stage.takes("sonic", 40.0);
    let answer = stage.post("/v1/music", &song()).await;
    let events = json(&answer)["events_url"].as_str().unwrap().to_owned();
    let first = stage.get(&events).await;
    assert_eq!(
        first.header("content-type"),
        "text/event-stream; charset=utf-8"
    );
    assert!(first.text.contains("event: progress\n") && !first.text.contains("event: completed"));
    let id = first
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("id: "))
        .next_back()
        .unwrap();
    let again = stage
        .host
        .request("GET", &events)
        .header("last-event-id", id);
    let second = stage.host.send(again.body(Bytes::new()).unwrap()).await;
    assert!(second.text.contains("event: message\n") || second.text.contains("event: completed\n"));
    let mut last = second;
    while !last.text.contains("event: completed\n") {
        last = stage.get(&events).await;
    }
    assert_eq!((stage.creates(), stage.charges()), (1, 1));
}

#[tokio::test]
async fn lists_prices_and_the_page_spend_nothing() {
    let stage = EdgeStage::new().await;
    let models = json(&stage.get("/v1/models").await);
    assert_eq!(models["object"], "list");
    assert!(
        models["data"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["id"] == "sonic")
    );
    let quote = json!({"task": "speech", "input": "Hello."});
    let quote = json(&stage.post("/v1/quote", &quote).await);
    assert!(quote["points"].as_u64().unwrap() > 0 && quote["request"].is_object());
    assert_eq!(json(&stage.get("/v1/voices").await)["object"], "list");
    assert_eq!(json(&stage.get("/healthz").await)["status"], "ok");
    assert_eq!(json(&stage.get("/openapi.json").await)["openapi"], "3.1.0");
    let page = stage.get("/").await;
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
    assert!(page.text.contains("</html>"));
    assert_eq!((stage.creates(), stage.charges()), (0, 0));
}

#[tokio::test]
async fn methods_heads_and_wrong_addresses() {
    let stage = EdgeStage::new().await;
    let send = async |method: &str, path: &str| {
        let request = stage.host.request(method, path);
        stage.host.send(request.body(Bytes::new()).unwrap()).await
    };
    let head = send("HEAD", "/v1/voices").await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(
        error(&send("GET", "/v1/none").await),
        is(404, "unknown_url", "no")
    );
    let wrong = send("DELETE", "/v1/music").await;
    assert_eq!(error(&wrong), is(405, "method_not_allowed", "no"));
    assert_eq!(wrong.header("allow"), "POST, OPTIONS");
    assert_eq!(send("OPTIONS", "/v1/music").await.status, 204);
    assert_eq!(
        error(&send("POST", "/v1/music").await),
        is(415, "unsupported_media_type", "no")
    );
    assert_eq!(stage.creates(), 0);
}

#[tokio::test]
async fn pages_elsewhere_spend_their_own_key_and_not_the_operators() {
    let preflight = [
        ("access-control-request-method", "POST"),
        ("origin", "https://b.example"),
    ];
    for (stage, allowed) in [
        (EdgeStage::new().await, "*"),
        (EdgeStage::with(operated).await, ""),
    ] {
        let mut request = stage.host.request("OPTIONS", "/v1/music");
        for (name, value) in preflight {
            request = request.header(name, value);
        }
        let answer = stage.host.send(request.body(Bytes::new()).unwrap()).await;
        assert_eq!(
            (answer.status, answer.header("access-control-allow-origin")),
            (204, allowed)
        );
        let answer = stage
            .post_with("/v1/music", &song(), &[("origin", "https://b.example")])
            .await;
        assert_eq!(answer.status, if allowed.is_empty() { 403 } else { 202 });
        assert_eq!(stage.charges(), usize::from(!allowed.is_empty()));
    }
}

#[tokio::test]
async fn the_operators_key_is_added_outside_and_what_the_caller_sends_goes_nowhere() {
    let stage = EdgeStage::with(operated).await;
    // The simulator takes a request without a key for one to which the host will have added it.
    stage.control.keyless(true);
    assert_eq!(stage.post("/v1/music", &song()).await.status, 202);
    let requests = stage.control.requests();
    assert!(
        requests
            .iter()
            .all(|it| it.header("authorization").is_none())
    );
    let own = EdgeStage::new().await;
    let request = hyper::Request::builder().method("POST").uri("/v1/music");
    let request = request.header("host", own.host.authority());
    let request = request.header("content-type", "application/json");
    let answer = own
        .host
        .send(request.body(song().to_string()).unwrap())
        .await;
    assert_eq!(error(&answer), is(401, "missing_api_key", "no"));
    assert_eq!(own.control.request_count(), 0);
}
