//! Reading a request, within bounds of size and time.

use super::bindings::wasi::clocks::monotonic_clock;
use super::bindings::wasi::http::types::{IncomingRequest, Method};
use super::bindings::wasi::io::poll::poll;
use super::bindings::wasi::io::streams::StreamError;
use crate::http::{BodyError, LARGEST_BODY, Request};
use crate::prelude::*;

/// How long the body may take to arrive, in nanoseconds.
const BODY_TIME: u64 = 15_000_000_000;

const CHUNK: u64 = 64 * 1024;

pub(super) fn read(incoming: IncomingRequest) -> Request {
    let mut request = Request {
        method: method(&incoming.method()),
        path: incoming.path_with_query().unwrap_or_else(|| "/".to_owned()),
        authority: incoming.authority(),
        headers: incoming.headers().entries(),
        ..Request::default()
    };
    if request.method == "POST" {
        match body(&incoming) {
            Ok(body) => request.body = body,
            Err(error) => request.body_error = Some(error),
        }
    }
    request
}

fn method(method: &Method) -> String {
    match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
        Method::Connect => "CONNECT",
        Method::Options => "OPTIONS",
        Method::Trace => "TRACE",
        Method::Patch => "PATCH",
        Method::Other(name) => return name.clone(),
    }
    .to_owned()
}

fn body(incoming: &IncomingRequest) -> Result<Vec<u8>, BodyError> {
    let whole = incoming.consume().map_err(|()| BodyError::CutOff)?;
    let stream = whole.stream().map_err(|()| BodyError::CutOff)?;
    let end = monotonic_clock::now().saturating_add(BODY_TIME);
    let mut body = Vec::new();
    loop {
        match stream.read(CHUNK) {
            Ok(chunk) if chunk.is_empty() => {
                let readable = stream.subscribe();
                // What is there already is taken before the clock is looked at.
                let at_once = monotonic_clock::subscribe_instant(monotonic_clock::now());
                if poll(&[&readable, &at_once]).contains(&0) {
                    continue;
                }
                let late = monotonic_clock::subscribe_instant(end);
                if !poll(&[&readable, &late]).contains(&0) {
                    return Err(BodyError::TooSlow);
                }
            }
            Ok(chunk) => {
                if body.len().saturating_add(chunk.len()) > LARGEST_BODY {
                    return Err(BodyError::TooLarge);
                }
                // A drip within every other limit still ends.
                if monotonic_clock::now() > end {
                    return Err(BodyError::TooSlow);
                }
                body.extend_from_slice(&chunk);
            }
            Err(StreamError::Closed) => return Ok(body),
            Err(StreamError::LastOperationFailed(_)) => return Err(BodyError::CutOff),
        }
    }
}
