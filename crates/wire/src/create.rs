//! What the answer to a create request means for the money (`docs/money.md`, rules 2 and 4).

use crate::envelope::{Answer, Refusal};
use crate::json::Object;
use crate::scalar::Scalar;
use alloc::string::String;
use serde_json::value::RawValue;

/// What became of a create request that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The service accepted it: the task of this id exists and is paid.
    Accepted(String),
    /// The service refused it: nothing was charged.
    Refused(Refusal),
    /// Nobody can tell: no readable answer, trouble of the service itself, a refusal that names a task,
    /// or a success without the id of one. It may be paid.
    Unknown {
        /// The id of a task that the answer names all the same. Whether it exists, the service can be
        /// asked at no cost.
        candidate: Option<String>,
    },
}

impl Verdict {
    /// Reads an answer, by its HTTP status and body.
    pub fn of(status: u16, body: &[u8]) -> Self {
        let candidate = || Self::Unknown {
            candidate: candidate(body),
        };
        match Answer::read(status, body) {
            Answer::Success(data) => data
                .and_then(|data| task_id(&data))
                .map_or_else(candidate, Self::Accepted),
            Answer::Refused(refusal) => match candidate() {
                Self::Unknown { candidate: None } => Self::Refused(refusal),
                named => named,
            },
            Answer::Broken => candidate(),
        }
    }
}

/// The id of the task in the data of an answer. `None` if it is missing, blank or damaged. A number is
/// taken as it is written: it names the task, and counts nothing.
pub fn id(data: &Object<'_>) -> Option<String> {
    let written = data.get("id")?;
    let id = match Scalar::read(written)? {
        Scalar::Text(id) => id.into_owned(),
        Scalar::Number(_) => String::from(written),
        Scalar::Bool(_) | Scalar::Absent => return None,
    };
    // A replacement character stands for bytes that were lost: that id names no task.
    let usable = !id.trim().is_empty() && !id.contains(char::REPLACEMENT_CHARACTER);
    usable.then_some(id)
}

fn task_id(data: &str) -> Option<String> {
    id(&Object::read(data)?)
}

/// The id of a task that an answer names in `data`, whatever else is wrong with it.
fn candidate(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    // What follows the first value is somebody else's.
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let first = values.next()?.ok()?;
    task_id(Object::read(first.get())?.get("data")?)
}

#[cfg(test)]
mod tests;
