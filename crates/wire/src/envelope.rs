//! The envelope `{code, message, data}` around every answer.

use crate::json::Object;
use crate::words;
use alloc::borrow::Cow;
use alloc::string::{String, ToString};

/// What an answer says, before its data is read.
#[derive(Debug)]
pub enum Answer<'a> {
    /// Code 0 or 200. The JSON text of the data, if there is any: a part of the body, unless the body
    /// is no UTF-8.
    Success(Option<Cow<'a, str>>),
    /// The service says no, and says so readably.
    Refused(Refusal),
    /// The service, or something in front of it, is in trouble: a 5xx, a redirect, or a body that
    /// is no envelope. Whether the request was acted on is open.
    Broken,
}

/// A readable no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The business code, or the HTTP status if the body has none. If code and status are vague and
    /// the message names a code, that one.
    pub code: i64,
    /// The service's own words. For logs, never for the user.
    pub detail: String,
}

impl Refusal {
    fn new(code: i64, detail: String) -> Self {
        // A code of the service's own, or one about the account, says enough.
        let vague = (400..500).contains(&code) && !matches!(code, 401 | 429);
        let named = vague.then(|| words::code_in(&detail)).flatten();
        Self {
            code: named.unwrap_or(code),
            detail,
        }
    }

    /// Whether the service says that it doesn't know the task that it was asked for. A status without
    /// words may be a gateway's.
    pub fn is_unknown_task(&self) -> bool {
        self.code == 404 && !self.detail.is_empty() || words::is_not_found(&self.detail)
    }

    /// Whether the service names the refusal by its words: the attribute is missing, 0 or stale.
    pub fn is_invalid_attribute(&self) -> bool {
        self.detail
            .to_ascii_lowercase()
            .contains("invalid product attribute")
    }
}

struct Envelope<'a> {
    code: Option<i64>,
    message: String,
    data: Option<&'a str>,
}

impl<'a> Envelope<'a> {
    fn read(body: &'a str) -> Option<Self> {
        let envelope = Object::read(body.strip_prefix('\u{feff}').unwrap_or(body))?;
        let words = envelope.scalar("message");
        Some(Self {
            code: envelope.scalar("code")?.integer(),
            // Words that cannot be read must not hide a task that is there.
            message: words.and_then(|it| it.text()).unwrap_or_default(),
            data: Some(envelope.get("data")?).filter(|data| *data != "null"),
        })
    }
}

/// Whether a code or status may come after the service acted on the request: its own trouble (5xx), a
/// gateway that gave up on a request that may have arrived (408, 499), a request that was there before
/// (409).
fn may_come_after(code: i64) -> bool {
    matches!(code, 408 | 409 | 499 | 500..=599)
}

impl<'a> Answer<'a> {
    /// Reads an answer, by its HTTP status and body. The body's code decides, also under an HTTP
    /// error status; without a readable code the status does. A byte order mark, or broken UTF-8 in
    /// a text, doesn't hide an answer.
    pub fn read(status: u16, body: &'a [u8]) -> Self {
        match str::from_utf8(body) {
            Ok(body) => Self::of(status, body, Cow::Borrowed),
            Err(_) => {
                let body = String::from_utf8_lossy(body);
                Self::of(status, &body, |data| Cow::Owned(data.to_string()))
            }
        }
    }

    fn of<'t>(status: u16, body: &'t str, keep: impl FnOnce(&'t str) -> Cow<'a, str>) -> Self {
        let (code, detail, data) = match Envelope::read(body) {
            Some(envelope) => (envelope.code, envelope.message, envelope.data),
            None => (None, String::new(), None),
        };
        match code {
            Some(0 | 200) => Self::Success(data.map(keep)),
            // Trouble, whatever the envelope: it may come after the charge.
            Some(code) if may_come_after(code) => Self::Broken,
            Some(code) => Self::Refused(Refusal::new(code, detail)),
            None => match status {
                400..=499 if !may_come_after(status.into()) => {
                    Self::Refused(Refusal::new(status.into(), detail))
                }
                _ => Self::Broken,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> String {
        match Answer::read(status, body.as_bytes()) {
            Answer::Success(data) => format!("success {}", data.as_deref().unwrap_or("-")),
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
    fn a_code_inside_the_message_counts_where_the_code_is_vague() {
        let named = r#""message":"6009: No exact rule match found""#;
        assert_eq!(
            read(200, &format!(r#"{{"code":400,{named}}}"#)),
            "refused 6009"
        );
        assert_eq!(read(400, &format!("{{{named}}}")), "refused 6009");
        assert_eq!(
            read(200, &format!(r#"{{"code":429,{named}}}"#)),
            "refused 429"
        );
        // The service's own trouble may come after the charge, whatever it says.
        assert_eq!(read(200, &format!(r#"{{"code":500,{named}}}"#)), "broken");
    }

    #[test]
    fn deep_nesting_is_refused_without_a_crash() {
        let deep = format!("{{\"code\":0,\"data\":{}", "[".repeat(100_000));
        assert_eq!(read(200, &deep), "broken");
    }

    #[test]
    fn a_byte_order_mark_and_broken_text_hide_nothing() {
        assert_eq!(read(200, "\u{feff}{\"code\":0,\"data\":1}"), "success 1");
        let broken = b"{\"code\":0,\"message\":\"\xff\",\"data\":{\"id\":\"t\"}}";
        let Answer::Success(Some(data)) = Answer::read(200, broken) else {
            panic!("not read");
        };
        assert_eq!(data, r#"{"id":"t"}"#);
    }
}
