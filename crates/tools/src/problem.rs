//! Why a tool has no answer, and whether points were spent.

use ima_core::outcome::{Cause, Charge, Failure, TaskFault};
use serde::Serialize;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A word for programs.
    pub code: String,
    /// Whether points were spent: `no`, `yes` or `unknown`.
    pub charge: String,
    /// What went wrong, in a sentence.
    pub message: String,
    /// What to do about it.
    pub advice: String,
}

impl Problem {
    /// Something that cost nothing.
    pub(crate) fn unspent(code: &str, message: impl Into<String>, advice: &str) -> Self {
        Self {
            code: code.to_owned(),
            charge: "no".to_owned(),
            message: message.into(),
            advice: advice.to_owned(),
        }
    }

    /// A value that can't be used.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::unspent("invalid", message, "Correct the value and call again.")
    }

    /// There is no gateway.
    pub(crate) fn without_gateway() -> Self {
        Self::unspent(
            "no_gateway",
            "Nothing can be bought from here: the tools hold no key, and there is no gateway.",
            "Ask the person to run `ima gateway` on this machine and to give this host the address that it prints \
             as IMA_BASE_URL.",
        )
    }

    /// The gateway can't be reached, or doesn't answer as one.
    pub(crate) fn gateway_gone() -> Self {
        Self::unspent(
            "gateway_unreachable",
            "The gateway doesn't answer.",
            "Ask the person whether `ima gateway` runs, and whether this host may reach its address. Then call \
             again: nothing is bought twice.",
        )
    }

    /// Nobody knows whether it was paid.
    pub(crate) fn in_doubt() -> Self {
        Self {
            code: "in_doubt".to_owned(),
            charge: "unknown".to_owned(),
            message: "The purchase was sent, and no clear answer came: the points may be spent.".to_owned(),
            advice: "Call check with the same id in a minute. Don't buy the same again: tell the person to look at \
                     their works and points, and at `ima jobs`."
                .to_owned(),
        }
    }
}

/// A generation, a quote or a list that failed.
impl From<&Failure> for Problem {
    fn from(failure: &Failure) -> Self {
        if failure.charge == Charge::Unknown {
            return Self::in_doubt();
        }
        let message = match &failure.cause {
            Cause::Invalid(invalid) => format!(
                "The value {:?} of {} can't be used: it should be {}.",
                invalid.given, invalid.field, invalid.allowed
            ),
            Cause::UnknownModel(known) => {
                format!("There is no such model. There are: {}.", known.join(", "))
            }
            _ => failure.message.clone(),
        };
        let (code, advice) = class(&failure.cause);
        let advice = match &failure.help {
            Some(page) => format!("{advice} {page}"),
            None => advice.to_owned(),
        };
        Self {
            code: code.to_owned(),
            charge: match failure.charge {
                Charge::Yes => "yes",
                Charge::No | Charge::Unknown => "no",
            }
            .to_owned(),
            message,
            advice,
        }
    }
}

/// A word for a cause, and what to do about it.
fn class(cause: &Cause) -> (&'static str, &'static str) {
    match cause {
        Cause::Unauthorized => ("unauthorized", "The person has to mend the gateway's key:"),
        Cause::InsufficientPoints => ("insufficient_points", "The person can buy points:"),
        Cause::SubscriptionRequired => (
            "subscription_required",
            "The person can look at the account:",
        ),
        Cause::UnknownModel(_) => ("unknown_model", "Call models and choose one."),
        Cause::Invalid(_) => ("invalid", "Correct the value and call again."),
        Cause::OverBudget { .. } | Cause::PriceChanged { .. } => (
            "over_budget",
            "Call quote again and show the person the new price.",
        ),
        Cause::NoPrice => ("no_price", "Choose another model."),
        Cause::Refused { .. } => ("refused", "Change the request and call quote again."),
        Cause::RateLimited => ("rate_limited", "Call again in a minute."),
        Cause::Unavailable | Cause::Network => ("unavailable", "Call again in a minute."),
        Cause::OutcomeUnknown => ("in_doubt", "Don't buy the same again."),
        Cause::TaskFailed(TaskFault::Content) => ("content_refused", "Change the text."),
        Cause::TaskFailed(TaskFault::TooLong) => ("text_too_long", "Shorten the text."),
        Cause::TaskFailed(_) => ("failed", "Tell the person: the service gave up on it."),
        Cause::UnknownTask => ("unknown_job", "The person can look at their works:"),
        Cause::Deadline | Cause::Cancelled => ("not_finished", "Call check again later."),
    }
}
