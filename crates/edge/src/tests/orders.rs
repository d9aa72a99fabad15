//! What bodies order, and what is refused before anything is sent.

use super::script::*;
use serde_json::{Value, json};

/// The inner parameters of what a body would send.
fn sent(task: &str, mut body: Value) -> Value {
    body["task"] = json!(task);
    let service = Service::new(&[]);
    let answer = service.post("/v1/quote", &body);
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(service.creates(), 0);
    answer.json()["request"]["parameters"][0]["parameters"].clone()
}

#[test]
fn what_a_client_of_openai_sends_is_understood() {
    let parameters = sent(
        "speech",
        json!({"model": "gpt-4o-mini-tts", "input": "Hello.", "voice": "onyx", "speed": 1.5,
            "response_format": "mp3", "instructions": "Speak calmly.", "user": "u"}),
    );
    assert_eq!(parameters["prompt"], "Hello.");
    assert_eq!(parameters["speaker"], "en_male_tim_uranus_bigtts");
    assert_eq!(parameters["audio_params"]["speech_rate"], 50);
    assert_eq!(
        parameters["additions"]["context_texts"],
        json!(["Speak calmly."])
    );
    for (speed, rate) in [
        (0.5, json!(-50)),
        (2.0, json!(100)),
        (0.85, json!(-15)),
        (1.0, Value::Null),
    ] {
        let parameters = sent("speech", json!({"input": "Hello.", "speed": speed}));
        assert_eq!(parameters["audio_params"]["speech_rate"], rate, "{speed}");
    }
    let voice = json!({"input": "你好", "voice": {"id": "Vivi"}});
    assert_eq!(
        sent("speech", voice)["speaker"],
        "zh_female_vv_uranus_bigtts"
    );
}

#[test]
fn music_takes_the_options_by_name_and_the_services_own() {
    let parameters = sent(
        "music",
        json!({"prompt": "rain", "model": "suno", "lyrics": "la la", "vocal_gender": "female",
            "title": "Rain", "n": 2, "parameters": {"negative_tags": "drums"}}),
    );
    assert_eq!(
        (&parameters["title"], &parameters["lyrics"]),
        (&json!("Rain"), &json!("la la"))
    );
    assert_eq!(
        (&parameters["n"], &parameters["negative_tags"]),
        (&json!(2), &json!("drums"))
    );
    assert_eq!(sent("music", json!({"input": "rain"}))["prompt"], "rain");
}

#[test]
fn a_quote_says_the_price_in_the_language_that_is_asked_for() {
    let service = Service::new(&[]);
    let body = json!({"task": "music", "prompt": "rain", "model": "sonic", "n": 2});
    let request = post("/v1/quote", &body).with("accept-language", "zh-CN");
    let quote = service.send(&request).json();
    assert_eq!(
        (&quote["points"], &quote["most_points"]),
        (&json!(25), &json!(50))
    );
    assert!(quote["phrase"].as_str().unwrap().contains("积分"));
}

#[test]
fn what_can_not_be_meant_is_refused_before_anything_is_sent() {
    let service = Service::new(&[created()]);
    for (path, body, code, param) in [
        ("/v1/music", json!({}), "missing_parameter", "prompt"),
        (
            "/v1/music",
            json!({"prompt": null}),
            "missing_parameter",
            "prompt",
        ),
        (
            "/v1/music",
            json!({"prompt": " "}),
            "invalid_value",
            "prompt",
        ),
        ("/v1/music", json!({"prompt": 7}), "invalid_value", "prompt"),
        (
            "/v1/music",
            json!({"prompt": "a", "input": "b"}),
            "invalid_value",
            "input",
        ),
        (
            "/v1/music",
            json!({"prompt": "a", "n": 0}),
            "invalid_value",
            "n",
        ),
        (
            "/v1/music",
            json!({"prompt": "a", "instrumental": "yes"}),
            "invalid_value",
            "instrumental",
        ),
        (
            "/v1/music",
            json!({"prompt": "a", "vocal_gender": "child"}),
            "invalid_value",
            "vocal_gender",
        ),
        (
            "/v1/music",
            json!({"prompt": "a", "lyrik": "b"}),
            "unknown_parameter",
            "lyrik",
        ),
        (
            "/v1/music",
            json!({"prompt": "a", "language": "fr"}),
            "invalid_value",
            "language",
        ),
        (
            "/v1/music",
            json!({"prompt": "a", "max_points": -1}),
            "invalid_value",
            "max_points",
        ),
        (
            "/v1/music",
            json!({"prompt": "a", "parameters": []}),
            "invalid_value",
            "parameters",
        ),
        (
            "/v1/audio/speech",
            json!({"model": "tts-1"}),
            "missing_parameter",
            "input",
        ),
        (
            "/v1/audio/speech",
            json!({"input": "a", "voice": "Bob"}),
            "invalid_value",
            "voice",
        ),
        (
            "/v1/audio/speech",
            json!({"input": "a", "voice": 7}),
            "invalid_value",
            "voice",
        ),
        (
            "/v1/audio/speech",
            json!({"input": "a", "speed": 4}),
            "invalid_value",
            "speed",
        ),
        (
            "/v1/audio/speech",
            json!({"input": "a", "speed": "fast"}),
            "invalid_value",
            "speed",
        ),
        (
            "/v1/audio/speech",
            json!({"input": "a", "response_format": "pcm"}),
            "invalid_value",
            "response_format",
        ),
        (
            "/v1/audio/speech",
            json!({"input": "a", "stream_format": "sse"}),
            "invalid_value",
            "stream_format",
        ),
        (
            "/v1/audio/speech",
            json!({"input": "a", "volume": 1.5}),
            "invalid_value",
            "volume",
        ),
        ("/v1/quote", json!({"prompt": "a"}), "invalid_value", "task"),
        (
            "/v1/quote",
            json!({"task": "video", "prompt": "a"}),
            "invalid_value",
            "task",
        ),
    ] {
        let answer = service.post(path, &body);
        assert_eq!(
            answer.error(),
            (400, code.to_owned(), "no".to_owned()),
            "{body}"
        );
        assert_eq!(answer.json()["error"]["param"], param, "{body}");
    }
    assert!(service.sent("/").is_empty());
}

#[test]
fn a_model_that_is_not_there_is_named_with_those_that_are() {
    let service = Service::new(&[created()]);
    let answer = service.post("/v1/music", &json!({"prompt": "rain", "model": "tts-1"}));
    assert_eq!(
        answer.error(),
        (404, "model_not_found".to_owned(), "no".to_owned())
    );
    assert!(
        answer.json()["error"]["message"]
            .as_str()
            .unwrap()
            .contains("sonic")
    );
    assert_eq!(service.creates(), 0);
}
