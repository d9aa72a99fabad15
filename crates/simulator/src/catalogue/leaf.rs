//! Reads a leaf of a product tree as the service does when it checks a create request.

use serde_json::{Map, Value};

/// A node of `type` "3": one version of a model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaf<'a>(&'a Value);

/// One price of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Its id.
    pub(crate) attribute_id: u64,
    /// The price, in points.
    pub(crate) points: u64,
}

/// Why a value does not fit its form field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueProblem {
    /// A switch takes true or false.
    NotBoolean,
    /// Not among the options.
    NotAnOption,
    /// Fewer characters than the minimum.
    TooShort,
    /// More characters than the maximum.
    TooLong,
}

impl ValueProblem {
    /// The reason in words.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::NotBoolean => "must be true or false",
            Self::NotAnOption => "is not among the options",
            Self::TooShort => "is too short",
            Self::TooLong => "is too long",
        }
    }
}

/// Gathers the leaves under a node or a list of nodes, at any depth.
pub(super) fn collect<'a>(node: &'a Value, leaves: &mut Vec<Leaf<'a>>) {
    if let Value::Array(nodes) = node {
        for node in nodes {
            collect(node, leaves);
        }
        return;
    }
    if node.get("type").map(as_text).as_deref() == Some("3") {
        leaves.push(Leaf(node));
    }
    if let Some(children) = node.get("children") {
        collect(children, leaves);
    }
}

impl<'a> Leaf<'a> {
    /// Its id, which a create request names as the outer `model_version`.
    pub(crate) fn id(self) -> Option<&'a str> {
        self.0.get("id")?.as_str()
    }

    /// The id of its model.
    pub(crate) fn model_id(self) -> Option<&'a str> {
        self.0.get("model_id")?.as_str()
    }

    fn form(self) -> impl Iterator<Item = &'a Value> {
        self.0
            .get("form_config")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    }

    fn rules(self) -> impl Iterator<Item = (Rule, Option<&'a Map<String, Value>>)> {
        let rules = self.0.get("credit_rules").and_then(Value::as_array);
        rules.into_iter().flatten().filter_map(|rule| {
            let read = Rule {
                attribute_id: rule.get("attribute_id")?.as_u64()?,
                points: rule.get("points")?.as_u64()?,
            };
            Some((read, rule.get("attributes").and_then(Value::as_object)))
        })
    }

    /// Whether one of its prices has this id.
    pub(crate) fn has_rule(self, attribute_id: u64) -> bool {
        self.rules()
            .any(|(rule, _)| rule.attribute_id == attribute_id)
    }

    /// Whether the model's form or one of its prices knows a parameter of this name.
    ///
    /// A field that exists only in the user interface counts by the names it is mapped to.
    pub(crate) fn knows(self, parameter: &str) -> bool {
        let in_form = self.form().any(|field| {
            if field.get("is_ui_virtual").and_then(Value::as_bool) == Some(true) {
                mapped_names(field).contains(&parameter)
            } else {
                name(field) == Some(parameter)
            }
        });
        in_form
            || self
                .rules()
                .filter_map(|(_, attributes)| attributes)
                .flatten()
                .any(|attribute| !is_default_mark(attribute) && attribute.0 == parameter)
    }

    /// What is wrong with a value of a form field; none for fields the form does not have.
    pub(crate) fn problem(self, parameter: &str, value: &Value) -> Option<ValueProblem> {
        let field = self.form().find(|field| name(field) == Some(parameter))?;
        if value.is_null() {
            return None;
        }
        if field.get("type").and_then(Value::as_str) == Some("toggle") && !value.is_boolean() {
            return Some(ValueProblem::NotBoolean);
        }
        if let Some(options) = field.get("options").and_then(Value::as_array)
            && !options
                .iter()
                .filter_map(|option| option.get("value"))
                .any(|option| as_text(option) == as_text(value))
        {
            return Some(ValueProblem::NotAnOption);
        }
        let limit = |name| field.get("config")?.get(name)?.as_u64();
        let length = value.as_str()?.chars().count() as u64;
        if limit("minimum").is_some_and(|minimum| length < minimum) {
            return Some(ValueProblem::TooShort);
        }
        if limit("maximum").is_some_and(|maximum| length > maximum) {
            return Some(ValueProblem::TooLong);
        }
        None
    }

    /// The price for these parameters: the rule with the most attributes of which all match, else
    /// the one marked as default.
    pub(crate) fn rule_for(self, parameters: &Map<String, Value>) -> Option<Rule> {
        let mut best: Option<(usize, Rule)> = None;
        for (rule, attributes) in self.rules() {
            let mut conditions = 0;
            let matches = attributes.into_iter().flatten().all(|(name, wanted)| {
                if is_default_mark((name, wanted)) {
                    return true;
                }
                conditions += 1;
                parameters
                    .get(name)
                    .is_some_and(|given| as_text(given) == as_text(wanted))
            });
            if matches && best.is_none_or(|(most, _)| conditions > most) {
                best = Some((conditions, rule));
            }
        }
        best.map(|(_, rule)| rule)
    }
}

