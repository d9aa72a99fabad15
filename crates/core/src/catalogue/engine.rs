//! Which of a model's inner engines is the newest.

use super::{Field, Leaf};
use crate::prelude::*;
use serde_json::Value;

/// The newest option of an engine field by the numbers in its name: `sonic-v5` is newer than
/// `sonic-v4-5-plus`. Of equals the later one wins.
pub(crate) fn newest(field: &Field) -> Option<&Value> {
    field
        .options
        .iter()
        .filter(|option| option.is_string())
        .max_by_key(|option| version(option.as_str().unwrap_or_default()))
}

fn version(name: &str) -> Vec<u64> {
    name.split(|c: char| !c.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .map(|digits| digits.parse().unwrap_or(u64::MAX))
        .collect()
}

/// The inner field that chooses Suno's engine. Not to be confused with the outer `model_version`.
pub(crate) const ENGINE: &str = "model_version";

impl Leaf {
    /// The names of the engines to choose from; empty where there is no choice.
    pub fn engines(&self) -> Vec<String> {
        let fields = self.fields.iter().filter(|field| field.name == ENGINE);
        let options = fields.flat_map(|field| &field.options);
        options
            .filter_map(|option| option.as_str().map(str::to_owned))
            .collect()
    }
}
