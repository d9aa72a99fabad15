//! The shape of answers: routes, methods, languages, browsers.

use super::script::*;
use crate::configuration::{Configuration, ConfigurationError};
use crate::http::{BodyError, Request};
use crate::serve;
use serde_json::json;

#[test]
fn wrong_addresses_methods_and_bodies_are_told_in_the_same_shape() {
    let service = Service::new(&[created()]);
    let no = |status, code: &str| (status, code.to_owned(), "no".to_owned());
    assert_eq!(service.get("/v1/nothing").error(), no(404, "unknown_url"));
    let answer = service.get("/v1/music");
    assert_eq!(answer.error(), no(405, "method_not_allowed"));
    assert_eq!(answer.header("allow"), "POST, OPTIONS");
    assert_eq!(
        service.post("/v1/jobs/x", &json!({})).error(),
        no(405, "method_not_allowed")
    );
    let body = json!({"prompt": "rain"});
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
    ] {
        let mut request = post("/v1/music", &body);
        request.headers.retain(|(name, _)| name != "content-type");
        if !content_type.is_empty() {
            request = request.with("content-type", content_type);
        }
        assert_eq!(
            service.send(&request).error(),
            no(415, "unsupported_media_type")
        );
    }
    for text in ["", "[]", "{", "\"x\"", "{\"prompt\":\"\u{1}\"}"] {
        let mut request = post("/v1/music", &body);
        request.body = text.as_bytes().to_vec();
        assert_eq!(
            service.send(&request).error(),
            no(400, "invalid_json"),
            "{text}"
        );
    }
    for (error, status, code) in [
        (BodyError::TooLarge, 413, "body_too_large"),
        (BodyError::TooSlow, 408, "body_too_slow"),
        (BodyError::CutOff, 400, "body_cut_off"),
    ] {
        let mut request = post("/v1/music", &body);
        request.body_error = Some(error);
        assert_eq!(service.send(&request).error(), no(status, code));
    }
    assert!(service.sent("/").is_empty());
}

#[test]
fn errors_speak_the_language_of_the_request() {
    let service = Service::new(&[]);
    let request = get("/v1/nothing").with("accept-language", "zh-CN,zh;q=0.9");
    assert!(service.send(&request).text.contains("这个地址没有内容"));
    let body = json!({"prompt": "", "language": "zh"});
    assert!(service.post("/v1/music", &body).text.contains("一段文字"));
}

#[test]
fn what_needs_no_service_is_answered_without_it() {
    let service = Service::new(&[]);
    let bare = |path: &str| Request {
        headers: Vec::new(),
        ..get(path)
    };
    assert_eq!(
        service.send(&bare("/healthz")).json(),
        json!({"status": "ok"})
    );
    let voices = service.send(&bare("/v1/voices")).json();
    assert_eq!(
        (&voices["object"], voices["data"].as_array().unwrap().len()),
        (&json!("list"), 15)
    );
    let openapi = service.send(&bare("/openapi.json")).json();
    for path in [
        "/v1/music",
        "/v1/audio/speech",
        "/v1/quote",
        "/v1/jobs/{token}/events",
    ] {
        assert!(openapi["paths"][path].is_object(), "{path}");
    }
    assert!(service.sent("/").is_empty());
}

#[test]
fn models_have_the_shape_that_clients_read_and_their_prices() {
    let service = Service::new(&[]);
    let list = service.get("/v1/models").json();
    assert_eq!(list["object"], "list");
    let models = list["data"].as_array().unwrap();
    let sonic = models.iter().find(|model| model["id"] == "sonic").unwrap();
    assert_eq!(
        (&sonic["object"], &sonic["points_min"]),
        (&json!("model"), &json!(25))
    );
    assert!(models.iter().any(|model| model["task"] == "speech"));
    let speech = service.get("/v1/models?task=speech").json();
    assert!(speech["data"].as_array().unwrap().len() < models.len());
    assert_eq!(service.get("/v1/models/sonic").json()["id"], "sonic");
    assert_eq!(service.get("/v1/models/none").error().0, 404);
}

#[test]
fn the_page_runs_nothing_but_its_own_script() {
    let service = Service::new(&[]);
    let page = service.send(&Request {
        headers: Vec::new(),
        ..get("/")
    });
    assert_eq!(page.status, 200);
    assert!(page.text.contains(r#"data-key="caller""#) && !page.text.contains("{{"));
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'sha256-"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    for inline in [" style=", " onclick=", "javascript:", "<script ", "<style "] {
        assert!(!page.text.contains(inline), "{inline}");
    }
    let outside = Service::new(&[]).with(r#"{"key":"outside","ledger":true}"#);
    let page = outside.get("/");
    assert!(
        page.text
            .contains(r#"data-key="outside" data-ledger="yes""#)
    );
}

#[test]
fn head_is_get_without_its_body() {
    let service = Service::new(&[]);
    for path in ["/", "/healthz", "/v1/voices"] {
        let head = service.send(&Request {
            method: "HEAD".to_owned(),
            ..get(path)
        });
        let get = service.get(path);
        assert_eq!((head.status, head.text.as_str()), (get.status, ""));
        assert_eq!(head.header("content-type"), get.header("content-type"));
    }
}

#[test]
fn pages_elsewhere_may_ask_with_their_own_key_and_never_with_the_operators() {
    let preflight = Request {
        method: "OPTIONS".to_owned(),
        headers: Vec::new(),
        ..get("/v1/music")
    }
    .with("origin", "https://b.example")
    .with("access-control-request-method", "POST");
    let service = Service::new(&[created()]);
    let answer = service.send(&preflight);
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (204, "*")
    );
    assert!(
        answer
            .header("access-control-allow-headers")
            .contains("authorization")
    );
    let elsewhere = |body| post("/v1/music", &body).with("origin", "https://b.example");
    assert_eq!(
        service.send(&elsewhere(json!({"prompt": "rain"}))).status,
        202
    );

    let service = Service::new(&[created()]).with(r#"{"key":"outside"}"#);
    let answer = service.send(&preflight);
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (204, "")
    );
    assert_eq!(answer.header("access-control-allow-methods"), "");
    let answer = service.send(&elsewhere(json!({"prompt": "rain"})));
    assert_eq!(
        answer.error(),
        (403, "origin_not_allowed".to_owned(), "no".to_owned())
    );
    assert!(service.sent("/").is_empty());
}

#[test]
fn without_a_usable_configuration_nothing_is_sent() {
    let service = Service::new(&[created()]);
    let broken: Result<Configuration, ConfigurationError> = Configuration::read(b"{\"key\":1}");
    let request = post("/v1/music", &json!({"prompt": "rain"}));
    let response = block_on(serve(&request, &broken, &service));
    assert_eq!(response.status, 500);
    assert!(service.sent("/").is_empty());
}
