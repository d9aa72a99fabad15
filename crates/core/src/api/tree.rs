//! The product tree walked in one pass: where each model stands in the answer, without reading what
//! it holds.
//!
//! A list is read for the sake of one model, so the walk keeps positions only, and a part of a model
//! is read when somebody asks for it.

use crate::prelude::*;
use core::fmt;
use core::ops::Range;
use ima_wire::json;
use ima_wire::scalar::Scalar;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The members of a node that make a model.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    Type,
    ModelId,
    Id,
    Name,
    Tags,
    FormConfig,
    CreditRules,
}

/// The names of the parts, in their order.
const NAMES: [&str; 7] = [
    "type",
    "model_id",
    "id",
    "name",
    "tags",
    "form_config",
    "credit_rules",
];

/// Where a part stands, in bytes of the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    start: u32,
    end: u32,
}

/// A part that is not there.
const MISSING: Span = Span { start: 0, end: 0 };

/// A part that is there twice, so that nobody can tell what it is: a range that no text has.
const TWICE: Span = Span { start: 1, end: 0 };

impl Span {
    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Where a model stands: a type "3" node with a `model_id`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place([Span; NAMES.len()]);

impl Place {
    /// The JSON of a part; `null` where there is none, `None` where it is there twice.
    pub(crate) fn get<'a>(&self, part: Part, answer: &'a [u8]) -> Option<&'a str> {
        let span = *self.0.get(part as usize)?;
        if span == MISSING {
            return Some("null");
        }
        str::from_utf8(answer.get(span.range())?).ok()
    }

    /// A part that is a single value.
    pub(crate) fn scalar<'a>(&self, part: Part, answer: &'a [u8]) -> Option<Scalar<'a>> {
        Scalar::read(self.get(part, answer)?)
    }

    /// The parts of this model and nothing else, and where it stands there.
    pub(crate) fn cut(&self, answer: &[u8]) -> (Vec<u8>, Self) {
        let mut cut = Vec::with_capacity(self.0.iter().map(|span| span.range().len()).sum());
        let parts = self.0.map(|span| match answer.get(span.range()) {
            Some(part) if !part.is_empty() => {
                let start = cut.len();
                cut.extend_from_slice(part);
                // Shorter than the answer, whose positions fit.
                Span {
                    start: start as u32,
                    end: cut.len() as u32,
                }
            }
            _ => span,
        });
        (cut, Self(parts))
    }
}

/// The models of a list, in document order, as places in the answer that the list is a part of.
///
/// `None` where the text is no list of nodes, where nodes are nested deeper than 63 levels (the
/// reader's bound, so that no list exhausts the stack), or where a node is damaged in what a model
/// is found by: `type`, `model_id`, `id` or `children` is there twice or unreadable. Nobody could
/// say then which models there are, or which is the newest. Damage elsewhere is the model's own.
pub(crate) fn places(list: &str, answer: &[u8]) -> Option<Vec<Place>> {
    let mut walk = Walk {
        answer,
        places: Vec::new(),
        unreadable: false,
    };
    let mut deserializer = serde_json::Deserializer::from_str(list);
    let root = Step {
        walk: &mut walk,
        at: At::List,
    };
    root.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    (!walk.unreadable).then_some(walk.places)
}

struct Walk<'a> {
    answer: &'a [u8],
    places: Vec<Place>,
    unreadable: bool,
}

impl Walk<'_> {
    /// How far from its start a part of the answer begins.
    fn offset(&self, part: &str) -> usize {
        let start = self.answer.as_ptr().addr();
        part.as_ptr().addr().wrapping_sub(start)
    }

    /// Where a part of the answer stands in it.
    fn span(&mut self, part: &str) -> Span {
        let start = self.offset(part);
        let bounds = (start.try_into(), start.wrapping_add(part.len()).try_into());
        if let (Ok(start), Ok(end)) = bounds {
            return Span { start, end };
        }
        // Larger than any answer that a driver reads.
        self.unreadable = true;
        MISSING
    }

    /// Whether the value of a member is a list.
    fn is_list(&self, key: &str) -> bool {
        let end = self.offset(key).wrapping_add(key.len());
        let after = self.answer.get(end..).unwrap_or_default();
        let value = after.trim_ascii_start().strip_prefix(b":");
        value.is_some_and(|value| value.trim_ascii_start().starts_with(b"["))
    }

    /// Whether a node is a model. `None` where that is unreadable.
    fn is_model(&self, node: &Place) -> Option<bool> {
        if node.scalar(Part::Type, self.answer)?.integer() != Some(3) {
            return Some(false);
        }
        node.scalar(Part::Id, self.answer)?;
        let model_id = node.scalar(Part::ModelId, self.answer)?;
        Some(model_id.word().is_some())
    }
}

/// What is expected at a place of the tree.
#[derive(Clone, Copy, PartialEq)]
enum At {
    List,
    Node,
}

/// A value of the tree that is walked in place. One type for lists and nodes: a reader for each
/// would make the component larger.
struct Step<'w, 'a> {
    walk: &'w mut Walk<'a>,
    at: At,
}

impl<'de> DeserializeSeed<'de> for Step<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        // A list or an object, whichever is there; anything else is an error.
        deserializer.deserialize_struct("", &[], self)
    }
}

impl<'de> Visitor<'de> for Step<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("nodes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut nodes: A) -> Result<(), A::Error> {
        let Step { walk, at } = self;
        walk.unreadable |= at != At::List;
        while let Some(()) = nodes.next_element_seed(Step {
            walk: &mut *walk,
            at: At::Node,
        })? {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Step { walk, at } = self;
        walk.unreadable |= at != At::Node;
        let mut node = Place([MISSING; NAMES.len()]);
        let before = walk.places.len();
        let mut has_children = false;
        while let Some(key) = members.next_key::<&RawValue>()? {
            let name = json::text(key.get()).unwrap_or_default();
            if name == "children" {
                walk.unreadable |= has_children;
                has_children = true;
                // What is no list counts as an empty one.
                if walk.is_list(key.get()) {
                    members.next_value_seed(Step {
                        walk: &mut *walk,
                        at: At::List,
                    })?;
                    continue;
                }
            }
            let value: &RawValue = members.next_value()?;
            let part = NAMES.iter().position(|part| *part == name);
            if let Some(part) = part.and_then(|part| node.0.get_mut(part)) {
                *part = if *part == MISSING {
                    walk.span(value.get())
                } else {
                    TWICE
                };
            }
        }
        match walk.is_model(&node) {
            // A model comes before those below it, also where its members come after them.
            Some(true) => walk.places.insert(before, node),
            Some(false) => {}
            None => walk.unreadable = true,
        }
        Ok(())
    }
}
