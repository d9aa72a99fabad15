//! Ends of exchanges, written as text so that a seed can be read: a line for the head, then the body;
//! a line `---` stands between two.
//!
//! The head is an HTTP status and perhaps the value of `Retry-After`, or `lost no`, `lost maybe`,
//! `lost yes` (whether the request had left), or `silence`. With `cancel` before it the user cancels
//! while the exchange is under way.

use crate::json;
use ima_core::http::{FailureKind, HttpResponse, Sent, TransportFailure};
use serde_json::Value;

/// More than any run asks for, and few enough to be quick.
const MOST: usize = 16;

/// How an exchange ends.
#[derive(Clone, Debug, Default)]
pub(crate) enum End {
    Answer(HttpResponse),
    Lost(TransportFailure),
    /// Nothing comes back.
    #[default]
    Silence,
}

/// An exchange of the script. Where the script is over, nothing comes back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scripted {
    pub end: End,
    /// Whether the user cancels before it ends.
    pub cancel: bool,
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Said {
    Success(Value),
    Refused(i64),
    Broken,
    /// Too strange for this second reading: names that stand twice, nesting without end.
    Open,
}

/// Reads a script.
pub(crate) fn read(data: &[u8]) -> Vec<Scripted> {
    let mut script = Vec::new();
    let mut rest = data;
    while script.len() < MOST {
        let (one, next) = split(rest, b"\n---\n").map_or((rest, None), |(a, b)| (a, Some(b)));
        let (head, body) = split(one, b"\n").unwrap_or((one, &[]));
        script.push(scripted(&String::from_utf8_lossy(head), body));
        match next {
            Some(next) => rest = next,
            None => break,
        }
    }
    script
}

fn split<'a>(text: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let start = text.windows(at.len()).position(|window| window == at)?;
    Some((text.get(..start)?, text.get(start + at.len()..)?))
}

fn scripted(head: &str, body: &[u8]) -> Scripted {
    let (cancel, head) = match head.strip_prefix("cancel ") {
        Some(head) => (true, head),
        None => (false, head),
    };
    let lost = |sent, kind| End::Lost(TransportFailure { sent, kind });
    let end = match head {
        "silence" => End::Silence,
        "lost no" => lost(Sent::No, FailureKind::Network),
        "lost maybe" => lost(Sent::Maybe, FailureKind::Network),
        // Kept inputs say so.
        "lost yes" => lost(Sent::Maybe, FailureKind::TooLarge),
        _ => End::Answer(answer(head, body)),
    };
    Scripted { end, cancel }
}

fn answer(head: &str, body: &[u8]) -> HttpResponse {
    let (status, retry_after) = head.split_once(' ').unwrap_or((head, ""));
    let retry_after = Some(("Retry-After".to_owned(), retry_after.to_owned()));
    HttpResponse {
        status: status.parse().unwrap_or(200),
        headers: retry_after
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect(),
        body: body.to_vec(),
    }
}

/// A good answer with this data.
pub(crate) fn ok(data: &str) -> End {
    let body = [r#"{"code":0,"message":"success","data":"#, data, "}"].concat();
    End::Answer(HttpResponse {
        status: 200,
        headers: Vec::new(),
        body: body.into_bytes(),
    })
}

/// What an answer says: its body's code, else its status (`docs/wire.md`, "The envelope").
pub(crate) fn said(response: &HttpResponse) -> Said {
    // It may be compressed.
    if matches!(response.body.as_slice(), [0x1f, 0x8b, ..] | [0x78, ..]) {
        return Said::Open;
    }
    let text = String::from_utf8_lossy(&response.body);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut code = None;
    let mut data = Value::Null;
    if json::members(text).is_some() {
        let Some(mut envelope) = json::plain(text) else {
            return Said::Open;
        };
        code = envelope.get("code").and_then(json::integer);
        data = envelope
            .get_mut("data")
            .map(Value::take)
            .unwrap_or_default();
    }
    match code {
        Some(0 | 200) => Said::Success(data),
        Some(408 | 409 | 499 | 500..=599) => Said::Broken,
        // Only the core can tell what a refusal that names a task means.
        Some(_) if !data["id"].is_null() => Said::Open,
        Some(code) => Said::Refused(code),
        None if !data["id"].is_null() => Said::Open,
        None => match response.status {
            400..=407 | 410..=498 => Said::Refused(response.status.into()),
            _ => Said::Broken,
        },
    }
}

/// How long the answer asks to wait, in milliseconds.
pub(crate) fn retry_after(response: &HttpResponse) -> Option<u64> {
    let (_, value) = response.headers.first()?;
    let seconds: u64 = value.trim().parse().ok()?;
    Some(seconds.saturating_mul(1_000))
}
