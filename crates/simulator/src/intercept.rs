//! Stands before the service: records every request and applies the scripted faults.

use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::connection::ConnectionHandle;
use crate::envelope::envelope;
use crate::fault::{Fault, Shape};
use crate::faulty_body;
use crate::request_log::RequestRecord;
use crate::world::Shared;

/// The largest request that is read, in bytes.
const REQUEST_LIMIT: usize = 16 * 1024 * 1024;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Reads the request in full, records it, and answers it with the fault it meets or as usual.
pub(crate) async fn intercept(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<ConnectionHandle>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, REQUEST_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let record = RequestRecord::new(&parts, &body, connection.id());
    let authorization = parts.headers.get(AUTHORIZATION).cloned();
    let fault = shared.world().receive(record);
    let act = next.run(Request::from_parts(parts, Body::from(body)));
    let Some(fault) = fault else {
        return act.await;
    };
    match fault {
        Fault::Status {
            code,
            headers,
            body,
        } => status(code, &headers, body),
        Fault::Envelope { code, message } => envelope(code, &message, Value::Null).into_response(),
        Fault::Delay(delay) => {
            // In a task of its own: a client that goes away does not take its request back.
            let late = tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                act.await
            });
            late.await
                .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
        Fault::ResetBefore => {
            drop(act);
            reset(&connection).await
        }
        Fault::ResetAfter => {
            act.await;
            reset(&connection).await
        }
        Fault::StatusAfter { code, body } => {
            act.await;
            status(code, &[], body)
        }
        Fault::CutBody => with_length(act.await, |body| faulty_body::cut(body, connection)).await,
        Fault::Malformed => {
            act.await;
            json("<html>upstream said: {\"code\": 0, \"data\"".into())
        }
        Fault::Redirect(url) => {
            let mut response = StatusCode::FOUND.into_response();
            if let Ok(url) = HeaderValue::from_str(&url) {
                response.headers_mut().insert(LOCATION, url);
            }
            response
        }
        Fault::Oversized(length) => {
            act.await;
            json(faulty_body::oversized(length))
        }
        Fault::DeepJson(levels) => {
            act.await;
            json(faulty_body::deep(levels))
        }
        Fault::Drip { bytes_per_second } => {
            with_length(act.await, |body| faulty_body::drip(body, bytes_per_second)).await
        }
        Fault::Reshaped(shape) => {
            let coding = match shape {
                Shape::Gzip => Some("gzip"),
                Shape::Deflate => Some("deflate"),
                Shape::ByteOrderMark | Shape::HalfCharacter => None,
            };
            let mut response = act.await;
            if let Some(coding) = coding {
                let coding = HeaderValue::from_static(coding);
                response.headers_mut().insert(CONTENT_ENCODING, coding);
            }
            with_body(response, |body| faulty_body::reshaped(&body, shape)).await
        }
        Fault::EchoKey => echo(act.await, authorization.as_ref()).await,
    }
}

/// Never answers: the connection ends, and this future with it.
async fn reset(connection: &ConnectionHandle) -> Response {
    connection.reset();
    std::future::pending().await
}

fn json(body: Body) -> Response {
    ([(CONTENT_TYPE, JSON)], body).into_response()
}

fn status(code: u16, headers: &[(String, String)], body: String) -> Response {
    let mut response = json(body.into());
    *response.status_mut() =
        StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Replaces the body and keeps the header with the length of the whole one.
async fn with_length(response: Response, replace: impl FnOnce(Bytes) -> Body) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    parts.headers.insert(CONTENT_LENGTH, body.len().into());
    Response::from_parts(parts, replace(body))
}

/// Replaces the body and its length.
async fn with_body(response: Response, replace: impl FnOnce(Bytes) -> Vec<u8>) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let body = replace(body);
    parts.headers.insert(CONTENT_LENGTH, body.len().into());
    Response::from_parts(parts, Body::from(body))
}

async fn echo(response: Response, authorization: Option<&HeaderValue>) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let key = authorization.and_then(|value| value.to_str().ok());
    let body = match serde_json::from_slice::<Value>(&body) {
        Ok(Value::Object(mut answer)) => {
            answer.insert("message".into(), key.into());
            Value::Object(answer).to_string().into()
        }
        _ => body,
    };
    parts.headers.insert(CONTENT_LENGTH, body.len().into());
    Response::from_parts(parts, Body::from(body))
}
