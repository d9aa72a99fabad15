//! The prices of a model, and which one a choice of parameters has.

use super::Leaf;
use crate::prelude::*;
use ima_wire::json::Object;
use serde_json::{Map, Value};

/// One price of a model (`credit_rules`).
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The price, in points.
    pub points: u32,
    /// The service's id of the price; 0 where it is missing.
    pub attribute_id: u64,
    /// The parameters that this price is for.
    pub attributes: Map<String, Value>,
}

impl Rule {
    /// Reads a price; the inner `None` is one without points. Attributes that are no object count
    /// as none.
    pub(super) fn read(rule: &Object<'_>) -> Option<Option<Self>> {
        let points = rule.scalar("points")?.unsigned();
        let attribute_id = rule.scalar("attribute_id")?.unsigned().unwrap_or(0);
        let attributes = match rule.value("attributes")? {
            Value::Object(attributes) => attributes,
            _ => Map::new(),
        };
        Some(points.map(|points| Self {
            points,
            attribute_id,
            attributes,
        }))
    }

    /// Whether this is the fallback price, marked `{"default": "enabled"}`.
    pub fn is_fallback(&self) -> bool {
        self.attributes
            .iter()
            .any(|(name, value)| is_marker(name, value))
    }

    /// The attributes that are parameters: all but the marker of the fallback.
    pub fn parameters(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.attributes
            .iter()
            .filter(|(name, value)| !is_marker(name, value))
    }
}

fn is_marker(name: &str, value: &Value) -> bool {
    name == "default"
        && value
            .as_str()
            .is_some_and(|v| v.eq_ignore_ascii_case("enabled"))
}

impl Leaf {
    /// Whether a price depends on this parameter.
    pub fn is_attribute(&self, name: &str) -> bool {
        let mut attributes = self.rules.iter().flat_map(Rule::parameters);
        attributes.any(|(attribute, _)| attribute == name)
    }

    /// The names of the parameters that the form or a price knows, each once.
    pub fn known_parameters(&self) -> Vec<&str> {
        let mut known: Vec<&str> = Vec::new();
        let attributes = self.rules.iter().flat_map(Rule::parameters);
        let fields = self.fields.iter().map(|field| field.name.as_str());
        for name in fields.chain(attributes.map(|(name, _)| name.as_str())) {
            if !known.contains(&name) {
                known.push(name);
            }
        }
        known
    }

    /// The price of these parameters: the rule whose attributes all match (the one with the most,
    /// where there are several); else the one with the most that match; else the fallback; else
    /// the first.
    pub fn rule_for(&self, parameters: &Map<String, Value>) -> Option<&Rule> {
        let matches = |rule: &&Rule| {
            rule.parameters()
                .filter(|(name, value)| parameters.get(*name).is_some_and(|own| same(own, value)))
                .count()
        };
        let whole = |rule: &&Rule| matches(rule) == rule.parameters().count();
        let specific = |rule: &&Rule| matches(rule) > 0;
        // `max_by_key` keeps the last of equals, hence `rev`: the first rule wins.
        let exact = self.rules.iter().rev().filter(specific).filter(whole);
        let partial = self.rules.iter().rev().filter(specific);
        exact
            .max_by_key(matches)
            .or_else(|| partial.max_by_key(matches))
            .or_else(|| self.default_rule())
    }

    /// The price of the model's defaults: the fallback, else the first.
    pub fn default_rule(&self) -> Option<&Rule> {
        let mut rules = self.rules.iter();
        rules
            .find(|rule| rule.is_fallback())
            .or_else(|| self.rules.first())
    }
}

/// Whether two values are the same to the service: numbers, booleans and strings compared as text,
/// without regard to the case of ASCII letters.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (text(left), text(right)) {
        (Some(left), Some(right)) => left.eq_ignore_ascii_case(&right),
        _ => left == right,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}
