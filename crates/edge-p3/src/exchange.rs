//! One HTTP exchange over `wasi:http` 0.3, from the request to the last byte of the answer.

use crate::transport::now;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use ima_core::Millis;
use ima_core::http::{FailureKind, HttpResponse, Method, Sent, Transmit, TransportFailure};
use ima_guest::{Limits, error_codes};
use ima_wire::operation::CREATE;
use ima_wire::origin::Origin;
use wasip3::http::client;
use wasip3::http::types::{
    ErrorCode, Fields, Method as WasiMethod, Request, RequestOptions, Response, Scheme,
};
use wasip3::wit_bindgen::StreamResult;
use wasip3::{spawn_local, wit_future, wit_stream};

const CHUNK: usize = 64 * 1024;

pub(crate) async fn exchange(
    origin: &Origin,
    limits: &Limits,
    key: Option<&str>,
    transmit: &Transmit,
) -> Result<HttpResponse, TransportFailure> {
    let request = prepare(origin, limits, key, transmit).ok_or_else(not_sent)?;
    let response = client::send(request)
        .await
        .map_err(|code| reported(&code))?;
    let status = response.get_status_code();
    let headers = response.get_headers().copy_all().into_iter();
    let headers = headers
        .map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned()))
        .collect();
    Ok(HttpResponse {
        status,
        headers,
        body: body(response, limits, transmit.deadline).await?,
    })
}

fn prepare(
    origin: &Origin,
    limits: &Limits,
    key: Option<&str>,
    transmit: &Transmit,
) -> Option<Request> {
    let wanted = &transmit.request;
    let fields = Fields::new();
    for (name, value) in &wanted.headers {
        fields.append(name, value.as_bytes()).ok()?;
    }
    if let Some(key) = key {
        let value = ["Bearer ", key].concat();
        fields.append("authorization", value.as_bytes()).ok()?;
    }
    let (method, contents) = match wanted.method {
        Method::Get => (WasiMethod::Get, None),
        Method::Post => {
            let length = wanted.body.len().to_string();
            fields.append("content-length", length.as_bytes()).ok()?;
            let (mut writer, contents) = wit_stream::new();
            let bytes = wanted.body.clone();
            // Where the body can't be written, the answer knows why.
            spawn_local(async move {
                writer.write_all(bytes).await;
            });
            (WasiMethod::Post, Some(contents))
        }
    };
    let (_, trailers) = wit_future::new(|| Ok(None));
    let options = options(limits, transmit)?;
    let (request, _) = Request::new(fields, contents, trailers, Some(options));
    request.set_method(&method).ok()?;
    let scheme = match origin.is_secure() {
        true => Scheme::Https,
        false => Scheme::Http,
    };
    request.set_scheme(Some(&scheme)).ok()?;
    let authority = origin.authority().to_string();
    request.set_authority(Some(&authority)).ok()?;
    let path = [origin.path(), &wanted.path].concat();
    request.set_path_with_query(Some(&path)).ok()?;
    Some(request)
}

fn options(limits: &Limits, transmit: &Transmit) -> Option<RequestOptions> {
    let times = limits.times(transmit.request.path == CREATE, transmit.deadline, now());
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

async fn body(
    response: Response,
    limits: &Limits,
    deadline: Millis,
) -> Result<Vec<u8>, TransportFailure> {
    let (_, handled) = wit_future::new(|| Ok(()));
    let (mut stream, end) = Response::consume_body(response, handled);
    let mut body = Vec::new();
    loop {
        let (result, chunk) = stream.read(Vec::with_capacity(CHUNK)).await;
        let size = (body.len() as u64).saturating_add(chunk.len() as u64);
        if size > limits.response_limit {
            return Err(unread(FailureKind::TooLarge));
        }
        // A drip within every other limit still ends.
        if now() > deadline {
            return Err(unread(FailureKind::Network));
        }
        body.extend_from_slice(&chunk);
        match result {
            StreamResult::Complete(_) => {}
            StreamResult::Dropped => break,
            StreamResult::Cancelled => return Err(unread(FailureKind::Network)),
        }
    }
    match end.await {
        Ok(_) => Ok(body),
        Err(_) => Err(unread(FailureKind::Network)),
    }
}

/// The request could not even be put together.
fn not_sent() -> TransportFailure {
    TransportFailure {
        sent: Sent::No,
        kind: FailureKind::Network,
    }
}

/// The answer began and was not read to its end.
fn unread(kind: FailureKind) -> TransportFailure {
    TransportFailure {
        sent: Sent::Maybe,
        kind,
    }
}

/// The failure that the host reports.
fn reported(code: &ErrorCode) -> TransportFailure {
    error_codes::failure(match code {
        ErrorCode::ConfigurationError => error_codes::OWN_NOT_SENT,
        ErrorCode::DnsError(_) => "DNS-error",
        ErrorCode::DestinationIpProhibited => "destination-IP-prohibited",
        ErrorCode::ConnectionLimitReached => "connection-limit-reached",
        ErrorCode::TlsProtocolError => "TLS-protocol-error",
        ErrorCode::HttpRequestDenied => "HTTP-request-denied",
        ErrorCode::HttpRequestMethodInvalid => "HTTP-request-method-invalid",
        ErrorCode::HttpRequestUriInvalid => "HTTP-request-URI-invalid",
        ErrorCode::HttpResponseBodySize(_) => "HTTP-response-body-size",
        ErrorCode::HttpResponseHeaderSize(_) => "HTTP-response-header-size",
        ErrorCode::HttpResponseHeaderSectionSize(_) => "HTTP-response-header-section-size",
        _ => "another",
    })
}
