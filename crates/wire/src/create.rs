//! What the answer to a create request means for the money (`docs/money.md`, rules 2 and 4).

use crate::envelope::{Answer, Refusal};
use crate::json::Object;
use crate::scalar::Scalar;
use alloc::string::String;

/// What became of a create request that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The service accepted it: the task of this id exists and is paid.
    Accepted(String),
    /// The service refused it: nothing was charged.
    Refused(Refusal),
    /// Nobody can tell: no readable answer, trouble of the service itself, or a success without the
    /// id of a task. It may be paid.
    Unknown,
}

impl Verdict {
    /// Reads an answer, by its HTTP status and body.
    pub fn of(status: u16, body: &[u8]) -> Self {
        match Answer::read(status, body) {
            Answer::Success(data) => data
                .and_then(|data| task_id(&data))
                .map_or(Self::Unknown, Self::Accepted),
            Answer::Refused(refusal) => Self::Refused(refusal),
            Answer::Broken => Self::Unknown,
        }
    }
}

/// The id of the task in the data of the answer. `None` if it is missing, blank or damaged.
fn task_id(data: &str) -> Option<String> {
    let id = match Object::read(data)?.scalar("id")? {
        Scalar::Bool(_) => return None,
        id => id.text()?,
    };
    // A replacement character stands for bytes that were lost: that id names no task.
    let usable = !id.trim().is_empty() && !id.contains(char::REPLACEMENT_CHARACTER);
    usable.then_some(id)
}

#[cfg(test)]
mod tests;
