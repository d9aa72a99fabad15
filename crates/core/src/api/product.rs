//! The product list as the service writes it: a tree whose type "3" nodes are the models.

use super::json::{self, Object};
use super::scalar::Scalar;
use crate::prelude::*;
use serde_json::{Map, Value};

/// A node of the tree. Fields that nobody needs are skipped unread.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub id: Scalar<'a>,
    pub kind: Scalar<'a>,
    pub name: Scalar<'a>,
    pub model_id: Scalar<'a>,
    pub tags: Vec<Tag<'a>>,
    pub form_config: Vec<FormField<'a>>,
    pub credit_rules: Vec<CreditRule<'a>>,
    pub children: Vec<Node<'a>>,
}

/// A tag; `EET` is the estimated time.
#[derive(Debug)]
pub(crate) struct Tag<'a> {
    pub tag_type: Scalar<'a>,
    pub tag_value: Scalar<'a>,
}

/// A field of a model's form.
#[derive(Debug)]
pub(crate) struct FormField<'a> {
    pub field: Scalar<'a>,
    pub kind: Scalar<'a>,
    pub label: Scalar<'a>,
    pub value: Value,
    pub options: Vec<FormOption>,
    pub config: Value,
    pub is_ui_virtual: Scalar<'a>,
    pub ui_params: Value,
    pub value_mapping: Value,
}

/// One choice of a field.
#[derive(Debug)]
pub(crate) struct FormOption {
    pub value: Value,
}

/// One price of a model.
#[derive(Debug)]
pub(crate) struct CreditRule<'a> {
    pub points: Scalar<'a>,
    pub attribute_id: Scalar<'a>,
    pub attributes: Attributes,
}

/// The attributes of a rule. Anything but an object counts as none.
#[derive(Debug)]
pub(crate) struct Attributes(pub Map<String, Value>);

/// How deep nodes may be nested, so that walking them cannot exhaust the stack.
const DEEPEST: u32 = 64;

/// The nodes at the top of the tree. `None` where the text is no list of nodes.
pub(crate) fn roots(data: &str) -> Option<Vec<Node<'_>>> {
    let items = json::items(data)?.into_iter();
    items
        .map(|item| Node::read(&Object::read(item.get())?, DEEPEST))
        .collect()
}

impl<'a> Node<'a> {
    /// Reads a node with everything below it. `None` where it is none, or nested too deep.
    fn read(node: &Object<'a>, depth: u32) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        Some(Self {
            id: node.scalar("id")?,
            kind: node.scalar("type")?,
            name: node.scalar("name")?,
            model_id: node.scalar("model_id")?,
            tags: node.list("tags", Tag::read)?,
            form_config: node.list("form_config", FormField::read)?,
            credit_rules: node.list("credit_rules", CreditRule::read)?,
            children: node.list("children", |child| Self::read(child, depth))?,
        })
    }
}

impl<'a> Tag<'a> {
    fn read(tag: &Object<'a>) -> Option<Self> {
        Some(Self {
            tag_type: tag.scalar("tag_type")?,
            tag_value: tag.scalar("tag_value")?,
        })
    }
}

impl<'a> FormField<'a> {
    fn read(field: &Object<'a>) -> Option<Self> {
        Some(Self {
            field: field.scalar("field")?,
            kind: field.scalar("type")?,
            label: field.scalar("label")?,
            value: field.value("value")?,
            options: field.list("options", FormOption::read)?,
            config: field.value("config")?,
            is_ui_virtual: field.scalar("is_ui_virtual")?,
            ui_params: field.value("ui_params")?,
            value_mapping: field.value("value_mapping")?,
        })
    }
}

impl FormOption {
    fn read(option: &Object<'_>) -> Option<Self> {
        Some(Self {
            value: option.value("value")?,
        })
    }
}

impl<'a> CreditRule<'a> {
    fn read(rule: &Object<'a>) -> Option<Self> {
        Some(Self {
            points: rule.scalar("points")?,
            attribute_id: rule.scalar("attribute_id")?,
            attributes: Attributes(match rule.value("attributes")? {
                Value::Object(map) => map,
                _ => Map::new(),
            }),
        })
    }
}
