//! A task that exists and is paid, with what its messages need.

use crate::catalogue::Estimate;
use crate::outcome::Alternative;
use crate::prelude::*;
use crate::quote::Quote;
use crate::request::TaskType;

/// A paid task.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Task {
    pub task: TaskType,
    pub id: String,
    pub model_id: String,
    pub model_name: String,
    pub points: u32,
    pub estimate: Estimate,
    /// What to suggest if it fails.
    pub alternatives: Vec<Alternative>,
}

impl Task {
    pub(crate) fn new(task: TaskType, id: String, quote: &Quote) -> Self {
        Self {
            task,
            id,
            model_id: quote.model_id().to_owned(),
            model_name: quote.model_name().to_owned(),
            points: quote.points(),
            estimate: quote.estimate(),
            alternatives: Vec::new(),
        }
    }
}
