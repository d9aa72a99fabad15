//! What a client says about whether it asks again, and what follows for the seed of a generation.

use crate::configuration::Configuration;
use crate::error::{ApiError, Kind};
use crate::http::Request;
use ima_core::request::Language;
use sha2::{Digest, Sha256};

/// The header by which the SDKs of OpenAI count their retries.
const COUNT: &str = "x-stainless-retry-count";

/// What the seed of a key is made of, beside the key.
const DOMAIN: &[u8] = b"ima-edge idempotency-key 1\0";

const LONGEST: usize = 255;

/// The seed that the request's own idempotency key stands for; `None` if it has none.
///
/// A component without state can't know what became of an earlier try, so a retry passes only where
/// the host has a ledger and the request says which one it repeats.
pub(crate) fn seed(
    request: &Request,
    configuration: &Configuration,
    language: Language,
) -> Result<Option<(u64, u64)>, ApiError> {
    let key = match request.has(ima_wire::idempotency::HEADER) {
        false => None,
        true => {
            let key = request.header(ima_wire::idempotency::HEADER);
            let usable = |key: &&str| !key.is_empty() && key.len() <= LONGEST;
            Some(key.filter(usable).ok_or_else(|| malformed(language))?)
        }
    };
    // A count that can't be read is no proof of a first try.
    let first = !request.has(COUNT) || request.header(COUNT).is_some_and(|count| count == "0");
    match (first, key, configuration.ledger) {
        (true, key, _) | (false, key @ Some(_), true) => Ok(key.map(of)),
        (false, None, _) | (false, Some(_), false) => Err(unproven(key.is_some(), language)),
    }
}

fn of(key: &str) -> (u64, u64) {
    let digest = Sha256::new()
        .chain_update(DOMAIN)
        .chain_update(key.as_bytes())
        .finalize();
    let mut bytes = digest.iter().copied();
    let mut half = || {
        bytes
            .by_ref()
            .take(8)
            .fold(0, |sum, byte| sum << 8 | u64::from(byte))
    };
    (half(), half())
}

fn malformed(language: Language) -> ApiError {
    let message = language.pick(
        "The header Idempotency-Key must be one text of 1 to 255 characters.",
        "Idempotency-Key 请求头应为一段 1 到 255 个字符的文字。",
    );
    ApiError::new(
        400,
        Kind::InvalidRequest,
        "invalid_idempotency_key",
        message,
    )
    .param("idempotency-key")
}

fn unproven(with_key: bool, language: Language) -> ApiError {
    let message = match with_key {
        false => language.pick(
            "This is a retry, and whether the first try was paid for is not known here. Nothing was sent now. Check your points and records before you start over.",
            "这是一次重试，这里无法得知上一次是否已扣积分，因此没有再次提交。请先核对积分和生成记录，再决定是否重新生成。",
        ),
        true => language.pick(
            "This is a retry, and nothing is kept here that could tell what became of the first try. Nothing was sent now. Check your points and records before you start over.",
            "这是一次重试，但这里不保存记录，无法得知上一次的结果，因此没有再次提交。请先核对积分和生成记录，再决定是否重新生成。",
        ),
    };
    ApiError::new(409, Kind::InvalidRequest, "retry_without_key", message).charge("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(headers: &[(&str, &str)], ledger: bool) -> Result<Option<(u64, u64)>, u16> {
        let header = |(name, value): &(&str, &str)| ((*name).to_owned(), value.as_bytes().to_vec());
        let request = Request {
            headers: headers.iter().map(header).collect(),
            ..Request::default()
        };
        let configuration = Configuration {
            ledger,
            ..Configuration::read(b"{}").unwrap()
        };
        seed(&request, &configuration, Language::En).map_err(|error| error.status())
    }

    #[test]
    fn a_first_try_needs_no_key_and_the_same_key_is_the_same_seed() {
        assert_eq!(asked(&[], false), Ok(None));
        assert_eq!(asked(&[(COUNT, "0")], false), Ok(None));
        let key = asked(&[("Idempotency-Key", "a")], false).unwrap();
        assert!(key.is_some());
        assert_eq!(asked(&[("idempotency-key", "a")], true), Ok(key));
        assert_ne!(asked(&[("idempotency-key", "b")], true), Ok(key));
    }

    #[test]
    fn a_retry_passes_only_with_a_key_and_a_ledger() {
        for count in ["1", "2", "-1", "soon", ""] {
            assert_eq!(asked(&[(COUNT, count)], false), Err(409), "{count}");
            assert_eq!(asked(&[(COUNT, count)], true), Err(409), "{count}");
            assert_eq!(
                asked(&[(COUNT, count), ("idempotency-key", "a")], false),
                Err(409)
            );
            assert!(asked(&[(COUNT, count), ("idempotency-key", "a")], true).is_ok());
        }
        assert_eq!(asked(&[(COUNT, "0"), (COUNT, "1")], false), Err(409));
    }

    #[test]
    fn a_key_that_can_be_read_in_two_ways_is_refused() {
        assert_eq!(asked(&[("idempotency-key", "")], true), Err(400));
        assert_eq!(
            asked(&[("idempotency-key", &"a".repeat(256))], true),
            Err(400)
        );
        assert_eq!(
            asked(&[("idempotency-key", "a"), ("idempotency-key", "b")], true),
            Err(400)
        );
    }
}
