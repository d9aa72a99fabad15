//! The files behind the addresses.

use std::io::Cursor;

use ima_simulator::{Endpoint, Outcome, Timeline};
use serde_json::{Value, json};

use crate::client::{Service, service, speech, suno, with};

/// Creates a task, waits it out and gives its media.
async fn finished(service: &Service, body: &Value) -> Vec<Value> {
    let task = service.created(body).await;
    service.advance(200.0);
    service.medias(&task).await.as_array().unwrap().clone()
}

/// Fetches and decodes a media; checks the format, the length and that it can be heard.
async fn played(service: &Service, media: &Value) -> Vec<i16> {
    let anyone = service.client.with_authorization(None);
    let file = anyone.get(media["url"].as_str().unwrap()).await;
    assert_eq!(file.status, 200);
    assert_eq!(file.headers["content-type"], "audio/wav");
    let mut reader = hound::WavReader::new(Cursor::new(file.body)).unwrap();
    let spec = reader.spec();
    assert_eq!((spec.channels, spec.bits_per_sample), (1, 16));
    let said = media["duration_str"].as_str().unwrap();
    let seconds: u32 = said.strip_suffix('s').unwrap().parse().unwrap();
    assert_eq!(reader.duration(), seconds * spec.sample_rate);
    let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();
    let loudest = samples
        .iter()
        .map(|sample| sample.unsigned_abs())
        .max()
        .unwrap();
    assert!((20_000..30_000).contains(&loudest), "{loudest}");
    samples
}

#[tokio::test]
async fn music_is_as_long_as_said_and_differs_by_clip() {
    let service = service().await;
    let medias = finished(&service, &suno()).await;
    let first = played(&service, &medias[0]).await;
    let second = played(&service, &medias[1]).await;
    assert!((20 * 22_050..=30 * 22_050).contains(&first.len()));
    assert_ne!(first, second);
    let again = finished(&service, &suno()).await;
    assert_eq!(played(&service, &again[0]).await, first);
    let other = with(
        suno(),
        "/parameters/0/parameters/prompt",
        json!("slow jazz"),
    );
    let other = finished(&service, &other).await;
    assert_ne!(played(&service, &other[0]).await, first);
}

#[tokio::test]
async fn speech_is_as_long_as_its_text() {
    let service = service().await;
    let medias = finished(&service, &speech()).await;
    assert_eq!(medias.len(), 1);
    assert_eq!(medias[0]["duration_str"], "2s");
    played(&service, &medias[0]).await;

    let long = "床前明月光,疑是地上霜。".repeat(5);
    let long = with(speech(), "/parameters/0/parameters/prompt", json!(long));
    let slow = finished(&service, &long).await;
    assert_eq!(slow[0]["duration_str"], "15s");
    played(&service, &slow[0]).await;
    let fast = with(
        long,
        "/parameters/0/parameters/audio_params/speech_rate",
        json!(100),
    );
    let fast = finished(&service, &fast).await;
    assert_eq!(fast[0]["duration_str"], "8s");
    played(&service, &fast[0]).await;
}

#[tokio::test]
async fn only_finished_media_have_a_file() {
    let service = service().await;
    let timeline = Timeline {
        media_outcomes: vec![Outcome::Success, Outcome::Failed(String::new())],
        ..Timeline::lasting(10.0)
    };
    service.control.set_timeline("sonic", timeline);
    let task = service.created(&suno()).await;
    let path = |file: &str| format!("/audio/{task}/{file}");
    assert_eq!(service.client.get(&path("0.wav")).await.status, 404);
    service.advance(10.0);
    assert_eq!(service.client.get(&path("0.wav")).await.status, 200);
    for file in ["1.wav", "2.wav", "0.mp3", "x.wav"] {
        assert_eq!(service.client.get(&path(file)).await.status, 404, "{file}");
    }
    assert_eq!(service.client.get("/audio/task_0/0.wav").await.status, 404);
    let requests = service.control.requests();
    let audio = requests
        .iter()
        .filter(|request| request.endpoint == Endpoint::Audio);
    assert_eq!(audio.count(), 7);
}
