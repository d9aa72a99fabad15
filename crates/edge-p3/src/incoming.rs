//! Reading a request, within bounds of size and time.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::pin::pin;
use futures_util::future::{Either, select};
use ima_edge::http::{BodyError, LARGEST_BODY, Request};
use wasip3::clocks::monotonic_clock;
use wasip3::http::types::{Method, Request as Incoming};
use wasip3::wit_bindgen::StreamResult;
use wasip3::wit_future;

/// How long the body may take to arrive, in nanoseconds.
const BODY_TIME: u64 = 15_000_000_000;

const CHUNK: usize = 64 * 1024;

pub(crate) async fn read(incoming: Incoming) -> Request {
    let mut request = Request {
        method: method(incoming.get_method()),
        path: incoming
            .get_path_with_query()
            .unwrap_or_else(|| "/".to_owned()),
        authority: incoming.get_authority(),
        headers: incoming.get_headers().copy_all(),
        ..Request::default()
    };
    if request.method == "POST" {
        let late = pin!(monotonic_clock::wait_for(BODY_TIME));
        let read = match select(pin!(body(incoming)), late).await {
            Either::Left((read, _)) => read,
            Either::Right(_) => Err(BodyError::TooSlow),
        };
        match read {
            Ok(body) => request.body = body,
            Err(error) => request.body_error = Some(error),
        }
    }
    request
}

fn method(method: Method) -> String {
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
        Method::Other(name) => return name,
    }
    .to_owned()
}

async fn body(incoming: Incoming) -> Result<Vec<u8>, BodyError> {
    let (_, handled) = wit_future::new(|| Ok(()));
    let (mut stream, end) = Incoming::consume_body(incoming, handled);
    let mut body = Vec::new();
    loop {
        let (result, chunk) = stream.read(Vec::with_capacity(CHUNK)).await;
        if body.len().saturating_add(chunk.len()) > LARGEST_BODY {
            return Err(BodyError::TooLarge);
        }
        body.extend_from_slice(&chunk);
        match result {
            StreamResult::Complete(_) => {}
            StreamResult::Dropped => break,
            StreamResult::Cancelled => return Err(BodyError::CutOff),
        }
    }
    match end.await {
        Ok(_) => Ok(body),
        Err(_) => Err(BodyError::CutOff),
    }
}
