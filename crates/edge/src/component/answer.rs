//! Sending an answer.

use super::bindings::wasi::http::types::{
    Fields, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use super::block_on;
use super::transport::Blocking;
use crate::http::{Body, Response};

/// What `blocking-write-and-flush` takes at once.
const CHUNK: usize = 4096;

pub(super) fn send(response: Response<Blocking>, out: ResponseOutparam) {
    let fields = Fields::new();
    for (name, value) in &response.headers {
        // A header that the host keeps for itself is left to it.
        let _ = fields.append(name, value.as_bytes());
    }
    let outgoing = OutgoingResponse::new(fields);
    // The statuses are all proper ones.
    let _ = outgoing.set_status_code(response.status);
    let body = outgoing.body();
    ResponseOutparam::set(out, Ok(outgoing));
    if let Ok(body) = body {
        write(body, response.body);
    }
}

fn write(outgoing: OutgoingBody, body: Body<Blocking>) {
    let Ok(stream) = outgoing.write() else { return };
    // Where the client has gone, nobody reads on, and the rest isn't asked for.
    let put = |bytes: &[u8]| {
        let mut chunks = bytes.chunks(CHUNK);
        chunks.all(|chunk| stream.blocking_write_and_flush(chunk).is_ok())
    };
    let complete = match body {
        Body::Full(bytes) => put(&bytes),
        Body::Events(mut events) => loop {
            match block_on(events.next()) {
                Some(frame) if put(&frame) => {}
                Some(_) => break false,
                None => break true,
            }
        },
    };
    drop(stream);
    if complete {
        let _ = OutgoingBody::finish(outgoing, None);
    }
}
