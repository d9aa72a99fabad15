//! Jobs: waiting, asking, streaming, fetching.

use super::script::*;
use ima_core::http::Sent;
use serde_json::{Value, json};

fn song(service: &Service) -> String {
    let answer = service.post("/v1/music", &json!({"prompt": "rain"}));
    assert_eq!(answer.status, 202, "{}", answer.text);
    let address = answer.header("location").to_owned();
    assert_eq!(answer.json()["status_url"], address.as_str());
    address
}

#[test]
fn music_is_accepted_at_once_and_asked_for_later() {
    let service = Service::new(&[created()]);
    let address = song(&service);
    assert!(service.sent("/detail").is_empty());
    service.then(&[pending()]);
    let answer = service.get(&address);
    assert_eq!(
        (answer.status, answer.header("openai-poll-after-ms")),
        (200, "5000")
    );
    let job = answer.json();
    assert_eq!(
        (&job["status"], &job["points"]),
        (&json!("in_progress"), &json!(25))
    );
    let waited = service.get(&format!("{address}?elapsed_ms=75000")).json();
    assert_eq!(waited["progress"], 50);
    service.then(&[ready()]);
    let job = service.get(&address).json();
    assert_eq!(
        (&job["status"], &job["charge"]),
        (&json!("completed"), &json!("yes"))
    );
    assert_eq!(job["outputs"][1]["url"], "https://cdn.example/2.mp3");
    let content = job["outputs"][1]["content_url"].as_str().unwrap();
    let content = service.get(content);
    assert_eq!(
        (content.status, content.header("location")),
        (303, "https://cdn.example/2.mp3")
    );
    assert_eq!(
        service.get(&format!("{address}/content?n=2")).error().1,
        "output_not_found"
    );
    assert_eq!(service.get(&format!("{address}/content?n=x")).status, 404);
    assert_eq!(service.creates(), 1);
}

#[test]
fn a_request_waits_as_long_as_it_prefers_and_25_seconds_at_the_most() {
    let wait = |prefer: &str, script: &[End]| {
        let service = Service::new(script);
        let request = post("/v1/music", &json!({"prompt": "rain", "model": "GenBGM"}));
        let answer = service.send(&request.with("prefer", prefer));
        (answer, service.now())
    };
    for prefer in ["wait=25", "wait=9999"] {
        let (answer, now) = wait(prefer, &[created(), pending()]);
        assert_eq!(answer.status, 202);
        assert_eq!(answer.header("preference-applied"), "wait=25");
        assert!(now <= 25_000, "{now}");
    }
    for seconds in 1..=25 {
        let prefer = format!("wait={seconds}");
        let (answer, now) = wait(&prefer, &[created(), pending()]);
        assert!(
            answer.status == 202 && now <= seconds * 1_000,
            "{prefer}: {now}"
        );
        let (answer, _) = wait(&prefer, &[created(), ready()]);
        assert_eq!(
            (answer.status, &answer.json()["status"]),
            (200, &json!("completed"))
        );
    }
}

#[test]
fn speech_ends_in_its_audio() {
    let service = Service::new(&[created(), pending(), ready()]);
    let answer = service.post("/v1/audio/speech", &json!({"input": "Hello."}));
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "https://cdn.example/1.mp3")
    );
    assert!(service.now() <= 25_000);
    assert_eq!(service.creates(), 1);
}

#[test]
fn speech_that_takes_longer_says_where_it_is_found() {
    let service = Service::new(&[created(), pending()]);
    let answer = service.post("/v1/audio/speech", &json!({"input": "Hello."}));
    assert_eq!(
        answer.error(),
        (504, "not_finished".to_owned(), "yes".to_owned())
    );
    assert_eq!(answer.header("x-should-retry"), "false");
    assert!(service.now() <= 25_000, "{}", service.now());
    service.then(&[ready()]);
    let content = answer.json()["error"]["job"]["content_url"].clone();
    assert_eq!(service.get(content.as_str().unwrap()).status, 303);

    let request = post("/v1/audio/speech", &json!({"input": "Hello."}));
    service.then(&[created()]);
    let answer = service.send(&request.with("prefer", "respond-async"));
    assert_eq!(answer.status, 202);
    assert_eq!(answer.header("openai-poll-after-ms"), "2000");
}

#[test]
fn a_task_that_failed_is_a_failed_job_and_paid() {
    let service = Service::new(&[created()]);
    let address = song(&service);
    service.then(&[failed()]);
    let job = service.get(&address);
    assert_eq!(job.status, 200);
    let job = job.json();
    assert_eq!(
        (&job["status"], &job["error"]["charge"]),
        (&json!("failed"), &json!("yes"))
    );
    let (status, code, charge) = service.get(&format!("{address}/content")).error();
    assert_eq!(
        (status, code.as_str(), charge.as_str()),
        (502, "generation_failed", "yes")
    );
    service.then(&[created(), failed()]);
    let answer = service.post("/v1/audio/speech", &json!({"input": "Hello."}));
    assert_eq!(
        (answer.error().2.as_str(), answer.header("x-should-retry")),
        ("yes", "false")
    );
}

