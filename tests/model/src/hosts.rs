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
            ("DNS-error", Before),
            ("TLS-protocol-error", Before),
            ("HTTP-request-method-invalid", Before),
            ("HTTP-request-URI-invalid", Before),
            ("connection-refused", Before),
            ("connection-timeout", Before),
            ("connection-read-timeout", Any),
            ("HTTP-protocol-error", Any),
            ("HTTP-request-body-size", Any),
            ("HTTP-response-timeout", Any),
            ("internal-error", Any),
        ],
    ),
    (
        "jco on Node",
        &[
            ("DNS-error", Before),
            ("HTTP-request-URI-invalid", Before),
            ("connection-refused", Before),
            ("connection-timeout", Any),
            ("HTTP-protocol-error", Any),
            ("HTTP-request-body-size", Any),
            ("internal-error", Any),
        ],
    ),
    (
        "jco in a browser",
        &[
            ("HTTP-request-URI-invalid", Before),
            ("connection-refused", Any),
            ("connection-timeout", Any),
            ("internal-error", Any),
        ],
    ),
    (
        "wasmCloud",
        &[
            ("DNS-error", Before),
            ("TLS-protocol-error", Before),
            ("HTTP-request-denied", Before),
            ("HTTP-request-method-invalid", Before),
            ("HTTP-request-URI-invalid", Before),
            ("connection-refused", Before),
            ("connection-timeout", Any),
            ("connection-read-timeout", Any),
            ("HTTP-protocol-error", Any),
            ("HTTP-request-body-size", Any),
            ("HTTP-response-timeout", Any),
            ("internal-error", Any),
        ],
    ),
    (
        "Spin",
        &[
            ("DNS-error", Before),
            ("destination-IP-prohibited", Before),
            ("connection-limit-reached", Before),
            ("TLS-protocol-error", Before),
            ("HTTP-request-denied", Before),
            ("HTTP-request-method-invalid", Before),
            ("HTTP-request-URI-invalid", Before),
            ("connection-refused", Before),
            ("connection-timeout", Before),
            ("connection-read-timeout", Any),
            ("HTTP-protocol-error", Any),
            ("HTTP-request-body-size", Any),
            ("internal-error", Any),
        ],
    ),
    (
        "ima_host::wasi",
        &[
            ("HTTP-request-denied", Before),
            ("HTTP-request-method-invalid", Before),
            ("HTTP-request-URI-invalid", Before),
            ("configuration-error", Before),
            ("connection-read-timeout", Any),
            ("connection-terminated", Any),
            ("HTTP-protocol-error", Any),
            ("HTTP-request-body-size", Any),
            ("HTTP-response-timeout", Any),
            ("HTTP-response-incomplete", Any),
            ("HTTP-response-content-coding", Any),
            ("HTTP-response-body-size", Any),
            ("HTTP-response-header-section-size", Any),
            ("internal-error", Any),
        ],
    ),
];

/// Codes that none of these hosts reports; another may, at any time.
const OTHERS: [&str; 19] = [
    "DNS-timeout",
    "destination-not-found",
    "destination-unavailable",
    "destination-IP-unroutable",
    "connection-write-timeout",
    "TLS-certificate-error",
    "TLS-alert-received",
    "HTTP-request-length-required",
    "HTTP-request-URI-too-long",
    "HTTP-request-header-section-size",
    "HTTP-request-header-size",
    "HTTP-request-trailer-section-size",
    "HTTP-request-trailer-size",
    "HTTP-response-header-size",
    "HTTP-response-trailer-section-size",
    "HTTP-response-trailer-size",
    "HTTP-response-transfer-coding",
    "HTTP-upgrade-failed",
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
    let code = match trusting && random.chance(500) {
        // Often enough for a sabotage to be seen.
        true => "connection-timeout",
        false => random.pick("internal-error", &possible),
    };
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

    /// Every code of the contract's copy of `wasi:http` is in one of the two lists.
    #[test]
    fn no_code_is_left_out() {
        let contract = include_str!("../../../wit/deps/http.wit");
        let (_, variant) = contract.split_once("variant error-code {").unwrap();
        let (variant, _) = variant.split_once('}').unwrap();
        let mut named: Vec<_> = variant
            .lines()
            .map(|line| line.trim().trim_end_matches(','))
            .filter(|line| !line.is_empty() && !line.starts_with("///"))
            .map(|line| line.split_once('(').map_or(line, |(name, _)| name))
            .collect();
        named.sort_unstable();
        assert_eq!(codes(), named);
    }

    #[test]
    fn the_page_has_the_same_table() {
        let page = include_str!("../../../docs/hosts.md");
        for code in codes().into_iter().filter(|code| !OTHERS.contains(code)) {
            let row = page.lines().find_map(|line| {
                line.strip_prefix("| `")?
                    .strip_prefix(code)?
                    .strip_prefix("` | ")?
                    .strip_suffix(" |")
            });
            let cells = row.unwrap_or_default().split(" | ");
            let cells: Vec<_> = cells.map(|cell| cell.trim_matches('*')).collect();
            let table = HOSTS.iter().map(|(_, codes)| {
                match codes.iter().find(|(reported, _)| *reported == code) {
                    Some((_, Before)) => "before",
                    Some((_, Any)) => "any",
                    None => "–",
                }
            });
            assert_eq!(cells, table.collect::<Vec<_>>(), "{code}");
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
