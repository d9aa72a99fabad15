//! Values that the service writes now as a string, now as a number.

use crate::json;
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use serde_json::{Number, Value};

/// A single value read leniently. Lists and objects count as absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Scalar<'a> {
    /// `null`, a list, an object, or no such field.
    #[default]
    Absent,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text, without its escapes.
    Text(Cow<'a, str>),
}

impl<'a> Scalar<'a> {
    /// Reads a JSON value. `None` where a text is no Unicode or a number out of every range.
    pub fn read(json: &'a str) -> Option<Self> {
        match json.as_bytes().first()? {
            b'"' => json::text(json).map(Self::Text),
            b'[' | b'{' => Some(Self::Absent),
            _ => match json::value(json)? {
                Value::Bool(value) => Some(Self::Bool(value)),
                Value::Number(number) => Some(Self::Number(number)),
                _ => Some(Self::Absent),
            },
        }
    }

    /// A value that was read already.
    pub fn of(value: &'a Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Null | Value::Array(_) | Value::Object(_) => Self::Absent,
        }
    }
}

impl Scalar<'_> {
    /// The value as a whole number, also from text and from `25.0`.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Number(number) => number.as_i64().or_else(|| {
                let number = number.as_f64()?;
                let whole = number as i64;
                (number.abs() < 9e15 && whole as f64 == number).then_some(whole)
            }),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The value as an amount.
    pub fn unsigned<T: TryFrom<i64>>(&self) -> Option<T> {
        T::try_from(self.integer()?).ok()
    }

    /// The value as text, where it is not absent or empty.
    pub fn word(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Absent => None,
            Self::Bool(value) => Some(value.to_string().into()),
            // `25.0` is written as `25`.
            Self::Number(number) => Some(match self.integer() {
                Some(whole) => whole.to_string().into(),
                None => number.to_string().into(),
            }),
            Self::Text(text) => (!text.is_empty()).then(|| Cow::Borrowed(&**text)),
        }
    }

    /// The same, to keep.
    pub fn text(&self) -> Option<String> {
        self.word().map(Cow::into_owned)
    }

    /// Whether the value is this text, without regard to case.
    pub fn is(&self, text: &str) -> bool {
        matches!(self, Self::Text(own) if own.trim().eq_ignore_ascii_case(text))
    }

    /// Whether the value says yes.
    pub fn truthy(&self) -> bool {
        matches!(self, Self::Bool(true)) || self.integer() == Some(1) || self.is("true")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Scalar<'_> {
        Scalar::read(json).unwrap()
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
