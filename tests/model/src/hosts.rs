//! Hosts of components, and when each reports which error code of `wasi:http` (`docs/hosts.md`).
//!
//! Written from the hosts' sources, and not from the rule of `ima-guest` that it checks.

use crate::random::Random;
use ima_core::http::{Sent, TransportFailure};
use ima_guest::error_codes;

/// When a code is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// Only before a byte of the request left.
    Before,
    /// Perhaps after the request left, or in part.
    Any,
}

use When::{Any, Before};

/// Codes of one host.
type Host = (&'static str, &'static [(&'static str, When)]);

const HOSTS: [Host; 6] = [
    (
        "wasmtime, wasmtime-py",
        &[
            ("connection-refused", Before),
            ("connection-timeout", Before),
            ("DNS-error", Before),
            ("TLS-protocol-error", Before),
            ("HTTP-request-method-invalid", Before),
            ("HTTP-request-URI-invalid", Before),
            ("HTTP-request-body-size", Any),
            ("HTTP-response-body-size", Any),
            ("HTTP-response-timeout", Any),
            ("HTTP-protocol-error", Any),
            ("connection-read-timeout", Any),
            ("internal-error", Any),
        ],
    ),
    (
        "jco on Node",
        &[
            ("connection-timeout", Any),
            ("connection-refused", Before),
            ("connection-terminated", Any),
            ("DNS-error", Before),
            ("HTTP-request-URI-invalid", Before),
            ("HTTP-request-body-size", Any),
            ("HTTP-protocol-error", Any),
            ("internal-error", Any),
        ],
    ),
    (
        "jco in a browser",
        &[
            ("connection-timeout", Any),
            ("connection-refused", Any),
            ("HTTP-request-URI-invalid", Before),
            ("internal-error", Any),
        ],
    ),
    (
        "wasmCloud",
        &[
            ("DNS-error", Before),
            ("connection-refused", Before),
            ("connection-timeout", Any),
            ("connection-read-timeout", Any),
            ("TLS-protocol-error", Before),
            ("HTTP-request-denied", Before),
            ("HTTP-request-URI-invalid", Before),
            ("HTTP-response-timeout", Any),
            ("HTTP-protocol-error", Any),
            ("internal-error", Any),
        ],
    ),
    (
        "Spin",
        &[
            ("DNS-error", Before),
            ("destination-IP-prohibited", Before),
            ("connection-refused", Before),
            ("connection-timeout", Before),
            ("connection-limit-reached", Before),
            ("connection-read-timeout", Any),
            ("TLS-protocol-error", Before),
            ("HTTP-request-denied", Before),
            ("HTTP-request-URI-invalid", Before),
            ("HTTP-protocol-error", Any),
            ("internal-error", Any),
        ],
    ),
    (
        "ima_host::wasi",
        &[
            ("configuration-error", Before),
            ("HTTP-request-denied", Before),
            ("connection-terminated", Any),
            ("connection-read-timeout", Any),
            ("HTTP-response-timeout", Any),
            ("HTTP-response-incomplete", Any),
            ("HTTP-response-content-coding", Any),
            ("HTTP-response-body-size", Any),
            ("HTTP-response-header-section-size", Any),
            ("HTTP-protocol-error", Any),
        ],
    ),
];

/// Codes that none of these hosts reports; another may, at any time.
const OTHERS: [&str; 7] = [
    "DNS-timeout",
    "destination-not-found",
    "destination-unavailable",
    "destination-IP-unroutable",
    "TLS-certificate-error",
    "TLS-alert-received",
    "loop-detected",
];

/// Whether every host that reports a code does so before a byte left, and one does.
fn proves(code: &str) -> bool {
    let told = || {
        HOSTS
            .iter()
            .flat_map(|(_, codes)| *codes)
            .filter(|(own, _)| *own == code)
    };
    told().next().is_some() && told().all(|(_, when)| *when == Before)
}

fn codes() -> Vec<&'static str> {
    let known = HOSTS.iter().flat_map(|(_, codes)| *codes);
    let mut codes: Vec<_> = known.map(|(code, _)| *code).chain(OTHERS).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// What the rule makes of a code that some host reports: of a request that never left, or of one that
/// may have. `trusting`: the rule takes one code too many for proof.
pub(crate) fn failure(left: bool, trusting: bool, random: &mut Random) -> TransportFailure {
    let possible: Vec<_> = codes()
        .into_iter()
        .filter(|code| !left || !proves(code))
        .collect();
    let code = random.pick("internal-error", &possible);
    let failure = error_codes::failure(code);
    match trusting && code == "connection-timeout" {
        true => TransportFailure {
            sent: Sent::No,
            ..failure
        },
        false => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_trusted_if_every_host_reports_it_before_sending_only() {
        for code in codes() {
            let trusted = error_codes::NOT_SENT.contains(&code);
            assert_eq!(trusted, proves(code), "{code}");
        }
        for code in error_codes::NOT_SENT {
            assert!(codes().contains(&code), "{code} is reported by none");
        }
    }

    #[test]
    fn the_own_code_is_reported_by_no_other_host() {
        let own = |(_, codes): &&Host| {
            codes
                .iter()
                .any(|(code, _)| *code == error_codes::OWN_NOT_SENT)
        };
        let hosts: Vec<_> = HOSTS.iter().filter(own).map(|(name, _)| *name).collect();
        assert_eq!(hosts, ["ima_host::wasi"]);
    }
}
