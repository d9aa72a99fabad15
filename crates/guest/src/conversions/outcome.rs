//! Outcomes and their causes, between the types of `wit/types.wit` and those of `ima-core`.

/// A part of [`conversions`](macro@crate::conversions).
#[doc(hidden)]
#[macro_export]
macro_rules! outcome_conversions {
    ($($types:tt)+) => {
        use $($types)+ as wit;
        use $crate::macro_support::ima_core::outcome;

        impl From<outcome::Charge> for wit::Charge {
            fn from(charge: outcome::Charge) -> Self {
                match charge {
                    outcome::Charge::No => Self::No,
                    outcome::Charge::Yes => Self::Yes,
                    outcome::Charge::Unknown => Self::Unknown,
                }
            }
        }

        impl From<outcome::Media> for wit::Media {
            fn from(media: outcome::Media) -> Self {
                Self {
                    url: media.url,
                    duration: media.duration,
                    format: media.format,
                }
            }
        }

        impl From<outcome::Cause> for wit::Cause {
            fn from(cause: outcome::Cause) -> Self {
                use outcome::Cause;
                match cause {
                    Cause::Unauthorized => Self::Unauthorized,
                    Cause::InsufficientPoints => Self::InsufficientPoints,
                    Cause::SubscriptionRequired => Self::SubscriptionRequired,
                    Cause::UnknownModel(known) => Self::UnknownModel(known),
                    Cause::Invalid(invalid) => Self::Invalid(invalid.into()),
                    Cause::OverBudget { points, budget } => {
                        Self::OverBudget(wit::OverBudget { points, budget })
                    }
                    Cause::PriceChanged { points, announced } => {
                        Self::PriceChanged(wit::PriceChange { points, announced })
                    }
                    Cause::NoPrice => Self::NoPrice,
                    Cause::Refused { code, detail } => Self::Refused(wit::Refusal { code, detail }),
                    Cause::RateLimited => Self::RateLimited,
                    Cause::Unavailable => Self::Unavailable,
                    Cause::Network => Self::Network,
                    Cause::OutcomeUnknown => Self::OutcomeUnknown,
                    Cause::TaskFailed(fault) => Self::TaskFailed(match fault {
                        outcome::TaskFault::Resource => wit::TaskFault::Resource,
                        outcome::TaskFault::Status => wit::TaskFault::Status,
                        outcome::TaskFault::Content => wit::TaskFault::ContentRefused,
                        outcome::TaskFault::TooLong => wit::TaskFault::TextTooLong,
                        outcome::TaskFault::Busy => wit::TaskFault::Busy,
                    }),
                    Cause::UnknownTask => Self::UnknownTask,
                    Cause::Deadline => Self::Deadline,
                    Cause::Cancelled => Self::Cancelled,
                }
            }
        }

        impl From<outcome::Failure> for wit::Failure {
            fn from(failure: outcome::Failure) -> Self {
                Self {
                    cause: failure.cause.into(),
                    charge: failure.charge.into(),
                    message: failure.message,
                    help: failure.help,
                    task_id: failure.task_id,
                    medias: failure.medias.into_iter().map(wit::Media::from).collect(),
                    alternatives: failure
                        .alternatives
                        .into_iter()
                        .map(|alternative| wit::Alternative {
                            model_id: alternative.model_id,
                            model_name: alternative.model_name,
                            points: alternative.points,
                        })
                        .collect(),
                    continuation: failure.continuation,
                }
            }
        }

        impl From<outcome::Outcome> for wit::Outcome {
            fn from(outcome: outcome::Outcome) -> Self {
                match outcome {
                    outcome::Outcome::Failure(failure) => Self::Failure(failure.into()),
                    outcome::Outcome::Success(success) => Self::Success(wit::Success {
                        task_id: success.task_id,
                        medias: success.medias.into_iter().map(wit::Media::from).collect(),
                        model_id: success.model_id,
                        model_name: success.model_name,
                        points: success.points,
                        elapsed_ms: success.elapsed,
                    }),
                }
            }
        }
    };
}
