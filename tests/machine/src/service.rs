//! Answers of the service, for sessions that are driven without one.

use crate::machines::{
    FailureKind, HttpResponse, Input, Response, Sent, Transmit, TransportFailure,
};
use crate::types::{
    Language, MusicOptions, OnMismatch, Options, Request, TaskType, UnknownParameters,
};

/// The music list, as the `data` of the answer.
pub const MUSIC: &str = include_str!("../../../crates/core/src/catalogue/fixtures/music.json");

/// A task that was just created.
pub const CREATED: &str = r#"{"id":"task_1"}"#;

/// A task whose two songs are not there yet.
pub const PENDING: &str = r#"{"id":"task_1","medias":[{"resource_status":0,"status":"processing"},{"resource_status":0,"status":"pending"}]}"#;

/// A task whose two songs are there.
pub const READY: &str = r#"{"id":"task_1","medias":[{"resource_status":1,"status":"success","url":"https://cdn.example/1.mp3","duration_str":"60s","format":"mp3"},{"resource_status":1,"status":"success","url":"https://cdn.example/2.mp3"}]}"#;

/// A request for music.
pub fn song() -> Request {
    Request {
        task: TaskType::TextToMusic,
        prompt: "a song of rain".to_owned(),
        model_id: None,
        version_id: None,
        options: None,
        parameters: Vec::new(),
        unknown_parameters: UnknownParameters::Refuse,
        on_mismatch: OnMismatch::Amend,
        habitual: false,
        budget: None,
        language: Language::En,
    }
}

/// A request for music with options, in Chinese.
pub fn song_with_options() -> Request {
    Request {
        options: Some(Options::Music(MusicOptions {
            lyrics: Some("雨一直下\n\"quoted\" \\ 🎵".to_owned()),
            auto_lyrics: None,
            instrumental: Some(false),
            tags: Some("folk, rain".to_owned()),
            negative_tags: None,
            vocal_gender: None,
            title: Some("雨".to_owned()),
            description: None,
            custom_mode: None,
            engine: None,
        })),
        language: Language::Zh,
        ..song()
    }
}

/// An answer with any status and body.
pub fn answer(exchange: u64, status: u16, body: &str) -> Input {
    Input::Response(Response {
        exchange,
        response: HttpResponse {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        },
    })
}

/// An answer of success.
pub fn success(exchange: u64, data: &str) -> Input {
    let body = format!(r#"{{"code":0,"message":"success","data":{data}}}"#);
    answer(exchange, 200, &body)
}

/// No answer.
pub fn failure(exchange: u64, sent: Sent) -> Input {
    Input::TransportFailure(TransportFailure {
        exchange,
        sent,
        kind: FailureKind::Network,
    })
}

/// What all goes well with, the task being done as soon as `ready` says so.
pub fn usual(transmit: &Transmit, ready: bool) -> Input {
    let path = &transmit.request.path;
    let data = if path.contains("product/list") {
        MUSIC
    } else if path.contains("create") {
        CREATED
    } else if ready {
        READY
    } else {
        PENDING
    };
    success(transmit.exchange, data)
}
