//! Virtual fields: controls for a person that stand for a parameter of the service
//! (`docs/wire.md`, "The product list").

use crate::prelude::*;
use serde_json::{Map, Value};

/// How the controls of a virtual field become one parameter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    /// The controls with their defaults: one, or a group that only means something together.
    pub controls: Map<String, Value>,
    /// What combinations of controls stand for, in the service's order.
    pub choices: Vec<Choice>,
}

/// One combination of controls.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The values of the controls.
    pub controls: Map<String, Value>,
    /// The parameter to send.
    pub parameter: String,
    /// Its value.
    pub value: Value,
}

impl Mapping {
    /// Reads `ui_params` and `value_mapping.mapping_rules` of a field. What has another shape is
    /// left out.
    pub(super) fn read(field: &str, ui_params: &Value, value_mapping: &Value) -> Self {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let mut controls = Map::new();
        for control in list(ui_params) {
            let name = ["field", "id"]
                .iter()
                .find_map(|key| control.get(key)?.as_str());
            if let Some(name) = name.filter(|name| !name.is_empty()) {
                let default = control.get("value").cloned().unwrap_or_default();
                controls.insert(name.to_owned(), default);
            }
        }
        let rules = value_mapping
            .get("mapping_rules")
            .map(list)
            .unwrap_or_default();
        let choice = |rule: &Value| {
            let parameter = rule.get("target_param").and_then(Value::as_str);
            Some(Choice {
                controls: rule.get("source_values")?.as_object()?.clone(),
                parameter: parameter.unwrap_or(field).to_owned(),
                value: rule.get("target_value")?.clone(),
            })
        };
        Self {
            controls,
            choices: rules.iter().filter_map(choice).collect(),
        }
    }

    /// The first choice that these controls make.
    pub fn choose(&self, controls: &Map<String, Value>) -> Option<&Choice> {
        self.choices.iter().find(|choice| {
            choice.controls.iter().all(|(name, value)| {
                controls
                    .get(name)
                    .is_some_and(|own| super::rule::same(own, value))
            })
        })
    }
}
