//! The three requests of the service (music and speech: "API 1" to "API 3").

use crate::http::{Header, HttpRequest, Method};
use crate::prelude::*;
use crate::request::{Language, TaskType};
use alloc::borrow::Cow;
use ima_wire::idempotency::{self, IdempotencyKey};
use ima_wire::operation;
use serde_json::json;

fn headers(language: Language, with_body: bool) -> Vec<Header> {
    let mut headers = vec![
        ("accept", Cow::Borrowed("application/json")),
        ("x-app-source", Cow::Borrowed("ima_skills")),
        ("x_app_language", Cow::Borrowed(language.code())),
    ];
    if with_body {
        headers.push(("content-type", Cow::Borrowed("application/json")));
    }
    headers
}

fn post(path: &str, body: Vec<u8>, language: Language) -> HttpRequest {
    HttpRequest {
        method: Method::Post,
        path: path.to_owned(),
        headers: headers(language, true),
        body,
    }
}

/// Lists the products of a category.
pub(crate) fn product_list(task: TaskType, language: Language) -> HttpRequest {
    HttpRequest {
        method: Method::Get,
        path: format!(
            "{}?app=ima&platform=web&category={}",
            operation::PRODUCT_LIST,
            task.name()
        ),
        headers: headers(language, false),
        body: Vec::new(),
    }
}

/// Creates a task. Only `Prepared::transmit` of the session calls this.
pub(crate) fn create(body: Vec<u8>, language: Language, key: IdempotencyKey) -> HttpRequest {
    let mut request = post(operation::CREATE, body, language);
    let header = (idempotency::HEADER, Cow::Owned(key.to_string()));
    request.headers.push(header);
    request
}

/// Asks for the state of a task.
pub(crate) fn detail(task_id: &str, language: Language) -> HttpRequest {
    let body = json!({ "task_id": task_id }).to_string().into_bytes();
    post(operation::DETAIL, body, language)
}
