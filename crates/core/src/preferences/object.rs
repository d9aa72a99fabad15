//! A JSON object as the text it was written in: members are read, replaced and removed in place.

use super::Damage;
use crate::prelude::*;
use ima_wire::json::{self, Member, quoted};
use serde_json::value::RawValue;

/// The deepest nesting that serde_json follows by default.
const DEEPEST: u32 = 128;

/// Checks that a text is one JSON object that is not nested too deep.
pub(super) fn check(text: &str) -> Result<(), Damage> {
    let value: &RawValue = serde_json::from_str(text).map_err(|_| Damage::Syntax)?;
    if depth(value.get()) > DEEPEST {
        return Err(Damage::TooDeep);
    }
    Object::read(text).map(|_| ()).ok_or(Damage::NotAnObject)
}

/// The nesting of valid JSON. Raw values are skipped without a limit, so nothing else counts it.
fn depth(json: &str) -> u32 {
    let (mut depth, mut deepest) = (0_u32, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// An object and its members, in their order. The default is the empty object.
#[derive(Debug)]
pub(super) struct Object<'a> {
    text: &'a str,
    members: Vec<Member<'a>>,
}

impl Default for Object<'_> {
    fn default() -> Self {
        Self {
            text: "{}",
            members: Vec::new(),
        }
    }
}

impl<'a> Object<'a> {
    /// Reads an object, from its first brace to its last. `None` where it is something else.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let members = json::members(text)?;
        Some(Self { text, members })
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The value of a key: the last one, where there are several.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        let mut members = self.members.iter().rev();
        members.find(|member| is(member, name)).map(|m| m.value)
    }

    /// The object under a key; empty where there is none.
    pub(super) fn object(&self, name: &str) -> Object<'a> {
        self.get(name).and_then(Object::read).unwrap_or_default()
    }

    /// The text with this value under a key: in place of the last one, or behind all members. No
    /// other value of the key remains.
    pub(super) fn with(&self, name: &str, value: &str) -> String {
        let Some(last) = self.members.iter().rposition(|member| is(member, name)) else {
            return self.extended(name, value);
        };
        let mut edit = Edit::new(self.text);
        for (index, member) in self.members.iter().enumerate() {
            if index == last {
                edit.replace(self.start(member.value), self.end(member.value), value);
            } else if index < last && is(member, name) {
                edit.replace(self.start(member.key), self.next(index), "");
            }
        }
        edit.finish()
    }

    /// The text without the members of these names. `None` where there are none.
    pub(super) fn without(&self, named: impl Fn(&str) -> bool) -> Option<String> {
        let goes = |member: &Member<'_>| member.name().is_some_and(|name| named(&name));
        if !self.members.iter().any(goes) {
            return None;
        }
        let last_kept = self.members.iter().rposition(|member| !goes(member));
        let mut edit = Edit::new(self.text);
        for (index, member) in self.members.iter().enumerate() {
            if Some(index) == last_kept {
                // What follows goes, with the comma before it.
                if let Some(last) = self.members.last() {
                    edit.replace(self.end(member.value), self.end(last.value), "");
                }
                break;
            }
            if goes(member) {
                edit.replace(self.start(member.key), self.next(index), "");
            }
        }
        Some(edit.finish())
    }

    /// The text with one more member, spaced like the one before it.
    fn extended(&self, name: &str, value: &str) -> String {
        let key = quoted(name);
        let Some(last) = self.members.last() else {
            return ["{", &key, ":", value, "}"].concat();
        };
        let head = self.text.get(..self.start(last.key)).unwrap_or_default();
        let space = head.trim_end_matches([' ', '\t', '\n', '\r']).len();
        let mut edit = Edit::new(self.text);
        let at = self.end(last.value);
        edit.replace(at, at, ",");
        edit.push(head.get(space..).unwrap_or_default());
        edit.push(&key);
        let colon = self.text.get(self.end(last.key)..self.start(last.value));
        edit.push(colon.unwrap_or(":"));
        edit.push(value);
        edit.finish()
    }

    fn start(&self, part: &str) -> usize {
        // Both lie in one text: every member borrows from it.
        part.as_ptr().addr() - self.text.as_ptr().addr()
    }

    fn end(&self, part: &str) -> usize {
        self.start(part) + part.len()
    }

    /// Where the member after this one starts; for the last one, where its value ends.
    fn next(&self, index: usize) -> usize {
        match (self.members.get(index + 1), self.members.get(index)) {
            (Some(next), _) => self.start(next.key),
            (None, Some(member)) => self.end(member.value),
            (None, None) => self.text.len(),
        }
    }
}

fn is(member: &Member<'_>, name: &str) -> bool {
    member.name().is_some_and(|own| own == name)
}

/// A text that is copied with replacements, from the front to the back.
struct Edit<'a> {
    text: &'a str,
    copied: usize,
    out: String,
}

impl<'a> Edit<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            copied: 0,
            out: String::with_capacity(text.len() + 64),
        }
    }

    fn replace(&mut self, from: usize, to: usize, with: &str) {
        self.push(self.text.get(self.copied..from).unwrap_or_default());
        self.push(with);
        self.copied = to;
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn finish(mut self) -> String {
        self.push(self.text.get(self.copied..).unwrap_or_default());
        self.out
    }
}
