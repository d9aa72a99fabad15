//! JSON read one level at a time: what is not asked for can't spoil what is, and what is there twice
//! is not read at all.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The members of an object, unread.
pub(super) struct Object<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'a> Object<'a> {
    pub(super) fn read(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// The text of a member, `null` where there is none. `None` where it is there twice.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        let mut found = self.0.iter().filter(|(key, _)| is(key, name));
        let value = found.next().map_or("null", |(_, value)| value.get());
        found.next().is_none().then_some(value)
    }

    /// A value that is neither a list nor an object; those count as absent. `None` where it can't
    /// be read.
    pub(super) fn scalar(&self, name: &str) -> Option<Value> {
        let json = self.get(name)?;
        match json.as_bytes().first()? {
            b'[' | b'{' => Some(Value::Null),
            _ => serde_json::from_str(json).ok(),
        }
    }

    /// The object, where no two of its members could be taken for one another by any reader.
    pub(super) fn plain(self) -> Option<Self> {
        let mut names = Vec::with_capacity(self.0.len());
        for (key, _) in &self.0 {
            let name: String = serde_json::from_str(key.get()).ok()?;
            names.push(name.to_lowercase());
        }
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        (names.len() == all).then_some(self)
    }
}

fn is(key: &RawValue, name: &str) -> bool {
    let key = serde_json::from_str::<String>(key.get());
    key.is_ok_and(|key| key == name)
}

/// A whole number, also from text and from `25.0`.
pub(super) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let number = number.as_f64()?;
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
            let whole = number as i64;
            (number.abs() < 9e15 && number.fract() == 0.0).then_some(whole)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = Object<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(Each)
    }
}
