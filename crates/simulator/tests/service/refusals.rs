//! The refusals of the service as faults, in its own words.

use ima_simulator::{DEMO_KEY, Endpoint, Fault, NthRequest};
use serde_json::{Value, json};

use crate::client::{service, speech, suno, with};

/// HTTP status, code and message of a create request that meets this fault.
async fn refusal(fault: Fault) -> (u16, i64, String) {
    let service = service().await;
    service
        .control
        .fault(Endpoint::Create, NthRequest::Every, fault);
    let answer = service.client.create(&suno()).await;
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.envelope().get("data"), Some(&Value::Null));
    assert_eq!(service.control.tasks(), [], "not acted on");
    (answer.status.as_u16(), answer.code(), answer.message())
}

#[tokio::test]
async fn every_code_has_its_message() {
    for (code, status, message) in [
        (400, 200, "Bad request"),
        (401, 401, "Unauthorized"),
        (404, 200, "Not found"),
        (429, 200, "Rate limit exceeded"),
        (503, 200, "Model not available"),
        (4008, 200, "Insufficient points"),
        (4014, 200, "Subscription required"),
        (6006, 200, "Credit mismatch, billing failure"),
        (6009, 200, "No exact rule match found for parameters"),
        (6010, 200, "Attribute ID does not match"),
        (7777, 200, "Unknown error"),
    ] {
        assert_eq!(
            refusal(Fault::refusal(code)).await,
            (status, code, message.to_owned())
        );
    }
}

#[tokio::test]
async fn bad_requests_that_differ_only_in_words_have_names() {
    for (fault, message) in [
        (
            Fault::invalid_product_attribute(),
            "Invalid product attribute",
        ),
        (Fault::invalid_lyrics_format(), "Invalid lyrics format"),
        (Fault::invalid_prompt_length(), "Prompt length invalid"),
    ] {
        assert_eq!(refusal(fault).await, (200, 400, message.to_owned()));
    }
}

#[tokio::test]
async fn a_refusal_by_script_reads_like_the_real_one() {
    let service = service().await;
    let inner = "/parameters/0/parameters";
    let lyrics = json!(["la", "la"]);
    let cases = [
        (
            with(suno(), "/parameters/0/attribute_id", json!(1)),
            Fault::invalid_product_attribute(),
        ),
        (
            with(suno(), &format!("{inner}/lyrics"), lyrics),
            Fault::invalid_lyrics_format(),
        ),
        (
            with(suno(), "/parameters/0/credit", json!(1)),
            Fault::refusal(6006),
        ),
        (
            with(speech(), &format!("{inner}/pitch"), json!(1)),
            Fault::refusal(6009),
        ),
    ];
    for (body, fault) in cases {
        let real = service.client.create(&body).await.body;
        service
            .control
            .fault(Endpoint::Create, NthRequest::Every, fault);
        let scripted = service.client.create(&body).await.body;
        service.control.clear_faults();
        assert_eq!(real, scripted);
    }
    service.control.add_account(DEMO_KEY, 0);
    let real = service.client.create(&suno()).await.envelope();
    let stranger = service.client.with_authorization(Some("Bearer ima_nobody"));
    let stranger = stranger.create(&suno()).await;
    assert_eq!(refusal(Fault::refusal(4008)).await.2, real["message"]);
    assert_eq!(
        refusal(Fault::refusal(401)).await,
        (stranger.status.as_u16(), 401, stranger.message())
    );
}
