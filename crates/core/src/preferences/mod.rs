//! The user's preferred models, as pure functions over the bytes of the preferences file (music and
//! speech: "User Preference Memory").
//!
//! The vendor's other tools keep theirs in the same file, so an edit replaces the text of its own
//! entry and leaves every other byte where it is: other users and tasks, unknown keys, number
//! spellings, white space.
//!
//! ```
//! use ima_core::preferences::{Preferences, Preferred};
//! use ima_core::request::TaskType;
//!
//! let mut preferences = Preferences::read(b"")?;
//! let suno = Preferred {
//!     model_id: "sonic".to_owned(),
//!     model_name: "Suno".to_owned(),
//!     credit: 25,
//!     last_used: "2026-02-27 12:34:56".to_owned(),
//! };
//! preferences.remember("42", TaskType::TextToMusic, &suno);
//! assert_eq!(preferences.preferred("42", TaskType::TextToMusic), Some(suno));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod object;

use crate::prelude::*;
use crate::request::{Language, TaskType};
use ima_wire::json::quoted;
use ima_wire::scalar::Scalar;
use object::Object;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// What to tell the user whose wish 以后都用XXX was saved (music: "When to Update").
pub fn confirmation(task: TaskType, model_name: &str, language: Language) -> String {
    match (task, language) {
        (TaskType::TextToMusic, Language::Zh) => {
            format!("✅ 已记住！以后音乐生成默认用 {model_name}")
        }
        (TaskType::TextToSpeech, Language::Zh) => {
            format!("✅ 已记住！以后语音合成默认用 {model_name}")
        }
        (TaskType::TextToMusic, Language::En) => {
            format!("✅ Remembered! Music will use {model_name} from now on")
        }
        (TaskType::TextToSpeech, Language::En) => {
            format!("✅ Remembered! Speech will use {model_name} from now on")
        }
    }
}

/// A preferences file that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// The whole file. Behind the byte order mark it is blank or one JSON object.
    text: String,
}

/// The model that a user prefers for one task type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferred {
    /// The model.
    pub model_id: String,
    /// Its name as the user knows it.
    pub model_name: String,
    /// What it cost when it was last used, in points. The price of today is in the catalogue.
    pub credit: u32,
    /// When it was last used, in the words of whoever wrote it: the core has no clock.
    pub last_used: String,
}

/// Why a file was not taken. It is to be set aside, not overwritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PreferencesError {
    /// The bytes are no preferences file.
    #[error("the preferences are damaged: {0}")]
    Damaged(Damage),
}

/// What is wrong with a damaged file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// Bytes that are no UTF-8.
    #[error("not UTF-8")]
    Encoding,
    /// Text that is no JSON.
    #[error("not JSON")]
    Syntax,
    /// JSON, but a list, a text, a number or the like.
    #[error("not a JSON object")]
    NotAnObject,
    /// Nested deeper than 128 levels, which many readers do not follow.
    #[error("nested too deep")]
    TooDeep,
}

impl Preferences {
    /// Reads a file. An empty or blank one holds no preferences; a byte order mark is kept.
    ///
    /// Fails with `Damaged` where the file is anything but one JSON object.
    pub fn read(bytes: &[u8]) -> Result<Self, PreferencesError> {
        let text = str::from_utf8(bytes).map_err(|_| damaged(Damage::Encoding))?;
        let preferences = Self {
            text: text.to_owned(),
        };
        let (_, root, _) = preferences.parts();
        if !root.is_empty() {
            object::check(root).map_err(damaged)?;
        }
        Ok(preferences)
    }

    /// The user's model for a task type. Lenient: an entry that is no object or names no model is
    /// none; another field of the wrong kind counts as missing.
    ///
    /// Of equal keys the last one counts, here and in `remember` and `forget`, as for most readers.
    pub fn preferred(&self, user: &str, task: TaskType) -> Option<Preferred> {
        let (_, root, _) = self.parts();
        let users = Object::read(root)?;
        let tasks = Object::read(users.get(&user_key(user))?)?;
        let entry = Object::read(tasks.get(task.name())?)?;
        let field = |name| entry.get(name).and_then(Scalar::read).unwrap_or_default();
        let Scalar::Text(model_id) = field("model_id") else {
            return None;
        };
        let model_id = Some(model_id.into_owned()).filter(|id| !id.trim().is_empty())?;
        Some(Preferred {
            model_name: field("model_name")
                .text()
                .unwrap_or_else(|| model_id.clone()),
            credit: field("credit").unsigned().unwrap_or_default(),
            last_used: field("last_used").text().unwrap_or_default(),
            model_id,
        })
    }

    /// Sets the user's model for a task type. Unknown keys of the entry stay; of equal keys on the
    /// way to it, and of its own four fields, the last one remains.
    pub fn remember(&mut self, user: &str, task: TaskType, preferred: &Preferred) {
        let (before, root, after) = self.parts();
        let key = user_key(user);
        let users = Object::read(root).unwrap_or_default();
        let tasks = users.object(&key);
        let mut entry = tasks.object(task.name()).text().to_owned();
        for (name, value) in [
            ("model_id", quoted(&preferred.model_id)),
            ("model_name", quoted(&preferred.model_name)),
            ("credit", preferred.credit.to_string()),
            ("last_used", quoted(&preferred.last_used)),
        ] {
            entry = Object::read(&entry).unwrap_or_default().with(name, &value);
        }
        let root = users.with(&key, &tasks.with(task.name(), &entry));
        self.text = [before, &root, after].concat();
    }

    /// Removes the user's entry for a task type, or for both where none is named, and the user
    /// where nothing else is kept for them. Entries of other tools stay.
    ///
    /// Tells whether there was anything to remove.
    pub fn forget(&mut self, user: &str, task: Option<TaskType>) -> bool {
        let ours = [TaskType::TextToMusic, TaskType::TextToSpeech];
        let named = |name: &str| {
            ours.into_iter()
                .any(|own| own.name() == name && task.is_none_or(|task| task == own))
        };
        let (before, root, after) = self.parts();
        let key = user_key(user);
        let users = Object::read(root).unwrap_or_default();
        let tasks = users.object(&key);
        let Some(rest) = tasks.without(named) else {
            return false;
        };
        let root = if Object::read(&rest).is_none_or(|rest| rest.is_empty()) {
            users
                .without(|name| name == key)
                .unwrap_or_else(|| root.to_owned())
        } else {
            users.with(&key, &rest)
        };
        self.text = [before, &root, after].concat();
        true
    }

    /// The bytes of the file: those that were read, where nothing was changed.
    pub fn write(&self) -> Vec<u8> {
        self.text.clone().into_bytes()
    }

    /// What comes before the JSON object, the object (empty in a blank file), and what comes after.
    fn parts(&self) -> (&str, &str, &str) {
        let blank = [' ', '\t', '\n', '\r'];
        let text = self
            .text
            .strip_prefix(BYTE_ORDER_MARK)
            .unwrap_or(&self.text);
        let start = self.text.len() - text.trim_start_matches(blank).len();
        let (before, rest) = self.text.split_at_checked(start).unwrap_or(("", text));
        let root = rest.trim_end_matches(blank);
        (before, root, rest.strip_prefix(root).unwrap_or_default())
    }
}

fn damaged(damage: Damage) -> PreferencesError {
    PreferencesError::Damaged(damage)
}

fn user_key(user: &str) -> String {
    ["user_", user].concat()
}

#[cfg(test)]
mod tests;
