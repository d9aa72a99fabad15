//! Requests and answers as this crate sees them, whatever carries them.

use crate::events::Events;
use crate::prelude::*;
use serde::Serialize;
use serde_json::Value;

/// The largest body of a request, in bytes. A transport that reads more says so with
/// [`Request::body_error`].
pub const LARGEST_BODY: usize = 256 * 1024;

/// A request whose body was read, or was not.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method in capitals.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Host and port, as the client named them.
    pub authority: Option<String>,
    /// The headers.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
    /// Why the body is not there, if it isn't.
    pub body_error: Option<BodyError>,
}

/// Why the body of a request was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// It is larger than [`LARGEST_BODY`].
    TooLarge,
    /// It did not come in time.
    TooSlow,
    /// It broke off.
    CutOff,
}

impl Request {
    /// A header that is text and there once; the name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self
            .headers
            .iter()
            .filter(|(own, _)| own.eq_ignore_ascii_case(name));
        let (_, value) = found.next()?;
        match found.next() {
            None => str::from_utf8(value).ok().map(str::trim),
            Some(_) => None,
        }
    }

    /// Whether there is such a header, readable or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|(own, _)| own.eq_ignore_ascii_case(name))
    }

    /// A value of the query.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.path.split_once('?')?;
        let mut pairs = query
            .split('&')
            .map(|it| it.split_once('=').unwrap_or((it, "")));
        pairs.find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// The preferences of the header `Prefer`.
    fn preferences(&self) -> impl Iterator<Item = &str> {
        let headers = self.headers.iter();
        headers
            .filter(|(name, _)| name.eq_ignore_ascii_case("prefer"))
            .filter_map(|(_, value)| str::from_utf8(value).ok())
            .flat_map(|value| value.split([',', ';']))
            .map(str::trim)
    }

    /// `Prefer: wait=SECONDS`.
    pub(crate) fn wait(&self) -> Option<u64> {
        self.preferences().find_map(|it| {
            let (name, value) = it.split_once('=')?;
            let is_wait = name.trim().eq_ignore_ascii_case("wait");
            value.trim().parse().ok().filter(|_| is_wait)
        })
    }

    /// `Prefer: respond-async`.
    pub(crate) fn wants_no_wait(&self) -> bool {
        self.preferences()
            .any(|it| it.eq_ignore_ascii_case("respond-async"))
    }
}

/// An answer.
#[derive(Debug)]
pub struct Response<T> {
    /// The HTTP status.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Body<T>,
}

/// The body of an answer.
#[derive(Debug)]
pub enum Body<T> {
    /// All of it.
    Full(Vec<u8>),
    /// Events, as they come.
    Events(alloc::boxed::Box<Events<T>>),
}

impl<T> Response<T> {
    /// An answer with a body of this type.
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: Body::Full(body.into()),
        }
    }

    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Full(Vec::new()),
        }
    }

    /// An answer in JSON, which nobody keeps.
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self::new(status, "application/json", body).with("cache-control", "no-store")
    }

    /// The audio is there: look at this address.
    pub(crate) fn see_other(address: &str) -> Self {
        Self::empty(303)
            .with("location", address)
            .with("cache-control", "no-store")
    }

    /// The same answer with one more header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Whether a text may stand in a header as an address: `http` or `https`, and nothing that could end
/// the line.
pub(crate) fn is_address(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    let known = scheme
        .is_some_and(|it| it.eq_ignore_ascii_case("https") || it.eq_ignore_ascii_case("http"));
    known && url.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Text in a JSON value, for optional members.
pub(crate) fn text(value: Option<&str>) -> Value {
    value.map_or(Value::Null, Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&str, &str)]) -> Request {
        let header = |(name, value): &(&str, &str)| ((*name).to_owned(), value.as_bytes().to_vec());
        Request {
            path: "/x?a=1&b&elapsed_ms=20".to_owned(),
            headers: headers.iter().map(header).collect(),
            ..Request::default()
        }
    }

    #[test]
    fn a_header_that_is_there_twice_is_not_read() {
        let twice = request(&[("A", "1"), ("a", "2"), ("b", " x ")]);
        assert_eq!((twice.header("a"), twice.header("b")), (None, Some("x")));
        assert!(twice.has("a") && !twice.has("c"));
    }

    #[test]
    fn preferences_and_the_query_are_read() {
        let both = request(&[("Prefer", "respond-async; wait=7"), ("prefer", "x")]);
        assert_eq!((both.wait(), both.wants_no_wait()), (Some(7), true));
        assert_eq!(request(&[("prefer", "wait=soon")]).wait(), None);
        assert_eq!(
            (both.query("elapsed_ms"), both.query("b"), both.query("c")),
            (Some("20"), Some(""), None)
        );
    }

    #[test]
    fn only_what_can_be_an_address_is_one() {
        for good in ["https://a.example/x.mp3?y=1", "HTTP://127.0.0.1:1/a"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "x",
            "javascript:alert(1)",
            "data://x",
            "https://a\r\nset-cookie: x",
            "https://a b",
            "https://雨",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
