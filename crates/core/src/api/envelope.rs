//! The envelope `{code, message, data}` around every answer.

use super::json::Object;
use crate::http::HttpResponse;
use crate::outcome::Cause;
use crate::prelude::*;

/// What an answer says, before its data is read (design: section 6, "envelope").
#[derive(Debug)]
pub(crate) enum Answer<'a> {
    /// Code 0 or 200. The text of the data, where there is any.
    Success(Option<&'a str>),
    /// The service says no, and says so readably.
    Refused(Refusal),
    /// The service, or something in front of it, is in trouble: a 5xx, a redirect, or a body that
    /// is no envelope. Whether the request was acted on is open.
    Broken,
}

/// A readable no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The business code, or the HTTP status where the body has none.
    pub code: i64,
    /// The service's own words.
    pub detail: String,
}

impl Refusal {
    /// Whether the service names the refusal by its words: the attribute is missing, 0 or stale.
    pub(crate) fn is_invalid_attribute(&self) -> bool {
        self.detail
            .to_ascii_lowercase()
            .contains("invalid product attribute")
    }

    /// The cause that the code stands for.
    pub(crate) fn cause(self) -> Cause {
        match self.code {
            401 => Cause::Unauthorized,
            4008 => Cause::InsufficientPoints,
            4014 => Cause::SubscriptionRequired,
            429 => Cause::RateLimited,
            code => Cause::Refused {
                code,
                detail: self.detail,
            },
        }
    }
}

struct Envelope<'a> {
    code: Option<i64>,
    message: String,
    data: Option<&'a str>,
}

impl<'a> Envelope<'a> {
    fn read(body: &'a [u8]) -> Option<Self> {
        let envelope = Object::read(str::from_utf8(body).ok()?)?;
        let words = envelope.scalar("message");
        Some(Self {
            code: envelope.scalar("code")?.integer(),
            // Words that cannot be read must not hide a task that is there.
            message: words.and_then(|it| it.text()).unwrap_or_default(),
            data: Some(envelope.get("data")?).filter(|data| *data != "null"),
        })
    }
}

impl<'a> Answer<'a> {
    /// Reads an answer. The body's code decides, also under an HTTP error status; without a
    /// readable code the status does.
    pub(crate) fn read(response: &'a HttpResponse) -> Self {
        let (code, detail, data) = match Envelope::read(&response.body) {
            Some(envelope) => (envelope.code, envelope.message, envelope.data),
            None => (None, String::new(), None),
        };
        match code {
            Some(0 | 200) => Self::Success(data),
            // The service's own trouble, whatever the envelope: it may come after the charge.
            Some(500..=599) => Self::Broken,
            Some(code) => Self::Refused(Refusal { code, detail }),
            None => match response.status {
                // 408: a gateway gave up on a request that may have arrived.
                400..=407 | 409..=499 => Self::Refused(Refusal {
                    code: i64::from(response.status),
                    detail,
                }),
                _ => Self::Broken,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> String {
        let response = HttpResponse {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        };
        match Answer::read(&response) {
            Answer::Success(data) => format!("success {}", data.unwrap_or("-")),
            Answer::Refused(refusal) => format!("refused {}", refusal.code),
            Answer::Broken => "broken".to_owned(),
        }
    }

    #[test]
    fn the_code_of_the_body_decides() {
        assert_eq!(read(200, r#"{"code":0,"data":[1]}"#), "success [1]");
        assert_eq!(read(200, r#"{"code":"200","data":null}"#), "success -");
        assert_eq!(
            read(500, r#"{"code":0,"data":{"id":"t"}}"#),
            r#"success {"id":"t"}"#
        );
        assert_eq!(read(400, r#"{"code":6010,"message":"no"}"#), "refused 6010");
        assert_eq!(read(500, r#"{"code":4008}"#), "refused 4008");
        assert_eq!(read(200, r#"{"code":401}"#), "refused 401");
        assert_eq!(
            read(200, r#"{"code":0,"message":"\ud800","data":{"id":"t"}}"#),
            r#"success {"id":"t"}"#
        );
    }

    #[test]
    fn without_a_readable_code_the_status_decides() {
        assert_eq!(read(401, "<html>"), "refused 401");
        assert_eq!(read(429, "{}"), "refused 429");
        for (status, body) in [
            (200, ""),
            (200, "[]"),
            (200, "[0,\"\",{\"id\":\"t\"}]"),
            (200, "{\"code\":{}}"),
            (302, ""),
            (408, ""),
            (500, "oops"),
            (503, "{\"code\":503}"),
            (200, "{\"code\":500}"),
        ] {
            assert_eq!(read(status, body), "broken", "{status} {body}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_without_a_crash() {
        let deep = format!("{{\"code\":0,\"data\":{}", "[".repeat(100_000));
        assert_eq!(read(200, &deep), "broken");
    }
}
