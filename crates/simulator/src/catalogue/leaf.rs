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
    /// A field that exists only in the user interface counts by the parameters it is mapped to.
    pub(crate) fn knows(self, parameter: &str) -> bool {
        let in_form = self.form().any(|field| {
            if is_virtual(field) {
                targets(field).any(|(target, _)| target == parameter)
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

    /// What is wrong with a value of a form field or of a virtual field's target; none for
    /// parameters that the form does not have.
    pub(crate) fn problem(self, parameter: &str, value: &Value) -> Option<ValueProblem> {
        if value.is_null() {
            return None;
        }
        let field = self
            .form()
            .find(|field| !is_virtual(field) && name(field) == Some(parameter));
        let Some(field) = field else {
            return self.target_problem(parameter, value);
        };
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

    fn target_problem(self, parameter: &str, value: &Value) -> Option<ValueProblem> {
        let mut offered = self
            .form()
            .filter(|field| is_virtual(field))
            .flat_map(targets)
            .filter(|(target, _)| *target == parameter)
            .peekable();
        offered.peek()?;
        let found = offered.any(|(_, target_value)| as_text(target_value) == as_text(value));
        (!found).then_some(ValueProblem::NotAnOption)
    }

    /// The price for these parameters: the rule with the most attributes of which all match (the
    /// first of several), else the one marked as default, else one without attributes.
    pub(crate) fn rule_for(self, parameters: &Map<String, Value>) -> Option<Rule> {
        let mut best: Option<(usize, Rule)> = None;
        let mut default = None;
        let mut unconditional = None;
        for (rule, attributes) in self.rules() {
            let mut conditions = 0;
            let mut all_match = true;
            for attribute in attributes.into_iter().flatten() {
                if is_default_mark(attribute) {
                    default.get_or_insert(rule);
                    continue;
                }
                let (name, wanted) = attribute;
                conditions += 1;
                all_match &= parameters
                    .get(name)
                    .is_some_and(|given| as_text(given) == as_text(wanted));
            }
            if conditions == 0 {
                unconditional.get_or_insert(rule);
            } else if all_match && best.is_none_or(|(most, _)| conditions > most) {
                best = Some((conditions, rule));
            }
        }
        best.map(|(_, rule)| rule).or(default).or(unconditional)
    }
}

fn name(field: &Value) -> Option<&str> {
    field.get("field")?.as_str()
}

/// Whether a field exists only in the user interface.
fn is_virtual(field: &Value) -> bool {
    field.get("is_ui_virtual").and_then(Value::as_bool) == Some(true)
}

/// The parameters that a virtual field is mapped to, each with a value that the service takes: the
/// `target_param` of a mapping rule, or the field's own name where the rule names none.
fn targets(field: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let rules = field
        .get("value_mapping")
        .and_then(|mapping| mapping.get("mapping_rules"))
        .and_then(Value::as_array);
    rules.into_iter().flatten().filter_map(move |rule| {
        let target = rule.get("target_param").and_then(Value::as_str);
        Some((target.or_else(|| name(field))?, rule.get("target_value")?))
    })
}

/// The attribute that marks the fallback rule; it is no condition and no parameter.
pub(super) fn is_default_mark((name, value): (&String, &Value)) -> bool {
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

    fn first_leaf(tree: &Value) -> Leaf<'_> {
        let mut leaves = Vec::new();
        collect(tree, &mut leaves);
        leaves[0]
    }

    /// The points of a model with these rules for these parameters.
    fn points(rules: &Value, parameters: Value) -> Option<u64> {
        let tree = json!([{ "type": 3, "credit_rules": rules }]);
        let rule = first_leaf(&tree).rule_for(parameters.as_object().unwrap())?;
        Some(rule.points)
    }

    #[test]
    fn the_most_specific_rule_sets_the_price() {
        let rules = json!([
            { "points": 5, "attribute_id": 1, "attributes": { "default": "enabled" } },
            { "points": 7, "attribute_id": 2, "attributes": { "mode": "PRO" } },
            { "points": 9, "attribute_id": 3, "attributes": { "mode": "pro", "size": 4 } },
            { "points": 8, "attribute_id": 4, "attributes": { "mode": "pro" } },
        ]);
        assert_eq!(points(&rules, json!({})), Some(5));
        assert_eq!(points(&rules, json!({ "mode": "std" })), Some(5));
        assert_eq!(points(&rules, json!({ "mode": "pro" })), Some(7));
        assert_eq!(
            points(&rules, json!({ "mode": "Pro", "size": "4" })),
            Some(9)
        );
    }

    #[test]
    fn the_default_rule_is_only_a_fallback_even_if_it_has_attributes_or_stands_last() {
        let rules = json!([
            { "points": 3, "attribute_id": 1, "attributes": {} },
            { "points": 7, "attribute_id": 2, "attributes": { "mode": "pro" } },
            { "points": 5, "attribute_id": 3,
              "attributes": { "default": "enabled", "mode": "std", "size": 1 } },
        ]);
        assert_eq!(points(&rules, json!({ "mode": "pro" })), Some(7));
        assert_eq!(points(&rules, json!({ "mode": "std", "size": 1 })), Some(5));
        assert_eq!(points(&rules, json!({ "mode": "other" })), Some(5));
    }

    #[test]
    fn without_a_default_rule_only_a_full_match_has_a_price() {
        let rules = json!([
            { "points": 6, "attribute_id": 1, "attributes": { "mode": "std", "size": 1 } },
        ]);
        assert_eq!(points(&rules, json!({ "mode": "std", "size": 2 })), None);
        assert_eq!(points(&rules, json!({ "mode": "std", "size": 1 })), Some(6));
        let unconditional = json!([{ "points": 4, "attribute_id": 1 }]);
        assert_eq!(points(&unconditional, json!({})), Some(4));
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
    fn a_virtual_field_is_known_by_its_targets_and_their_values() {
        let tree = json!([{ "type": 3, "form_config": [
            { "field": "quality", "is_ui_virtual": true, "ui_params": [{ "field": "level" }],
              "value_mapping": { "mapping_rules": [
                { "source_values": { "level": "good" }, "target_param": "mode", "target_value": 1 },
                { "source_values": { "level": "best" }, "target_value": "Best" },
              ] } },
            { "field": "unmapped", "is_ui_virtual": true, "value": "x" },
            { "field": "plain", "is_ui_virtual": false },
        ] }]);
        let leaf = first_leaf(&tree);
        let known = |names: [&'static str; 5]| names.map(|name| leaf.knows(name));
        assert_eq!(
            known(["mode", "quality", "plain", "level", "unmapped"]),
            [true, true, true, false, false]
        );
        let miss = Some(ValueProblem::NotAnOption);
        assert_eq!(leaf.problem("mode", &json!("1")), None);
        assert_eq!(leaf.problem("quality", &json!("best")), None);
        assert_eq!(leaf.problem("mode", &json!("best")), miss);
        assert_eq!(leaf.problem("mode", &Value::Null), None);
        assert_eq!(leaf.problem("plain", &json!("anything")), None);
    }
}
