//! What one model is: its name, its form and its prices.

use super::mapping::Mapping;
use super::rule::Rule;
use crate::api::tree::{Part, Place};
use crate::prelude::*;
use crate::request::{TaskType, whole_number};
use ima_wire::json::{self, Object};
use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// How long a model usually needs, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// The lower bound.
    pub min_seconds: u32,
    /// The upper bound.
    pub max_seconds: u32,
}

impl Leaf {
    /// Reads what stands at a place of an answer. `None` where a part is there twice or cannot be
    /// read: then nobody could say what the model costs.
    pub(super) fn read(task: TaskType, place: &Place, answer: &[u8]) -> Option<Self> {
        let text = |part| Some(place.scalar(part, answer)?.text());
        let model_id = text(Part::ModelId)??;
        let mut leaf = Self {
            version_id: text(Part::Id)?.unwrap_or_else(|| model_id.clone()),
            name: text(Part::Name)?.unwrap_or_else(|| model_id.clone()),
            estimate: Estimate::usual(task, &model_id),
            fields: Vec::new(),
            rules: Vec::new(),
            model_id,
        };
        let mut eet = None;
        json::each(place.get(Part::Tags, answer)?, &mut |tag| {
            let value = tag.scalar("tag_value")?;
            if tag.scalar("tag_type")?.is("EET") && eet.is_none() {
                eet = Some(value.text());
            }
            Some(())
        })?;
        if let Some(live) = eet.flatten().and_then(|eet| Estimate::parse(&eet)) {
            leaf.estimate = live;
        }
        json::each(place.get(Part::FormConfig, answer)?, &mut |field| {
            leaf.fields.extend(Field::read(field)?);
            Some(())
        })?;
        json::each(place.get(Part::CreditRules, answer)?, &mut |rule| {
            leaf.rules.extend(Rule::read(rule)?);
            Some(())
        })?;
        Some(leaf)
    }
}

impl Field {
    /// Reads a field; the inner `None` is one without a name.
    fn read(field: &Object<'_>) -> Option<Option<Self>> {
        let name = field.scalar("field")?.text();
        let config = field.value("config")?;
        let limit = |name| config.get(name).and_then(whole_number)?.try_into().ok();
        let mut options = Vec::new();
        json::each(field.get("options")?, &mut |option| {
            options.push(option.value("value")?);
            Some(())
        })?;
        let (label, kind) = (field.scalar("label")?, field.scalar("type")?);
        let default = field.value("value")?;
        let (ui_params, mapping) = (field.value("ui_params")?, field.value("value_mapping")?);
        let is_virtual = field.scalar("is_ui_virtual")?.truthy();
        Some(name.map(|name| Self {
            label: label.text().unwrap_or_else(|| name.clone()),
            kind: kind.text().unwrap_or_default(),
            default,
            options,
            minimum: limit("minimum"),
            maximum: limit("maximum"),
            mapping: is_virtual.then(|| Mapping::read(&name, &ui_params, &mapping)),
            name,
        }))
    }
}

impl Estimate {
    /// Reads an `EET` tag such as `90~150s`.
    pub(super) fn parse(tag: &str) -> Option<Self> {
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
    pub(crate) fn usual(task: TaskType, model_id: &str) -> Self {
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
