//! How an exchange over `wasi:http` failed.

use super::bindings::wasi::http::types::ErrorCode;
use crate::error_codes;
use ima_core::http::{FailureKind, Sent, TransportFailure};

/// The failure that the host reports.
pub(crate) fn reported(code: &ErrorCode) -> TransportFailure {
    error_codes::failure(name(code))
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

/// The name of a code, as far as a code means anything here.
fn name(code: &ErrorCode) -> &'static str {
    match code {
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trusted_code_is_known_by_its_name_and_no_other_is_trusted() {
        let dns = super::super::bindings::wasi::http::types::DnsErrorPayload {
            rcode: None,
            info_code: None,
        };
        let trusted = [
            ErrorCode::ConfigurationError,
            ErrorCode::DnsError(dns),
            ErrorCode::DestinationIpProhibited,
            ErrorCode::ConnectionLimitReached,
            ErrorCode::TlsProtocolError,
            ErrorCode::HttpRequestDenied,
            ErrorCode::HttpRequestMethodInvalid,
            ErrorCode::HttpRequestUriInvalid,
        ];
        assert_eq!(trusted.len(), error_codes::NOT_SENT.len());
        for code in trusted {
            assert_eq!(reported(&code).sent, Sent::No, "{code:?}");
        }
        for code in [
            ErrorCode::ConnectionTimeout,
            ErrorCode::ConnectionRefused,
            ErrorCode::ConnectionTerminated,
            ErrorCode::DnsTimeout,
            ErrorCode::TlsCertificateError,
            ErrorCode::HttpProtocolError,
            ErrorCode::InternalError(None),
        ] {
            assert_eq!(reported(&code).sent, Sent::Maybe, "{code:?}");
        }
        let large = reported(&ErrorCode::HttpResponseBodySize(None));
        assert_eq!(
            (large.sent, large.kind),
            (Sent::Maybe, FailureKind::TooLarge)
        );
    }
}
