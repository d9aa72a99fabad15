//! What is bought: the offer that the user was told, the purchase that may be paid, the task that is.

use crate::catalogue::Estimate;
use crate::outcome::Alternative;
use crate::prelude::*;
use crate::quote::Quote;
use crate::request::{Request, TaskType};
use ima_wire::idempotency::IdempotencyKey;
use serde::{Deserialize, Serialize};

/// A model and its price, with what the messages about it need.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Offer {
    pub model_id: String,
    pub model_name: String,
    pub points: u32,
    pub estimate: Estimate,
    /// What to suggest if it fails.
    #[serde(default)]
    pub alternatives: Vec<Alternative>,
}

/// What a create request is about to buy, or may have bought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Purchase {
    pub request: Request,
    pub key: IdempotencyKey,
    pub offer: Offer,
    /// The id of a task that an unclear answer named. The service is asked for it before anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<String>,
}

/// A paid task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Task {
    pub task: TaskType,
    pub id: String,
    pub model_id: String,
    pub model_name: String,
    pub points: u32,
    pub estimate: Estimate,
    /// What to suggest if it fails.
    #[serde(default)]
    pub alternatives: Vec<Alternative>,
}

impl Offer {
    pub(crate) fn of(quote: &Quote, alternatives: Vec<Alternative>) -> Self {
        Self {
            model_id: quote.model_id().to_owned(),
            model_name: quote.model_name().to_owned(),
            points: quote.points(),
            estimate: quote.estimate(),
            alternatives,
        }
    }

    /// What is known of a request that was never priced here.
    pub(crate) fn as_asked(request: &Request) -> Self {
        let model_id = request.model();
        Self {
            model_id: model_id.to_owned(),
            model_name: model_id.to_owned(),
            points: 0,
            estimate: Estimate::usual(request.task, model_id),
            alternatives: Vec::new(),
        }
    }
}

impl Task {
    pub(crate) fn new(task: TaskType, id: String, offer: Offer) -> Self {
        Self {
            task,
            id,
            model_id: offer.model_id,
            model_name: offer.model_name,
            points: offer.points,
            estimate: offer.estimate,
            alternatives: offer.alternatives,
        }
    }
}
