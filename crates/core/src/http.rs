//! The HTTP exchanges that a machine asks its driver for.

use crate::Millis;
use crate::prelude::*;
use alloc::borrow::Cow;
use ima_wire::coding;

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
}

/// A header of a request: its name in lower case, and its value.
pub type Header = (&'static str, Cow<'static, str>);

/// A request to the service. Every one needs the `Authorization: Bearer` header, which the driver
/// or its host adds: the machines never know the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// Path and query, relative to the service's origin.
    pub path: String,
    /// The headers, without authorization. A create request has an `idempotency-key`.
    pub headers: Vec<Header>,
    /// The body; empty for `GET`.
    pub body: Vec<u8>,
}

/// An answer of the service, read to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The largest body that is decoded, in bytes.
const LARGEST: usize = 64 << 20;

impl HttpResponse {
    /// The answer with its body decoded. A body that can't be is left as it is, and can't be read.
    pub(crate) fn decoded(mut self) -> Self {
        if let Some(Cow::Owned(body)) = coding::decoded(&self.body, LARGEST) {
            self.body = body;
        }
        self
    }

    /// The `Retry-After` header in milliseconds. Only its form in seconds counts: the form as a
    /// date needs a clock.
    pub(crate) fn retry_after(&self) -> Option<Millis> {
        let (_, value) = self
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))?;
        let seconds: u64 = value.trim().parse().ok()?;
        Some(seconds.saturating_mul(1000))
    }
}

/// Whether a request that failed had left. Decides about money: only `No` allows a second create
/// (money rule 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// No byte of it left, and the transport proves it: the name was not found, the connection was
    /// refused, or TLS failed.
    No,
    /// It may have left, in part or as a whole.
    Maybe,
}

/// What went wrong in an exchange without a complete answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The network: no connection, a reset, a timeout.
    Network,
    /// The answer was larger than the driver reads.
    TooLarge,
}

/// An exchange that ended without a complete answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransportFailure {
    /// Whether the request had left.
    pub sent: Sent,
    /// What went wrong.
    pub kind: FailureKind,
}

/// Names one exchange of one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangeId(pub u64);

/// One exchange for the driver to carry out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// What the answer, or the failure, is to be tagged with.
    pub exchange: ExchangeId,
    /// The request.
    pub request: HttpRequest,
    /// When the driver must have reported. After it the machine counts the exchange as failed.
    pub deadline: Millis,
}
