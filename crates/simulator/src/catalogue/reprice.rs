//! Changes the price of a model in a product tree.

use serde_json::{Value, json};

use super::leaf::is_default_mark;

/// Sets the price of every leaf of this model: of the rule that has the id already, else of the
/// one marked as default, else of the first. `false` where nothing was changed.
pub(super) fn reprice(node: &mut Value, model_id: &str, points: u64, attribute_id: u64) -> bool {
    match node {
        Value::Array(nodes) => {
            let mut found = false;
            for node in nodes {
                found |= reprice(node, model_id, points, attribute_id);
            }
            found
        }
        Value::Object(_) => {
            let named = node.get("model_id").and_then(Value::as_str) == Some(model_id);
            let here = named && reprice_leaf(node, points, attribute_id).is_some();
            let below = node
                .get_mut("children")
                .is_some_and(|children| reprice(children, model_id, points, attribute_id));
            here || below
        }
        _ => false,
    }
}

fn reprice_leaf(leaf: &mut Value, points: u64, attribute_id: u64) -> Option<()> {
    let rules = leaf.get_mut("credit_rules")?.as_array_mut()?;
    let has_id = |rule: &Value| rule.get("attribute_id") == Some(&json!(attribute_id));
    let is_default = |rule: &Value| {
        let attributes = rule.get("attributes").and_then(Value::as_object);
        attributes.into_iter().flatten().any(is_default_mark)
    };
    let index = rules
        .iter()
        .position(has_id)
        .or_else(|| rules.iter().position(is_default))
        .unwrap_or_default();
    let rule = rules.get_mut(index)?.as_object_mut()?;
    let old = rule.insert("points".to_owned(), json!(points));
    rule.insert("attribute_id".to_owned(), json!(attribute_id));

    let old = old.unwrap_or_default().to_string();
    let tags = leaf.get_mut("tags").and_then(Value::as_array_mut);
    for tag in tags.into_iter().flatten().filter_map(Value::as_object_mut) {
        let is_price = tag.get("tag_type") == Some(&json!("point"));
        if is_price && tag.get("tag_value") == Some(&json!(old)) {
            tag.insert("tag_value".to_owned(), json!(points.to_string()));
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The prices of a model with three rules, after it was repriced to 9 points under this id.
    fn prices(attribute_id: u64, default: usize) -> Value {
        let mut rules = json!([
            { "points": 1, "attribute_id": 11, "attributes": { "mode": "a" } },
            { "points": 2, "attribute_id": 12, "attributes": { "mode": "b" } },
            { "points": 3, "attribute_id": 13, "attributes": { "mode": "c" } },
        ]);
        if let Some(rule) = rules.get_mut(default) {
            rule["attributes"] = json!({ "default": "enabled" });
        }
        let mut tree = json!([{ "children": [{ "model_id": "m", "credit_rules": rules }] }]);
        assert!(reprice(&mut tree, "m", 9, attribute_id));
        let rules = tree[0]["children"][0]["credit_rules"].as_array().unwrap();
        let pairs = rules.iter().map(|rule| {
            let pair = [&rule["points"], &rule["attribute_id"]];
            json!(pair)
        });
        pairs.collect()
    }

    #[test]
    fn the_rule_is_found_by_its_id_then_by_its_mark_then_by_its_place() {
        assert_eq!(prices(13, 1), json!([[1, 11], [2, 12], [9, 13]]));
        assert_eq!(prices(99, 1), json!([[1, 11], [9, 99], [3, 13]]));
        assert_eq!(prices(99, 7), json!([[9, 99], [2, 12], [3, 13]]));
    }

    #[test]
    fn every_version_changes_with_the_tag_that_shows_its_price() {
        let leaf = |points: u64, tag: &str| {
            json!({ "model_id": "m",
                "tags": [{ "tag_type": "EET", "tag_value": "5" },
                    { "tag_type": "point", "tag_value": tag }],
                "credit_rules": [{ "points": points, "attribute_id": 1 }] })
        };
        let mut tree = json!([leaf(5, "5"), { "children": [leaf(7, "from 7")] }]);
        assert!(reprice(&mut tree, "m", 8, 1));
        assert_eq!(
            tree,
            json!([leaf(8, "8"), { "children": [leaf(8, "from 7")] }])
        );
    }

    #[test]
    fn another_model_and_a_leaf_without_prices_stay() {
        let mut tree = json!([{ "model_id": "m", "children": null }, { "model_id": "x",
            "credit_rules": [{ "points": 1, "attribute_id": 1 }] }]);
        let before = tree.clone();
        assert!(!reprice(&mut tree, "m", 8, 1));
        assert!(!reprice(&mut tree, "nobody", 8, 1));
        assert_eq!(tree, before);
    }
}