#[test]
fn a_fault_of_asking_is_no_end_of_the_job() {
    let service = Service::new(&[created()]);
    let address = song(&service);
    for fault in [
        End::Lost(Sent::Maybe),
        End::Answer(502, String::new()),
        code(404),
        End::After(60_000, Box::new(ready())),
    ] {
        service.then(std::slice::from_ref(&fault));
        let before = service.now();
        for path in [address.clone(), format!("{address}/content")] {
            let answer = service.get(&path);
            let (status, code, charge) = answer.error();
            assert_eq!(
                (status, code.as_str(), charge.as_str()),
                (503, "status_unavailable", "yes"),
                "{fault:?}"
            );
            assert_eq!(
                (
                    answer.header("x-should-retry"),
                    answer.header("retry-after")
                ),
                ("true", "5")
            );
        }
        assert!(service.now() - before <= 50_000);
    }
    service.then(&[code(401)]);
    assert_eq!(
        service.get(&address).error(),
        (401, "invalid_api_key".to_owned(), "yes".to_owned())
    );
}

#[test]
fn clips_that_are_ready_are_told_before_the_others() {
    let service = Service::new(&[created()]);
    let address = song(&service);
    service.then(&[ok(r#"{"id":"task_1","medias":[
        {"resource_status":1,"url":"https://cdn.example/1.mp3"},{"resource_status":0}]}"#)]);
    let job = service.get(&address).json();
    assert_eq!(job["status"], "in_progress");
    assert_eq!(job["outputs"].as_array().unwrap().len(), 1);
    assert_eq!(
        service.get(&format!("{address}/content")).error().1,
        "not_ready"
    );
}

/// The events of a stream: name, id, data.
fn events(text: &str) -> Vec<(String, u64, Value)> {
    let field = |frame: &str, name: &str| {
        let line = frame.lines().find_map(|line| line.strip_prefix(name));
        line.map(ToOwned::to_owned)
    };
    let frames = text.split("\n\n").filter_map(|frame| {
        let data = field(frame, "data: ")?;
        let id = field(frame, "id: ")?.parse().ok()?;
        Some((
            field(frame, "event: ")?,
            id,
            serde_json::from_str(&data).unwrap(),
        ))
    });
    frames.collect()
}

#[test]
fn events_tell_the_progress_the_messages_and_the_end() {
    let service = Service::new(&[created()]);
    let address = song(&service);
    service.then(&[pending(), pending(), pending(), ready()]);
    let answer = service.get(&format!("{address}/events"));
    assert_eq!(
        answer.header("content-type"),
        "text/event-stream; charset=utf-8"
    );
    assert!(answer.text.starts_with("retry: "));
    let events = events(&answer.text);
    let names: Vec<&str> = events.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(
        (names[0], *names.last().unwrap()),
        ("progress", "completed")
    );
    assert!(names.contains(&"message"));
    let (_, _, job) = events.last().unwrap();
    assert_eq!(job["outputs"].as_array().unwrap().len(), 2);
}

#[test]
fn a_stream_ends_in_time_and_goes_on_where_it_was() {
    let service = Service::new(&[created()]);
    let address = song(&service);
    service.then(&[pending()]);
    let path = format!("{address}/events");
    let before = service.now();
    let first = events(&service.get(&path).text);
    assert!(service.now() - before <= 25_000);
    let (name, id, _) = first.last().unwrap();
    assert_eq!(name, "progress");
    let second = service.send(&get(&path).with("last-event-id", &id.to_string()));
    let second = events(&second.text);
    assert!(
        second[0].1 == *id && second.last().unwrap().1 > *id,
        "{second:?}"
    );
    service.then(&[failed()]);
    let last = events(&service.get(&path).text);
    assert_eq!(last.last().unwrap().0, "failed");
    service.then(&[code(401)]);
    let last = events(&service.get(&path).text);
    assert_eq!(last.last().unwrap().2["error"]["code"], "invalid_api_key");
}

#[test]
fn a_changed_token_is_no_job_and_asks_nothing() {
    let service = Service::new(&[created()]);
    let address = song(&service);
    let mut changed = address;
    changed.remove(changed.len() - 20);
    let asked = service.sent("/").len();
    for path in [
        changed.clone(),
        format!("{changed}/events"),
        format!("{changed}/content"),
        "/v1/jobs/x".to_owned(),
    ] {
        assert_eq!(
            service.get(&path).error(),
            (404, "job_not_found".to_owned(), "no".to_owned())
        );
    }
    assert_eq!(service.sent("/").len(), asked);
}
