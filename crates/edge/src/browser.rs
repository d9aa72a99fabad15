//! What pages of other origins may do.

use crate::configuration::Configuration;
use crate::error::{ApiError, Kind};
use crate::http::{Request, Response};
use crate::route::Route;
use ima_core::request::Language;

/// Headers that pages elsewhere may send. The star covers those of SDKs.
const HEADERS: &str =
    "authorization, content-type, idempotency-key, x-max-points, prefer, last-event-id, *";

/// Headers that pages elsewhere may read.
const EXPOSED: &str =
    "location, retry-after, openai-poll-after-ms, x-should-retry, preference-applied";

/// The answer to `OPTIONS`.
pub(crate) fn options<T>(
    request: &Request,
    route: &Route,
    configuration: &Configuration,
) -> Response<T> {
    let response = Response::empty(204).with("allow", route.allowed());
    if configuration.cors && request.has("access-control-request-method") {
        return response
            .with("access-control-allow-methods", route.allowed())
            .with("access-control-allow-headers", HEADERS)
            .with("access-control-max-age", "600");
    }
    response
}

/// Says that pages elsewhere may read an answer. Nothing here goes by cookies, so any may.
pub(crate) fn shared<T>(configuration: &Configuration, response: Response<T>) -> Response<T> {
    match configuration.cors {
        true => response
            .with("access-control-allow-origin", "*")
            .with("access-control-expose-headers", EXPOSED),
        false => response,
    }
}

/// Refuses a request that a page elsewhere sent, where those may not spend.
pub(crate) fn check(
    request: &Request,
    configuration: &Configuration,
    language: Language,
) -> Result<(), ApiError> {
    let cross_site = request
        .header("sec-fetch-site")
        .is_some_and(|site| site != "same-origin" && site != "none");
    let is_own = match request.has("origin") {
        false => true,
        true => {
            let origin = request.header("origin").unwrap_or_default();
            let named = origin.split_once("://").map(|(_, authority)| authority);
            let own = request.authority.as_deref().or(request.header("host"));
            named.is_some()
                && named
                    .zip(own)
                    .is_some_and(|(named, own)| named.eq_ignore_ascii_case(own))
        }
    };
    if configuration.cors || (is_own && !cross_site) {
        return Ok(());
    }
    let message = language.pick(
        "Pages of other sites may not use this server.",
        "其他网站的页面不能使用这个服务。",
    );
    Err(ApiError::new(
        403,
        Kind::Permission,
        "origin_not_allowed",
        message,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    fn checked(headers: &[(&str, &str)], cors: bool) -> bool {
        let header = |(name, value): &(&str, &str)| ((*name).to_owned(), value.as_bytes().to_vec());
        let request = Request {
            headers: headers.iter().map(header).collect(),
            authority: Some("a.example:8080".to_owned()),
            ..Request::default()
        };
        let configuration = Configuration {
            cors,
            ..Configuration::read(b"{}").unwrap()
        };
        check(&request, &configuration, Language::En).is_ok()
    }

    #[test]
    fn a_page_elsewhere_can_not_spend_the_operators_key() {
        assert!(checked(&[], false));
        assert!(checked(&[("origin", "http://A.example:8080")], false));
        assert!(checked(&[("origin", "https://b.example")], true));
        for (name, value) in [
            ("origin", "https://b.example"),
            ("origin", "null"),
            ("origin", ""),
            ("origin", "http://a.example"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            assert!(!checked(&[(name, value)], false), "{name}: {value}");
        }
        let twice = [
            ("origin", "http://a.example:8080"),
            ("origin", "https://b.example"),
        ];
        assert!(!checked(&twice, false));
    }
}
