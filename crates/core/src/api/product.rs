//! The product list as the service writes it: a tree whose type "3" nodes are the models.

use super::object::Object;
use super::scalar::Scalar;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;
use std::marker::PhantomData;

/// A node of the tree. Fields that nobody needs are skipped unread.
#[derive(Debug, Deserialize)]
pub(crate) struct Node<'a> {
    #[serde(borrow, default)]
    pub id: Scalar<'a>,
    #[serde(borrow, default, rename = "type")]
    pub kind: Scalar<'a>,
    #[serde(borrow, default)]
    pub name: Scalar<'a>,
    #[serde(borrow, default)]
    pub model_id: Scalar<'a>,
    #[serde(borrow, default)]
    pub tags: List<Tag<'a>>,
    #[serde(borrow, default)]
    pub form_config: List<FormField<'a>>,
    #[serde(borrow, default)]
    pub credit_rules: List<CreditRule<'a>>,
    #[serde(borrow, default)]
    pub children: List<Node<'a>>,
}

/// A tag; `EET` is the estimated time.
#[derive(Debug, Deserialize)]
pub(crate) struct Tag<'a> {
    #[serde(borrow, default)]
    pub tag_type: Scalar<'a>,
    #[serde(borrow, default)]
    pub tag_value: Scalar<'a>,
}

/// A field of a model's form.
#[derive(Debug, Deserialize)]
pub(crate) struct FormField<'a> {
    #[serde(borrow, default)]
    pub field: Scalar<'a>,
    #[serde(borrow, default, rename = "type")]
    pub kind: Scalar<'a>,
    #[serde(borrow, default)]
    pub label: Scalar<'a>,
    #[serde(default)]
    pub value: Value,
    #[serde(default)]
    pub options: List<FormOption>,
    #[serde(borrow, default)]
    pub config: Limits<'a>,
    #[serde(borrow, default)]
    pub is_ui_virtual: Scalar<'a>,
}

/// One choice of a field.
#[derive(Debug, Deserialize)]
pub(crate) struct FormOption {
    #[serde(default)]
    pub value: Value,
}

/// The limits of a field.
#[derive(Debug, Default)]
pub(crate) struct Limits<'a> {
    pub minimum: Scalar<'a>,
    pub maximum: Scalar<'a>,
}

/// One price of a model.
#[derive(Debug, Deserialize)]
pub(crate) struct CreditRule<'a> {
    #[serde(borrow, default)]
    pub points: Scalar<'a>,
    #[serde(borrow, default)]
    pub attribute_id: Scalar<'a>,
    #[serde(default)]
    pub attributes: Attributes,
}

/// The attributes of a rule. Anything but an object counts as none.
#[derive(Debug, Default)]
pub(crate) struct Attributes(pub Map<String, Value>);

/// A list. Anything else, `null` included, counts as an empty one.
#[derive(Debug)]
pub(crate) struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Reads a value of one shape, and anything of another shape as the default.
macro_rules! ignore_other_scalars {
    () => {
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("any value")
        }
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
            type Value = List<T>;

            ignore_other_scalars!();

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<List<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(Object(item)) = items.next_element()? {
                    list.push(item);
                }
                Ok(List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<List<T>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(List::default())
            }
        }

        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::Object(map) => map,
            _ => Map::new(),
        }))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Limits<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LimitsVisitor;

        impl<'de> Visitor<'de> for LimitsVisitor {
            type Value = Limits<'de>;

            ignore_other_scalars!();

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Limits<'de>, A::Error> {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Limits::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Limits<'de>, A::Error> {
                let mut limits = Limits::default();
                while let Some(name) = map.next_key::<Scalar<'de>>()? {
                    let value = map.next_value()?;
                    if name.is("minimum") {
                        limits.minimum = value;
                    } else if name.is("maximum") {
                        limits.maximum = value;
                    }
                }
                Ok(limits)
            }
        }

        deserializer.deserialize_any(LimitsVisitor)
    }
}
