//! The three requests of the service (music and speech: "API 1" to "API 3").

use crate::http::{HttpRequest, Method};
use crate::prelude::*;
use crate::request::{Language, TaskType};
use serde_json::json;

fn headers(language: Language, with_body: bool) -> Vec<(&'static str, &'static str)> {
    let mut headers = vec![
        ("accept", "application/json"),
        ("x-app-source", "ima_skills"),
        ("x_app_language", language.code()),
    ];
    if with_body {
        headers.push(("content-type", "application/json"));
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
            "/open/v1/product/list?app=ima&platform=web&category={}",
            task.name()
        ),
        headers: headers(language, false),
        body: Vec::new(),
    }
}

/// Creates a task. Only `Prepared::transmit` of the session calls this.
pub(crate) fn create(body: Vec<u8>, language: Language) -> HttpRequest {
    post("/open/v1/tasks/create", body, language)
}

/// Asks for the state of a task.
pub(crate) fn detail(task_id: &str, language: Language) -> HttpRequest {
    let body = json!({ "task_id": task_id }).to_string().into_bytes();
    post("/open/v1/tasks/detail", body, language)
}
