//! How a generation ends: success, or a failure that tells the truth about the charge.

use crate::Millis;
use crate::prelude::*;
use crate::request::InvalidValue;
use ima_wire::envelope::Refusal;
use serde::{Deserialize, Serialize};

/// Whether points were charged (money rule 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    /// Nothing was charged.
    No,
    /// The points were charged.
    Yes,
    /// It cannot be known from here.
    Unknown,
}

/// One produced audio file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Where to fetch it.
    pub url: String,
    /// Its length as the service words it, for example `60s`.
    pub duration: Option<String>,
    /// Its format, for example `mp3`.
    pub format: Option<String>,
}

/// A finished generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Success {
    /// The service's id of the task.
    pub task_id: String,
    /// Every media of the task. Never empty.
    pub medias: Vec<Media>,
    /// The model.
    pub model_id: String,
    /// Its name.
    pub model_name: String,
    /// What it cost, in points.
    pub points: u32,
    /// Time since the create request.
    pub elapsed: Millis,
}

/// Why a generation ended without audio.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// Code or status 401.
    #[error("the service does not accept the key")]
    Unauthorized,
    /// Code 4008.
    #[error("the account has too few points")]
    InsufficientPoints,
    /// Code 4014.
    #[error("the account's subscription does not cover the request")]
    SubscriptionRequired,
    /// No such model; holds the known ids.
    #[error("no such model; known are {}", .0.join(", "))]
    UnknownModel(Vec<String>),
    /// A value that the model does not accept.
    #[error(transparent)]
    Invalid(InvalidValue),
    /// The price is above the budget.
    #[error("the price of {points} points is above the budget of {budget}")]
    OverBudget {
        /// The price.
        points: u32,
        /// The budget.
        budget: u32,
    },
    /// The price rose between the announcement and the create request.
    #[error("the price rose from {announced} to {points} points")]
    PriceChanged {
        /// The new price.
        points: u32,
        /// The price that the user was told.
        announced: u32,
    },
    /// The model has no rule with an attribute id.
    #[error("the model has no usable price")]
    NoPrice,
    /// The service refused the request.
    #[error("refused with code {code}: {detail}")]
    Refused {
        /// The business code, or the HTTP status where the body has none.
        code: i64,
        /// What the service said. For logs, never for the user.
        detail: String,
    },
    /// Code or status 429.
    #[error("the service asks to slow down")]
    RateLimited,
    /// The service answers with errors, or with nothing that can be read.
    #[error("the service cannot be used at the moment")]
    Unavailable,
    /// The service could not be reached.
    #[error("the service could not be reached")]
    Network,
    /// The create request may have been accepted (money rule 4).
    #[error("the outcome of the create request is unknown")]
    OutcomeUnknown,
    /// The service could not finish the task.
    #[error("the task failed")]
    TaskFailed(TaskFault),
    /// The service says again and again that there is no such task, though it gave its id.
    #[error("the service does not know the task")]
    UnknownTask,
    /// The deadline passed (money rule 6).
    #[error("the deadline passed")]
    Deadline,
    /// The user stopped waiting.
    #[error("cancelled")]
    Cancelled,
}

impl Cause {
    /// Whether another model is worth a try even if none can be named.
    pub(crate) fn suggests_another_model(&self) -> bool {
        matches!(
            self,
            Self::TaskFailed(_)
                | Self::Refused { .. }
                | Self::NoPrice
                | Self::RateLimited
                | Self::Unavailable
        )
    }

    /// Those of the other models that may do what this one didn't (music: "Provide alternatives").
    ///
    /// None if the model isn't the reason: a key, points, a value, the network, a waiting that ended,
    /// or an outcome that nobody knows. Above the budget only those within it.
    pub(crate) fn alternatives(&self, others: &[Alternative]) -> Vec<Alternative> {
        match self {
            Self::OverBudget { budget, .. } => {
                let within = |it: &&Alternative| it.points <= *budget;
                others.iter().filter(within).cloned().collect()
            }
            Self::UnknownModel(_) | Self::PriceChanged { .. } | Self::SubscriptionRequired => {
                others.to_vec()
            }
            _ if self.suggests_another_model() => others.to_vec(),
            _ => Vec::new(),
        }
    }
}

impl From<Refusal> for Cause {
    /// The cause that the code of a refusal stands for.
    fn from(refusal: Refusal) -> Self {
        match refusal.code {
            401 => Self::Unauthorized,
            4008 => Self::InsufficientPoints,
            4014 => Self::SubscriptionRequired,
            429 => Self::RateLimited,
            code => Self::Refused {
                code,
                detail: refusal.detail,
            },
        }
    }
}

/// How the service says that a task failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskFault {
    /// A media failed or was deleted (`resource_status` 2 or 3).
    Resource,
    /// The status says so, without more.
    Status,
    /// The content was refused: a review found it sensitive or not allowed.
    Content,
    /// A text is too long.
    TooLong,
    /// The service was busy or broke down; the same request may succeed later.
    Busy,
}

/// Another model to suggest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// The model.
    pub model_id: String,
    /// Its name.
    pub model_name: String,
    /// Its price, in points.
    pub points: u32,
}

/// A generation that ended without all of its audio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub cause: Cause,
    /// Whether points were charged.
    pub charge: Charge,
    /// What to tell the user. It holds nothing technical and no address.
    pub message: String,
    /// A page where the user can mend the cause, if there is one.
    pub help: Option<String>,
    /// The task, once there is one.
    pub task_id: Option<String>,
    /// Media that were ready all the same.
    pub medias: Vec<Media>,
    /// Other models that the user may want to try.
    pub alternatives: Vec<Alternative>,
    /// What to resume with, wherever a task exists or may exist.
    pub continuation: Option<String>,
}

/// How a generation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With its audio.
    Success(Success),
    /// Without.
    Failure(Failure),
}
