//! Builders for the nodes of a product tree: groups, leaves, form fields, prices.

use serde_json::{Map, Value, json};

/// What a leaf has besides its names.
pub(super) struct Model<'a> {
    /// Leaf id, model id and the id of the group above.
    pub(super) id: &'a str,
    pub(super) group: &'a str,
    pub(super) name: &'a str,
    /// Task type and the category's name.
    pub(super) category: (&'a str, &'a str),
    pub(super) model_types: &'a [&'a str],
    pub(super) description: Option<&'a str>,
    /// Pairs of `tag_type` and `tag_value`.
    pub(super) tags: &'a [(&'a str, &'a str)],
    pub(super) form: Vec<Value>,
    pub(super) points: u64,
    pub(super) attribute_id: u64,
}

/// A group (`type` "2") of leaves.
pub(super) fn group(id: &str, children: Vec<Value>) -> Value {
    json!({ "id": id, "type": "2", "name": id, "children": children })
}

impl Model<'_> {
    /// The leaf (`type` "3") with its one price rule.
    pub(super) fn into_leaf(self) -> Value {
        let tags: Vec<Value> = self
            .tags
            .iter()
            .map(|(kind, value)| json!({ "tag_type": kind, "tag_value": value }))
            .collect();
        let (category_code, category_name) = self.category;
        let mut leaf = Map::from_iter([
            ("id".to_owned(), json!(self.id)),
            ("parent_id".to_owned(), json!(self.group)),
            ("type".to_owned(), json!("3")),
            ("name".to_owned(), json!(self.name)),
            ("model_id".to_owned(), json!(self.id)),
            ("tags".to_owned(), json!(tags)),
            ("model_types".to_owned(), json!(self.model_types)),
            ("category_code".to_owned(), json!(category_code)),
            ("category_name".to_owned(), json!(category_name)),
            (
                "credit_rules".to_owned(),
                json!([{
                    "origin_point": self.points,
                    "points": self.points,
                    "attribute_id": self.attribute_id,
                    "attributes": { "default": "enabled" },
                }]),
            ),
        ]);
        if let Some(description) = self.description {
            leaf.insert("description".to_owned(), json!(description));
        }
        // The service leaves the form out of models that have none.
        if !self.form.is_empty() {
            leaf.insert("form_config".to_owned(), Value::Array(self.form));
        }
        Value::Object(leaf)
    }
}

/// A form field's name, label and description.
pub(super) type Names<'a> = (&'a str, &'a str, &'a str);

/// A switch.
pub(super) fn toggle(names: Names<'_>, default: bool) -> Value {
    field("toggle", names, json!(default), 2)
}

/// A free text without limits.
pub(super) fn text(names: Names<'_>, level: u32) -> Value {
    field("textarea", names, Value::Null, level)
}

/// A free text with limits: `maximum` and, where there is one, `minimum` characters.
pub(super) fn limited_text(names: Names<'_>, level: u32, limits: Value) -> Value {
    with(text(names, level), "config", limits)
}

/// A choice among values.
pub(super) fn choice(
    names: Names<'_>,
    default: Option<&str>,
    options: &[&str],
    level: u32,
) -> Value {
    let options: Vec<Value> = options
        .iter()
        .map(|option| json!({ "label": option, "value": option }))
        .collect();
    with(
        field("tags", names, json!(default), level),
        "options",
        Value::Array(options),
    )
}

fn field(kind: &str, (name, label, description): Names<'_>, default: Value, level: u32) -> Value {
    json!({
        "type": kind,
        "field": name,
        "label": label,
        "description": description,
        "value": default,
        "level": level,
    })
}

/// A node with one key set.
pub(super) fn with(mut node: Value, key: &str, value: Value) -> Value {
    if let Value::Object(node) = &mut node {
        node.insert(key.to_owned(), value);
    }
    node
}
