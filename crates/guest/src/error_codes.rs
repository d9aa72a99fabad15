//! What an error code of `wasi:http` says about whether the request had left. This decides about money
//! (rule 3); `docs/hosts.md` says which host reports which code when.

use ima_core::http::{FailureKind, Sent, TransportFailure};

/// The codes that prove that no byte of the request left, by their names in `wasi:http`.
///
/// Each is reported by a known host, and by none once a byte may have left. All others are no proof:
/// those that some host reports for a request that has left (`connection-timeout`,
/// `connection-refused`), those that no host was seen to report, and what later versions bring.
pub const NOT_SENT: [&str; 8] = [
    OWN_NOT_SENT,
    "DNS-error",
    "destination-IP-prohibited",
    "connection-limit-reached",
    "TLS-protocol-error",
    "HTTP-request-denied",
    "HTTP-request-method-invalid",
    "HTTP-request-URI-invalid",
];

/// The code by which `ima-host` says that nothing left. No other known host reports it.
pub const OWN_NOT_SENT: &str = "configuration-error";

/// The codes that say that an answer was larger than is read.
const TOO_LARGE: [&str; 3] = [
    "HTTP-response-body-size",
    "HTTP-response-header-size",
    "HTTP-response-header-section-size",
];

/// The failure that a code stands for.
pub fn failure(code: &str) -> TransportFailure {
    let sent = match NOT_SENT.contains(&code) {
        true => Sent::No,
        false => Sent::Maybe,
    };
    let kind = match TOO_LARGE.contains(&code) {
        true => FailureKind::TooLarge,
        false => FailureKind::Network,
    };
    TransportFailure { sent, kind }
}
