//! What an error of `wasi:http` says about whether the request had left. This decides about money.

use super::bindings::wasi::http::types::ErrorCode;
use ima_core::http::{FailureKind, Sent, TransportFailure};

/// Only codes that no known host reports once a byte has left count as not sent (money rule 3).
/// Whatever is new or vague may have been sent, and so may what ended with `connection-timeout`: some
/// hosts report a slow answer so.
pub(crate) fn failure(code: &ErrorCode) -> TransportFailure {
    match code {
        ErrorCode::DnsTimeout
        | ErrorCode::DnsError(_)
        | ErrorCode::DestinationNotFound
        | ErrorCode::DestinationUnavailable
        | ErrorCode::DestinationIpProhibited
        | ErrorCode::DestinationIpUnroutable
        | ErrorCode::ConnectionRefused
        | ErrorCode::ConnectionLimitReached
        | ErrorCode::TlsProtocolError
        | ErrorCode::TlsCertificateError
        | ErrorCode::HttpRequestDenied
        | ErrorCode::HttpRequestMethodInvalid
        | ErrorCode::HttpRequestUriInvalid
        | ErrorCode::HttpRequestUriTooLong => not_sent(),
        ErrorCode::HttpResponseBodySize(_)
        | ErrorCode::HttpResponseHeaderSize(_)
        | ErrorCode::HttpResponseHeaderSectionSize(_) => too_large(),
        _ => TransportFailure {
            sent: Sent::Maybe,
            kind: FailureKind::Network,
        },
    }
}

/// The request could not even be put together, or was kept back.
pub(crate) fn not_sent() -> TransportFailure {
    TransportFailure {
        sent: Sent::No,
        kind: FailureKind::Network,
    }
}

/// The answer is larger than is read.
pub(crate) fn too_large() -> TransportFailure {
    TransportFailure {
        sent: Sent::Maybe,
        kind: FailureKind::TooLarge,
    }
}

/// The answer began and did not end.
pub(crate) fn cut_off() -> TransportFailure {
    TransportFailure {
        sent: Sent::Maybe,
        kind: FailureKind::Network,
    }
}
