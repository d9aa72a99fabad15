//! `POST /open/v1/tasks/detail` and the audio that it points to.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::auth::Account;
use crate::create::read_json;
use crate::envelope::{NOT_FOUND, Refusal, success};
use crate::world::Shared;

/// Answers the media of a task. A task of another account is unknown.
pub(crate) async fn detail(
    State(shared): State<Arc<Shared>>,
    Account(account): Account,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let body = read_json(&body)?;
    let Some(id) = body.get("task_id").and_then(Value::as_str) else {
        return Err(Refusal::bad_request("task_id is required"));
    };
    let world = shared.world();
    let task = world
        .task(id)
        .filter(|task| task.account == account)
        .ok_or_else(|| Refusal::new(NOT_FOUND, "Task not found"))?;
    Ok(success(task.detail(world.clock.seconds(), &shared.origin)))
}

/// Answers the file of a finished media, to anyone who has its address.
pub(crate) async fn audio(
    State(shared): State<Arc<Shared>>,
    Path((task, file)): Path<(String, String)>,
) -> Response {
    let sound = file
        .strip_suffix(".wav")
        .and_then(|index| index.parse().ok())
        .and_then(|index| {
            let world = shared.world();
            let now = world.clock.seconds();
            world.task(&task)?.available(index, now).cloned()
        });
    let Some(sound) = sound else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // Off the server's one thread, so that others are answered meanwhile.
    match tokio::task::spawn_blocking(move || sound.wav()).await {
        Ok(Ok(file)) => ([(CONTENT_TYPE, "audio/wav")], file).into_response(),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
