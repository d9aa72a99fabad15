//! The control interface for other languages.

use hyper::Method;
use serde_json::{Value, json};

use crate::client::{Client, service, speech, suno};

#[tokio::test]
async fn steers_and_reads_the_service() {
    let service = service().await;
    let control = service.client.with_authorization(None);
    let post = async |path: &str, body: Value| {
        let answer = control.post(&format!("/_control/{path}"), &body).await;
        assert_eq!(answer.status, 204, "{path} {answer:?}");
    };
    post("accounts", json!({ "key": "ima_guest", "points": 60 })).await;
    let timeline = json!({ "total_seconds": 5, "outcome": { "failed": "no" }, "clips": 1 });
    post(
        "timelines",
        json!({ "model_id": "sonic", "timeline": timeline }),
    )
    .await;
    let fault = json!({ "endpoint": "create", "nth": { "number": 1 }, "fault":
        { "status": { "code": 503, "headers": [["retry-after", "2"]] } } });
    post("faults", fault).await;

    let guest = Client::new(&service.simulator.origin(), "ima_guest");
    let unavailable = guest.create(&suno()).await;
    assert_eq!(unavailable.status, 503);
    assert_eq!(unavailable.headers["retry-after"], "2");
    let task = guest.create(&suno()).await.envelope()["data"]["id"].clone();
    post("advance", json!({ "seconds": 5 })).await;
    let detail = guest.detail(task.as_str().unwrap()).await.envelope();
    assert_eq!(detail["data"]["medias"][0]["error_msg"], "no");

    let ledger = control
        .get("/_control/ledger?key=ima_guest")
        .await
        .envelope();
    let charge = json!({ "task_id": task, "model_id": "sonic", "points": 25 });
    assert_eq!(ledger, json!({ "points": 35, "charges": [charge] }));
    assert_eq!(
        control.get("/_control/ledger?key=ima_nobody").await.status,
        404
    );
    let requests = control.get("/_control/requests").await.envelope();
    let seen: Vec<_> = requests
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["endpoint"])
        .collect();
    assert_eq!(
        seen,
        ["create", "create", "detail"],
        "control requests are not recorded"
    );
    let tasks = control.get("/_control/tasks").await.envelope();
    assert_eq!(
        tasks,
        json!([{ "id": task, "model_id": "sonic", "body": suno() }])
    );
    let connections = control.get("/_control/connections").await.envelope();
    let seen = json!({ "connections": 2, "handshakes": 0, "requests": 3 });
    assert_eq!(connections, seen);
}

#[tokio::test]
async fn every_fault_has_a_json_form() {
    let service = service().await;
    for (fault, status) in [
        (json!({ "status": { "code": 418 } }), 418),
        (json!({ "envelope": { "code": 6006, "message": "x" } }), 200),
        (json!({ "delay": 1 }), 200),
        (json!({ "status_after": { "code": 502, "body": "" } }), 502),
        (json!("malformed"), 200),
        (json!({ "redirect": "http://127.0.0.1:1/" }), 302),
        (json!({ "oversized": 100 }), 200),
        (json!({ "deep_json": 3 }), 200),
        (json!({ "drip": { "bytes_per_second": 1_000_000 } }), 200),
        (json!("echo_key"), 200),
    ] {
        let body = json!({ "endpoint": "product_list", "nth": "every", "fault": fault });
        let added = service.client.post("/_control/faults", &body).await;
        assert_eq!(added.status, 204, "{fault}");
        assert_eq!(
            service.client.list("text_to_music").await.status,
            status,
            "{fault}"
        );
    }
    for fault in ["reset_before", "reset_after", "cut_body"] {
        let body = json!({ "endpoint": "product_list", "nth": { "from": 1 }, "fault": fault });
        assert_eq!(
            service.client.post("/_control/faults", &body).await.status,
            204
        );
        let path = crate::client::list_path("text_to_music");
        assert!(
            service.client.send(Method::GET, &path, "").await.is_err(),
            "{fault}"
        );
    }
    let cleared = service
        .client
        .send(Method::DELETE, "/_control/faults", "")
        .await;
    assert_eq!(cleared.unwrap().status, 204);
    assert_eq!(service.client.list("text_to_music").await.code(), 0);
}

#[tokio::test]
async fn a_catalogue_can_be_replaced() {
    let service = service().await;
    let body = json!({ "task_type": "text_to_music", "data": [] });
    assert_eq!(
        service
            .client
            .post("/_control/catalogue", &body)
            .await
            .status,
        204
    );
    assert_eq!(
        service.client.list("text_to_music").await.envelope()["data"],
        json!([])
    );
}

#[tokio::test]
async fn prices_stale_lists_and_strict_forms_are_set_too() {
    let service = service().await;
    let post = async |path: &str, body: Value| {
        let path = format!("/_control/{path}");
        service.client.post(&path, &body).await.status.as_u16()
    };
    let price = async || {
        let list = service.client.list("text_to_music").await.envelope();
        list["data"][0]["children"][0]["credit_rules"][0]["points"].clone()
    };
    let new = |model: &str| json!({ "model_id": model, "points": 31, "attribute_id": 2370 });
    assert_eq!(post("reprice", new("nobody")).await, 404);
    assert_eq!(post("reprice", new("sonic")).await, 204);
    assert_eq!(post("stale_list", json!({ "count": 1 })).await, 204);
    assert_eq!((price().await, price().await), (json!(25), json!(31)));
    assert_eq!(service.client.create(&suno()).await.code(), 6006);

    assert_eq!(service.client.create(&speech()).await.code(), 0);
    assert_eq!(post("strict_form", json!({ "strict": true })).await, 204);
    assert_eq!(service.client.create(&speech()).await.code(), 6009);
}

#[tokio::test]
async fn mistakes_are_answered_with_a_client_error() {
    let service = service().await;
    for (path, body) in [
        (
            "faults",
            json!({ "endpoint": "create", "nth": "every", "fault": "explode" }),
        ),
        (
            "timelines",
            json!({ "model_id": "sonic", "timeline": { "totalSeconds": 5 } }),
        ),
        ("advance", json!({ "seconds": -1 })),
        ("accounts", json!({ "key": "ima_x" })),
    ] {
        let answer = service
            .client
            .post(&format!("/_control/{path}"), &body)
            .await;
        assert_eq!(answer.status, 422, "{path}");
    }
    assert_eq!(service.client.get("/_control/elsewhere").await.status, 404);
}
