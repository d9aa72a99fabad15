//! A second reading of JSON, written without the core's: what the core makes of a text is held
//! against it.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::fmt;

/// The members of an object in their order, each with its name and its value as it was written. A
/// name that is no Unicode stands in quotes and escapes.
pub(crate) fn members(text: &str) -> Option<Vec<(String, &str)>> {
    let Members(members) = serde_json::from_str(text).ok()?;
    Some(members)
}

/// A value all of whose names stand once; `None` where there is more to it than that, or something
/// that cannot be told.
pub(crate) fn plain(text: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(text).ok()?;
    let raw: &RawValue = serde_json::from_str(text).ok()?;
    distinct(raw.get()).then_some(value)
}

fn distinct(text: &str) -> bool {
    if text.starts_with('{') {
        let members = members(text).unwrap_or_default();
        let names: BTreeSet<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        names.len() == members.len() && members.iter().all(|(_, value)| distinct(value))
    } else if text.starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
        items.iter().all(|item| distinct(item.get()))
    } else {
        true
    }
}

/// A whole number as the service writes it: as a number, or as text.
pub(crate) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let number = number.as_f64()?;
            (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

struct Members<'a>(Vec<(String, &'a str)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) = entries.next_entry::<&RawValue, &RawValue>()? {
            let name = serde_json::from_str(key.get());
            members.push((name.unwrap_or_else(|_| key.get().to_owned()), value.get()));
        }
        Ok(Members(members))
    }
}
