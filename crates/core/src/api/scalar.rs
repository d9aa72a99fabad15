//! Values that the service writes now as a string, now as a number.

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// A single value read leniently. Lists and objects count as absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Scalar<'a> {
    /// `null`, a list, an object, or no such field.
    #[default]
    Absent,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(Cow<'a, str>),
}

impl Scalar<'_> {
    /// The value as a whole number, also from text and from `25.0`.
    pub(crate) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                Some(*number as i64)
            }
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The value as an amount.
    pub(crate) fn unsigned<T: TryFrom<i64>>(&self) -> Option<T> {
        T::try_from(self.integer()?).ok()
    }

    /// The value as text, where it is not absent or empty.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::Absent => None,
            Self::Bool(value) => Some(value.to_string()),
            Self::Integer(number) => Some(number.to_string()),
            Self::Float(number) => Some(number.to_string()),
            Self::Text(text) => (!text.is_empty()).then(|| text.to_string()),
        }
    }

    /// Whether the value is this text, without regard to case.
    pub(crate) fn is(&self, text: &str) -> bool {
        matches!(self, Self::Text(own) if own.trim().eq_ignore_ascii_case(text))
    }

    /// Whether the value says yes.
    pub(crate) fn truthy(&self) -> bool {
        matches!(self, Self::Bool(true)) || self.integer() == Some(1) || self.is("true")
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(Scalar::Float(value as f64), Scalar::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Scalar::Float(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Absent)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Absent)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Absent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Scalar<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn numbers_and_texts_mean_the_same() {
        for json in ["25", "\"25\"", "25.0", "\" 25 \""] {
            assert_eq!(read(json).integer(), Some(25), "{json}");
        }
        for json in ["null", "[25]", "{\"a\":25}", "25.5", "\"x\"", "true"] {
            assert_eq!(read(json).integer(), None, "{json}");
        }
        assert_eq!(read("-1").unsigned::<u32>(), None);
        assert_eq!(read("18446744073709551615").unsigned::<u64>(), None);
    }

    #[test]
    fn text_is_borrowed_where_it_can_be() {
        assert!(matches!(read("\"abc\""), Scalar::Text(Cow::Borrowed(_))));
        assert!(matches!(read("\"a\\nb\""), Scalar::Text(Cow::Owned(_))));
    }
}
