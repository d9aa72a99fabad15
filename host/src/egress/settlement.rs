//! What an answer to the create request says about the money, read as the service's clients read it.

use serde_json::Value;

use super::Answer;
use super::json::{Object, integer};

/// What became of a create request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Settlement {
    /// It certainly did not leave: the permit stands.
    NotSent,
    /// The service refused it.
    Refused,
    /// The service accepted it, as the task of this id.
    Accepted(String),
    /// Nobody knows.
    Unknown,
}

impl Settlement {
    /// Reads an answer to create: a readable business code other than success is a refusal, and so
    /// is a client error without one. A success without the id of a task is none.
    pub(crate) fn of(answer: &Answer) -> Self {
        let envelope = str::from_utf8(answer.body()).ok().and_then(Envelope::read);
        let Envelope { code, data } = envelope.unwrap_or_default();
        match code {
            Some(0 | 200) => task_id(data).map_or(Self::Unknown, Self::Accepted),
            // The service's own trouble may come after the charge.
            Some(500..=599) => Self::Unknown,
            Some(_) => Self::Refused,
            None if answer.status() == http::StatusCode::REQUEST_TIMEOUT => Self::Unknown,
            None if answer.status().is_client_error() => Self::Refused,
            None => Self::Unknown,
        }
    }
}

#[derive(Default)]
struct Envelope<'a> {
    code: Option<i64>,
    data: &'a str,
}

impl<'a> Envelope<'a> {
    fn read(json: &'a str) -> Option<Self> {
        let envelope = Object::read(json)?;
        Some(Self {
            code: integer(&envelope.scalar("code")?),
            data: envelope.get("data")?,
        })
    }
}

fn task_id(data: &str) -> Option<String> {
    let id = Object::read(data)?.scalar("id")?;
    let text = match &id {
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            integer(&id).map_or_else(|| number.to_string(), |whole| whole.to_string())
        }
        _ => return None,
    };
    (!text.trim().is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    // That this is how the component reads them too is held by a test across both
    // (`tests/tests/create_answers.rs`).
    #[test]
    fn an_answer_to_create_is_read_by_its_business_code() {
        let accepted = |id: &str| Settlement::Accepted(id.to_owned());
        for (status, body, settlement) in [
            (200, r#"{"code":0,"data":{"id":"t"}}"#, accepted("t")),
            (500, r#"{"code":"200","data":{"id":7}}"#, accepted("7")),
            (200, r#"{"code":0}"#, Settlement::Unknown),
            (200, r#"{"code":"6009"}"#, Settlement::Refused),
            (200, r#"{"code":6009.0}"#, Settlement::Refused),
            (500, r#"{"code":4008}"#, Settlement::Refused),
            (401, "<html>", Settlement::Refused),
            (200, "<html>", Settlement::Unknown),
            (200, "[0]", Settlement::Unknown),
            (502, "", Settlement::Unknown),
            (408, "", Settlement::Unknown),
            (200, r#"{"code":500}"#, Settlement::Unknown),
        ] {
            let answer = http::Response::builder().status(status);
            let answer = answer.body(bytes::Bytes::copy_from_slice(body.as_bytes()));
            let read = Settlement::of(&answer.unwrap());
            assert_eq!(read, settlement, "{status} {body}");
        }
    }
}
