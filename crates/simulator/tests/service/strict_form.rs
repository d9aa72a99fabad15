//! Parameters that a model takes although its form does not list them.

use ima_simulator::DEMO_KEY;
use serde_json::{Value, json};

use crate::client::{service, speech, suno, with, without};

const INNER: &str = "/parameters/0/parameters";

fn with_lyrics(lyrics: Value) -> Value {
    with(suno(), &format!("{INNER}/lyrics"), lyrics)
}

#[tokio::test]
async fn suno_takes_lyrics_in_custom_mode() {
    let service = service().await;
    service.created(&with_lyrics(json!("la la"))).await;
    service.created(&with_lyrics(Value::Null)).await;
    assert_eq!(
        service.control.tasks()[0].body.pointer(INNER).unwrap()["lyrics"],
        "la la"
    );
}

#[tokio::test]
async fn lyrics_without_custom_mode_are_no_parameter() {
    let service = service().await;
    let mode = format!("{INNER}/custom_mode");
    for body in [
        with(with_lyrics(json!("la la")), &mode, json!(false)),
        without(with_lyrics(json!("la la")), &mode),
        with(with_lyrics(json!(7)), &mode, Value::Null),
    ] {
        let answer = service.client.create(&body).await;
        assert_eq!(answer.code(), 6009, "{body}");
    }
    assert_eq!(service.control.ledger(DEMO_KEY).charges, []);
}

#[tokio::test]
async fn lyrics_that_are_no_text_have_the_wrong_format() {
    let service = service().await;
    let answer = service.client.create(&with_lyrics(json!(["la"]))).await;
    assert_eq!(
        (answer.code(), answer.message().as_str()),
        (400, "Invalid lyrics format")
    );
}

#[tokio::test]
async fn a_strict_form_takes_what_is_listed_and_nothing_else() {
    let service = service().await;
    service.control.strict_form(true);
    let inner = |name: &str| format!("{INNER}/{name}");
    let listed = without(
        without(speech(), &inner("audio_params")),
        &inner("additions"),
    );
    for body in [
        with_lyrics(json!("la la")),
        without(speech(), &inner("audio_params")),
        without(speech(), &inner("additions")),
    ] {
        let answer = service.client.create(&body).await;
        assert_eq!(answer.code(), 6009, "{body}");
    }
    service.created(&suno()).await;
    service.created(&listed).await;

    service.control.strict_form(false);
    service.created(&with_lyrics(json!("la la"))).await;
    service.created(&speech()).await;
}
