//! What a request would send and what it would cost.

mod check;
mod merge;
mod options;
mod speech;

pub use options::{MusicOptions, SpeechOptions, SpeechStyle, VocalGender};

use crate::catalogue::{Catalogue, Estimate, Leaf};
use crate::event::Started;
use crate::message::Messages;
use crate::outcome::Cause;
use crate::prelude::*;
use crate::request::{InvalidValue, Language, Request, TaskType};
use check::Checked;
use core::num::NonZeroU64;
use ima_wire::untrusted;
use serde_json::{Map, Value, json};

/// A price and the request that goes with it. A create request cannot be built without one.
#[derive(Clone, Debug, PartialEq)]
pub struct Quote {
    task: TaskType,
    model_id: String,
    version_id: String,
    model_name: String,
    /// The name as the service writes it, which the request repeats.
    sent_name: String,
    points: u32,
    attribute_id: NonZeroU64,
    estimate: Estimate,
    parameters: Map<String, Value>,
    dropped: Vec<InvalidValue>,
}

/// How much of what the user asked for a request keeps (music: "3-Layer Retry Strategy").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// All of it.
    AsAsked,
    /// What the form and the prices know.
    KnownOnly,
    /// Nothing but the prompt: the first price with the model's defaults.
    Defaults,
}

/// A quote at a level.
#[derive(Debug)]
pub(crate) struct Priced {
    pub quote: Quote,
    /// The names of the parameters that the level took away.
    pub removed: Vec<String>,
}

impl Quote {
    /// Prices a request against a catalogue.
    ///
    /// Fails with `UnknownModel`, `NoPrice`, `OverBudget` or `Invalid`, before anything is spent.
    pub fn new(request: &Request, catalogue: &Catalogue) -> Result<Self, Cause> {
        Self::at(Level::AsAsked, request, catalogue).map(|priced| priced.quote)
    }

    pub(crate) fn at(
        level: Level,
        request: &Request,
        catalogue: &Catalogue,
    ) -> Result<Priced, Cause> {
        request.check().map_err(Cause::Invalid)?;
        let leaf = &find(request, catalogue)?;
        let defaults = merge::defaults(request.task, leaf);
        let Checked {
            parameters: mut chosen,
            dropped,
        } = check::check(request, leaf).map_err(Cause::Invalid)?;
        let mut removed = Vec::new();
        let known = match level {
            Level::KnownOnly => leaf.known_parameters(),
            Level::AsAsked | Level::Defaults => Vec::new(),
        };
        chosen.retain(|name, _| {
            let kept = match level {
                Level::AsAsked => true,
                Level::KnownOnly => name == "n" || known.contains(&name.as_str()),
                Level::Defaults => false,
            };
            if !kept {
                removed.push(name.clone());
            }
            kept
        });
        let rule = if level == Level::Defaults {
            leaf.rules.first()
        } else {
            let mut matched = defaults.clone();
            matched.extend(chosen.clone());
            leaf.rule_for(&matched)
        };
        let rule = rule.ok_or(Cause::NoPrice)?;
        let attribute_id = NonZeroU64::new(rule.attribute_id).ok_or(Cause::NoPrice)?;
        let parameters = merge::parameters(defaults, rule, chosen, request, attribute_id);
        let quote = Self {
            task: request.task,
            model_id: leaf.model_id.clone(),
            version_id: leaf.version_id.clone(),
            model_name: untrusted::name(&leaf.name),
            sent_name: leaf.name.clone(),
            points: rule.points,
            attribute_id,
            estimate: leaf.estimate,
            parameters,
            dropped,
        };
        let points = quote.most_points();
        if let Some(budget) = request.budget.filter(|budget| *budget < points) {
            return Err(Cause::OverBudget { points, budget });
        }
        Ok(Priced { quote, removed })
    }

    /// The model.
    pub fn model_id(&self) -> &str {
        &self.model_id
    }

    /// Its version.
    pub fn version_id(&self) -> &str {
        &self.version_id
    }

    /// Its name as the user should see it.
    pub fn model_name(&self) -> &str {
        &self.model_name
    }

    /// The price, in points.
    pub fn points(&self) -> u32 {
        self.points
    }

    /// What it costs at the most, in points: the service may count the price once or for each output
    /// (money rule 8).
    pub fn most_points(&self) -> u32 {
        let outputs = self
            .parameters
            .get("n")
            .and_then(Value::as_u64)
            .unwrap_or(1);
        let points = u64::from(self.points).saturating_mul(outputs);
        u32::try_from(points).unwrap_or(u32::MAX)
    }

    /// What the user is told before it is sent.
    pub(crate) fn started(&self) -> Started {
        Started {
            model_id: self.model_id.clone(),
            model_name: self.model_name.clone(),
            points: self.points,
            most_points: self.most_points(),
            estimate: self.estimate,
        }
    }

    /// The service's id of the price.
    pub fn attribute_id(&self) -> NonZeroU64 {
        self.attribute_id
    }

    /// How long the model usually needs.
    pub fn estimate(&self) -> Estimate {
        self.estimate
    }

    /// Unknown parameters that the request allows to leave out.
    pub fn dropped(&self) -> &[InvalidValue] {
        &self.dropped
    }

    /// What it costs, in a phrase for the user (music: "Cost transparency").
    pub fn phrase(&self, language: Language) -> String {
        Messages::new(self.task, language).cost(&self.model_id, &self.model_name, self.points)
    }

    /// The body of the create request, as JSON text (music and speech: "API 2: Create Task").
    pub fn body(&self) -> String {
        json!({
            "task_type": self.task.name(),
            "enable_multi_model": false,
            "src_img_url": [],
            "parameters": [{
                "attribute_id": self.attribute_id,
                "model_id": self.model_id,
                "model_name": self.sent_name,
                "model_version": self.version_id,
                "app": "ima",
                "platform": "web",
                "category": self.task.name(),
                "credit": self.points,
                "parameters": self.parameters,
            }],
        })
        .to_string()
    }
}

fn find(request: &Request, catalogue: &Catalogue) -> Result<Leaf, Cause> {
    let (model, version) = (request.model(), request.version_id.as_deref());
    catalogue.find(model, version).ok_or_else(|| {
        if catalogue.lists(model, version) {
            Cause::NoPrice
        } else {
            Cause::UnknownModel(catalogue.model_ids())
        }
    })
}

#[cfg(test)]
mod tests;
