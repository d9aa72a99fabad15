//! One HTTP exchange over `wasi:http`, from the request to the last byte of the answer.

use super::bindings::wasi::http::outgoing_handler;
use super::bindings::wasi::http::types::{
    Fields, IncomingBody, IncomingResponse, Method as WasiMethod, OutgoingBody, OutgoingRequest,
    RequestOptions, Scheme,
};
use super::bindings::wasi::io::streams::StreamError;
use super::clock;
use super::failure::{cut_off, not_sent, reported, too_large};
use crate::Limits;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use ima_core::Millis;
use ima_core::http::{HttpResponse, Method, Transmit, TransportFailure};
use ima_wire::operation::CREATE;
use ima_wire::origin::Origin;

/// What `blocking-write-and-flush` takes at once.
const WRITE_CHUNK: usize = 4096;
const READ_CHUNK: u64 = 64 * 1024;

pub(crate) fn exchange(
    origin: &Origin,
    limits: &Limits,
    key: Option<&str>,
    transmit: &Transmit,
) -> Result<HttpResponse, TransportFailure> {
    let (request, body) = prepare(origin, key, transmit).ok_or_else(not_sent)?;
    let options = options(limits, transmit).ok_or_else(not_sent)?;
    let pending =
        outgoing_handler::handle(request, Some(options)).map_err(|code| reported(&code))?;
    // Where the body cannot be written, `pending` knows why.
    write(body, &transmit.request.body);
    let answer = loop {
        match pending.get() {
            None => pending.subscribe().block(),
            Some(Ok(answer)) => break answer,
            Some(Err(())) => return Err(cut_off()),
        }
    };
    drop(pending);
    read(
        answer.map_err(|code| reported(&code))?,
        limits,
        transmit.deadline,
    )
}

fn prepare(
    origin: &Origin,
    key: Option<&str>,
    transmit: &Transmit,
) -> Option<(OutgoingRequest, OutgoingBody)> {
    let request = &transmit.request;
    let fields = Fields::new();
    for (name, value) in &request.headers {
        fields.append(name, value.as_bytes()).ok()?;
    }
    if let Some(key) = key {
        let value = ["Bearer ", key].concat();
        fields.append("authorization", value.as_bytes()).ok()?;
    }
    let method = match request.method {
        Method::Get => WasiMethod::Get,
        Method::Post => {
            let length = request.body.len().to_string();
            fields.append("content-length", length.as_bytes()).ok()?;
            WasiMethod::Post
        }
    };
    let outgoing = OutgoingRequest::new(fields);
    outgoing.set_method(&method).ok()?;
    let scheme = match origin.is_secure() {
        true => Scheme::Https,
        false => Scheme::Http,
    };
    outgoing.set_scheme(Some(&scheme)).ok()?;
    let authority = origin.authority().to_string();
    outgoing.set_authority(Some(&authority)).ok()?;
    let path = [origin.path(), &request.path].concat();
    outgoing.set_path_with_query(Some(&path)).ok()?;
    let body = outgoing.body().ok()?;
    Some((outgoing, body))
}

fn options(limits: &Limits, transmit: &Transmit) -> Option<RequestOptions> {
    let creates = transmit.request.path == CREATE;
    let times = limits.times(creates, transmit.deadline, clock::now());
    let options = RequestOptions::new();
    options.set_connect_timeout(Some(times.connect)).ok()?;
    options
        .set_first_byte_timeout(Some(times.first_byte))
        .ok()?;
    options
        .set_between_bytes_timeout(Some(times.between_bytes))
        .ok()?;
    Some(options)
}

fn write(body: OutgoingBody, bytes: &[u8]) {
    if let Ok(stream) = body.write() {
        for chunk in bytes.chunks(WRITE_CHUNK) {
            if stream.blocking_write_and_flush(chunk).is_err() {
                return;
            }
        }
        drop(stream);
        // As above: an error shows in the answer.
        let _ = OutgoingBody::finish(body, None);
    }
}

fn read(
    answer: IncomingResponse,
    limits: &Limits,
    deadline: Millis,
) -> Result<HttpResponse, TransportFailure> {
    let status = answer.status();
    let headers = answer
        .headers()
        .entries()
        .into_iter()
        .map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned()))
        .collect();
    let incoming = answer.consume().map_err(|()| cut_off())?;
    Ok(HttpResponse {
        status,
        headers,
        body: read_body(&incoming, limits, deadline)?,
    })
}

fn read_body(
    incoming: &IncomingBody,
    limits: &Limits,
    deadline: Millis,
) -> Result<Vec<u8>, TransportFailure> {
    let stream = incoming.stream().map_err(|()| cut_off())?;
    let mut body = Vec::new();
    loop {
        match stream.blocking_read(READ_CHUNK) {
            Ok(chunk) => {
                let size = (body.len() as u64).saturating_add(chunk.len() as u64);
                if size > limits.response_limit {
                    return Err(too_large());
                }
                // A drip within every other limit still ends.
                if clock::now() > deadline {
                    return Err(cut_off());
                }
                body.extend_from_slice(&chunk);
            }
            Err(StreamError::Closed) => return Ok(body),
            Err(StreamError::LastOperationFailed(_)) => return Err(cut_off()),
        }
    }
}
