//! The nodes of a product list as `serde` hands them over, one by one.

use super::json;
use super::product::{DEEPEST, Node};
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

/// A structure that was an object.
#[derive(Debug)]
pub(crate) struct Object<T>(pub T);

impl<'de: 'a, 'a> Deserialize<'de> for Object<Node<'a>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = <&RawValue>::deserialize(deserializer)?.get();
        json::Object::read(json)
            .and_then(|node| Node::read(&node, DEEPEST))
            .map(Object)
            .ok_or_else(|| D::Error::custom("not a node"))
    }
}