fn name(field: &Value) -> Option<&str> {
    field.get("field")?.as_str()
}

/// The names under which a field of the user interface reaches the service.
fn mapped_names(field: &Value) -> Vec<&str> {
    let rules = field
        .get("value_mapping")
        .and_then(|mapping| mapping.get("mapping_rules"))
        .and_then(Value::as_array);
    let targets: Vec<&str> = rules
        .into_iter()
        .flatten()
        .chain([field])
        .filter_map(|node| node.get("target_param")?.as_str())
        .collect();
    if targets.is_empty() {
        name(field).into_iter().collect()
    } else {
        targets
    }
}

/// The attribute that marks the fallback rule; it is no condition and no parameter.
fn is_default_mark((name, value): (&String, &Value)) -> bool {
    name == "default" && value.as_str() == Some("enabled")
}

/// Numbers and strings compare as text, and without regard to case.
fn as_text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn resolution_model() -> Value {
        json!([{ "id": "top", "type": 3, "model_id": "m", "form_config": [
            { "field": "quality", "is_ui_virtual": true,
              "value_mapping": { "mapping_rules": [{ "target_param": "mode" }] } },
        ], "credit_rules": [
            { "points": 5, "attribute_id": 1, "attributes": { "default": "enabled" } },
            { "points": 7, "attribute_id": 2, "attributes": { "mode": "PRO" } },
            { "points": 9, "attribute_id": 3, "attributes": { "mode": "pro", "size": 4 } },
        ] }])
    }

    fn points(parameters: Value) -> Option<u64> {
        let tree = resolution_model();
        let mut leaves = Vec::new();
        collect(&tree, &mut leaves);
        let rule = leaves[0].rule_for(parameters.as_object().unwrap())?;
        Some(rule.points)
    }

    #[test]
    fn the_most_specific_rule_sets_the_price() {
        assert_eq!(points(json!({})), Some(5));
        assert_eq!(points(json!({ "mode": "std" })), Some(5));
        assert_eq!(points(json!({ "mode": "pro" })), Some(7));
        assert_eq!(points(json!({ "mode": "Pro", "size": "4" })), Some(9));
    }

    #[test]
    fn leaves_are_found_at_any_depth() {
        let tree = json!([{ "type": "2", "children": [{ "type": 2, "children": [
            { "type": 3, "id": "deep" }] }] }, { "type": "3", "id": "top", "children": null }]);
        let mut leaves = Vec::new();
        collect(&tree, &mut leaves);
        let ids: Vec<_> = leaves.iter().map(|leaf| leaf.id().unwrap()).collect();
        assert_eq!(ids, ["deep", "top"]);
    }

    #[test]
    fn a_field_of_the_user_interface_is_known_by_its_target() {
        let tree = resolution_model();
        let mut leaves = Vec::new();
        collect(&tree, &mut leaves);
        assert!(leaves[0].knows("mode") && leaves[0].knows("size"));
        assert!(!leaves[0].knows("default") && !leaves[0].knows("quality"));
    }
}
