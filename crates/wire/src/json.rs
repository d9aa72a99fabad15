//! JSON taken apart one level at a time: members and items are found as the text they were written
//! in, and read where they are needed.
//!
//! What nobody asks for can't spoil what somebody does: damage, nesting and numbers out of range
//! elsewhere in an answer don't hide a task that is paid. A member that is there twice is not read at
//! all.

use crate::scalar::Scalar;
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// A member of an object, as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// The name as it is written, with quotes and escapes.
    pub key: &'a str,
    /// The JSON text of the value.
    pub value: &'a str,
}

impl<'a> Member<'a> {
    /// The key without its escapes; `None` where it is no Unicode (a lone surrogate).
    pub fn name(&self) -> Option<Cow<'a, str>> {
        text(self.key)
    }

    /// Whether this is its name.
    fn is(&self, name: &str) -> bool {
        // Two quotes around the name, or more where it is written with escapes.
        match self.key.len().checked_sub(name.len()) {
            Some(2) => self.key.get(1..=name.len()) == Some(name),
            Some(3..) if self.key.contains('\\') => self.name().is_some_and(|own| own == name),
            _ => false,
        }
    }
}

/// The members of an object, in their order. `None` where the text is anything else.
pub fn members(json: &str) -> Option<Vec<Member<'_>>> {
    let Members(members) = serde_json::from_str(json).ok()?;
    Some(members)
}

/// The value of a string; `None` where it is something else, or no Unicode.
pub fn text(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    match value(json)? {
        Value::String(text) => Some(Cow::Owned(text)),
        _ => None,
    }
}

/// The whole value. `None` where it is nested too deep, or holds what no value can.
pub fn value(json: &str) -> Option<Value> {
    serde_json::from_str(json).ok()
}

/// A text as JSON, in quotes and with escapes.
pub fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// An object that was written elsewhere. Every question for a member gives `None` where the member
/// is there twice or cannot be read: then the whole counts as unreadable.
#[derive(Debug)]
pub struct Object<'a>(Vec<Member<'a>>);

impl<'a> Object<'a> {
    /// Reads a text that is to be an object.
    pub fn read(json: &'a str) -> Option<Self> {
        members(json).map(Self)
    }

    /// An object of these members.
    pub fn of(members: Vec<Member<'a>>) -> Self {
        Self(members)
    }

    /// The text of a member; `null` where there is none.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let mut found = self.0.iter().filter(|member| member.is(name));
        let value = found.next().map_or("null", |member| member.value);
        found.next().is_none().then_some(value)
    }

    /// A single value. Lists and objects count as absent.
    pub fn scalar(&self, name: &str) -> Option<Scalar<'a>> {
        Scalar::read(self.get(name)?)
    }

    /// A value of any kind; `Null` where there is none.
    pub fn value(&self, name: &str) -> Option<Value> {
        value(self.get(name)?)
    }

    /// The objects of a list, read by [`each`].
    pub fn list<T>(&self, name: &str, read: impl Fn(&Object<'a>) -> Option<T>) -> Option<Vec<T>> {
        let mut all = Vec::new();
        each(self.get(name)?, &mut |object| {
            all.push(read(object)?);
            Some(())
        })?;
        Some(all)
    }
}

/// Reads the objects of a list one after the other. What is no list counts as an empty one; what is
/// no object in a list cannot be read. `None` if the list can't be read, or `read` gives `None`.
pub fn each<'a>(json: &'a str, read: &mut dyn FnMut(&Object<'a>) -> Option<()>) -> Option<()> {
    if !json.starts_with('[') {
        return Some(());
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    deserializer.deserialize_seq(Each(read)).ok()?
}

struct Each<'r, 'a>(&'r mut dyn FnMut(&Object<'a>) -> Option<()>);

impl<'de> Visitor<'de> for Each<'_, 'de> {
    type Value = Option<()>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while let Some(Members(members)) = items.next_element()? {
            if (self.0)(&Object(members)).is_none() {
                return Ok(None);
            }
        }
        Ok(Some(()))
    }
}

struct Members<'a>(Vec<Member<'a>>);

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
        // Raw keys too: their escapes must survive.
        while let Some((key, value)) = entries.next_entry::<&RawValue, &RawValue>()? {
            members.push(Member {
                key: key.get(),
                value: value.get(),
            });
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_found_by_its_name_however_it_is_written() {
        let object = Object::read(r#"{"a":1,"\u0062":[{"c":2}],"a b":"x"}"#).unwrap();
        assert_eq!(object.get("a"), Some("1"));
        assert_eq!(object.get("a b"), Some("\"x\""));
        assert_eq!(object.get("d"), Some("null"));
        let c = |item: &Object<'_>| item.get("c").map(str::to_owned);
        assert_eq!(object.list("b", c).unwrap(), ["2"]);
        assert!(object.list("a", c).unwrap().is_empty());
    }

    #[test]
    fn what_is_there_twice_or_has_another_shape_cannot_be_read() {
        let object = Object::read(r#"{"a":1,"a":2,"b":[1],"c":"\ud800","d":1e999}"#).unwrap();
        assert_eq!(object.get("a"), None);
        assert!(object.list("b", |_| Some(())).is_none());
        assert_eq!(object.scalar("c"), None);
        assert_eq!(object.value("d"), None);
        for other in ["", "null", "[]", "\"{}\"", "{", "{} {}"] {
            assert!(Object::read(other).is_none(), "{other}");
        }
    }

    #[test]
    fn deep_nesting_is_passed_over_but_not_read() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        let object = Object::read(&deep).unwrap();
        assert_eq!(object.value("a"), None);
    }
}
