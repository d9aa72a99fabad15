//! The models that the service offers, walked out of its product tree.

mod engine;
#[cfg(test)]
pub(crate) mod fixtures;
mod mapping;
mod rule;

pub use mapping::{Choice, Mapping};
pub use rule::Rule;

use crate::api::product::{self, CreditRule, FormField, Node};
use crate::prelude::*;
use crate::request::{TaskType, whole_number};
use serde_json::Value;

pub(crate) use engine::{ENGINE, newest as newest_engine};
pub(crate) use rule::same;

/// How long a model usually needs, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The lower bound.
    pub min_seconds: u32,
    /// The upper bound.
    pub max_seconds: u32,
}

/// The models of one task type, in document order.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    /// The models. The same `model_id` twice is two versions, the newest last.
    pub leaves: Vec<Leaf>,
}

/// A model that can be asked for: a type "3" node of the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// The model.
    pub model_id: String,
    /// Its version: the `id` of the node, and the outer `model_version` of a create request.
    pub version_id: String,
    /// Its name as the user should see it.
    pub name: String,
    /// How long it usually needs: the `EET` tag, else the table of the requirements.
    pub estimate: Estimate,
    /// Its form.
    pub fields: Vec<Field>,
    /// Its prices, the default one first where the service keeps its habit.
    pub rules: Vec<Rule>,
}

/// A field of a model's form.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The parameter that it sets.
    pub name: String,
    /// The label, in the language of the list.
    pub label: String,
    /// The kind of control, as the service calls it.
    pub kind: String,
    /// The default; `Null` where there is none.
    pub default: Value,
    /// The accepted values; empty where any value is.
    pub options: Vec<Value>,
    /// The fewest characters.
    pub minimum: Option<u32>,
    /// The most characters.
    pub maximum: Option<u32>,
    /// How the field becomes another one, where it is only for a person's eyes.
    pub mapping: Option<Mapping>,
}

impl Catalogue {
    /// Reads the `data` of a product list. `None` where it is not a list of nodes.
    pub fn read(task: TaskType, data: &str) -> Option<Self> {
        let mut leaves = Vec::new();
        for node in product::roots(data)? {
            collect(task, node, &mut leaves);
        }
        Some(Self { leaves })
    }

    /// The leaf of a model: the pinned version, else the last in document order.
    pub fn find(&self, model_id: &str, version_id: Option<&str>) -> Option<&Leaf> {
        self.leaves.iter().rev().find(|leaf| {
            leaf.model_id == model_id && version_id.is_none_or(|id| leaf.version_id == id)
        })
    }

    /// The ids of the models, each once, in document order.
    pub fn model_ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for leaf in &self.leaves {
            if !ids.contains(&leaf.model_id) {
                ids.push(leaf.model_id.clone());
            }
        }
        ids
    }
}

fn collect(task: TaskType, node: Node<'_>, leaves: &mut Vec<Leaf>) {
    if node.kind.integer() == Some(3) {
        leaves.extend(leaf(task, &node));
    }
    for child in node.children {
        collect(task, child, leaves);
    }
}

/// A node without a model id cannot be asked for and is left out.
fn leaf(task: TaskType, node: &Node<'_>) -> Option<Leaf> {
    let model_id = node.model_id.text()?;
    let eet = node.tags.iter().find(|tag| tag.tag_type.is("EET"));
    let live = eet.and_then(|tag| Estimate::parse(&tag.tag_value.text()?));
    Some(Leaf {
        version_id: node.id.text().unwrap_or_else(|| model_id.clone()),
        name: node.name.text().unwrap_or_else(|| model_id.clone()),
        estimate: live.unwrap_or_else(|| Estimate::usual(task, &model_id)),
        fields: fields(&node.form_config),
        rules: rules(&node.credit_rules),
        model_id,
    })
}

fn fields(form: &[FormField<'_>]) -> Vec<Field> {
    let field = |field: &FormField<'_>| {
        let name = field.field.text()?;
        Some(Field {
            label: field.label.text().unwrap_or_else(|| name.clone()),
            kind: field.kind.text().unwrap_or_default(),
            default: field.value.clone(),
            options: field.options.iter().map(|o| o.value.clone()).collect(),
            minimum: limit(&field.config, "minimum"),
            maximum: limit(&field.config, "maximum"),
            mapping: field
                .is_ui_virtual
                .truthy()
                .then(|| Mapping::read(&name, &field.ui_params, &field.value_mapping)),
            name,
        })
    };
    form.iter().filter_map(field).collect()
}

fn limit(config: &Value, name: &str) -> Option<u32> {
    config.get(name).and_then(whole_number)?.try_into().ok()
}

fn rules(rules: &[CreditRule<'_>]) -> Vec<Rule> {
    let rule = |rule: &CreditRule<'_>| {
        Some(Rule {
            points: rule.points.unsigned()?,
            attribute_id: rule.attribute_id.unsigned().unwrap_or(0),
            attributes: rule.attributes.0.clone(),
        })
    };
    rules.iter().filter_map(rule).collect()
}

impl Estimate {
    /// Reads an `EET` tag such as `90~150s`.
    fn parse(tag: &str) -> Option<Self> {
        let (min, max) = tag.trim().trim_end_matches(['s', 'S']).split_once('~')?;
        let estimate = Self {
            min_seconds: min.trim().parse().ok()?,
            max_seconds: max.trim().parse().ok()?,
        };
        (estimate.min_seconds <= estimate.max_seconds && estimate.max_seconds > 0)
            .then_some(estimate)
    }

    /// The estimate where the service gives none (music: "Estimated Generation Time per Model";
    /// speech: "a few seconds to tens of seconds").
    fn usual(task: TaskType, model_id: &str) -> Self {
        let (min_seconds, max_seconds) = match (task, model_id) {
            (TaskType::TextToMusic, "GenBGM" | "GenSong") => (10, 25),
            (TaskType::TextToMusic, _) => (20, 45),
            (TaskType::TextToSpeech, _) => (5, 30),
        };
        Self {
            min_seconds,
            max_seconds,
        }
    }
}

#[cfg(test)]
mod tests;
