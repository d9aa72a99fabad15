//! One HTTP exchange that a session asks for, under the policy that holds for every component.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Uri};
use http_body_util::BodyExt;

use crate::bindings::machines::{
    FailureKind, HttpRequest, HttpResponse, Input, Method, Response, Sent, Transmit,
    TransportFailure,
};
use crate::egress::{Egress, ExchangeError, Timeouts};

/// Carries an exchange out within `left` milliseconds, and says how it ended.
pub(super) async fn exchange(egress: &Egress, transmit: Transmit, left: u64) -> Input {
    let exchange = transmit.exchange;
    let result = match request(egress, transmit.request) {
        Some(request) => send(egress, request, left).await,
        None => Err(ExchangeError::Malformed),
    };
    match result {
        Ok(response) => Input::Response(Response { exchange, response }),
        Err(error) => failed(exchange, error),
    }
}

/// The end of an exchange that failed.
pub(super) fn failed(exchange: u64, error: ExchangeError) -> Input {
    Input::TransportFailure(TransportFailure {
        exchange,
        sent: match error.may_have_left() {
            true => Sent::Maybe,
            false => Sent::No,
        },
        kind: match error.is_too_large() {
            true => FailureKind::TooLarge,
            false => FailureKind::Network,
        },
    })
}

/// The request that is asked for; `None` if HTTP has no such request.
fn request(egress: &Egress, asked: HttpRequest) -> Option<Request<Bytes>> {
    let uri: Uri = format!("{}{}", egress.origin(), asked.path).parse().ok()?;
    let mut request = Request::new(Bytes::from(asked.body));
    *request.method_mut() = match asked.method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
    };
    *request.uri_mut() = uri;
    for (name, value) in asked.headers {
        let name = HeaderName::try_from(name).ok()?;
        request
            .headers_mut()
            .append(name, HeaderValue::try_from(value).ok()?);
    }
    Some(request)
}

async fn send(
    egress: &Egress,
    request: Request<Bytes>,
    left: u64,
) -> Result<HttpResponse, ExchangeError> {
    let left = Some(Duration::from_millis(left.max(1)));
    // The host's own limits hold below these.
    let timeouts = Timeouts {
        connect: left,
        first_byte: left,
        between_bytes: left,
        all: left,
    };
    let (parts, body) = egress.send(request, timeouts).await?.into_parts();
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(never) => match never {},
    };
    Ok(HttpResponse {
        status: parts.status.as_u16(),
        headers: headers.collect(),
        body: body.into(),
    })
}
