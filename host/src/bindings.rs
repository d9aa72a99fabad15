//! The contract in `wit/`, world `machine`, as wasmtime generates it.
#![allow(
    missing_docs,
    unreachable_pub,
    reason = "generated; the documentation is that of the WIT items"
)]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "machine",
    exports: { default: async },
    additional_derives: [PartialEq, serde::Serialize, serde::Deserialize],
});

pub(crate) use exports::ima::studio::machines;
/// The contract's own request, which a [`Request`](crate::Request) becomes.
pub(crate) use exports::ima::studio::types::{Parameter, Request};

/// The data of the contract `ima:studio` 0.2.0: events, outcomes and what they hold.
///
/// These types are bound to the version of the contract: with the next one they may gain cases and
/// fields. `serde` writes them with the names that they have here.
pub mod types {
    pub use super::exports::ima::studio::preferences::{PreferencesError, Preferred};
    pub use super::exports::ima::studio::types::Parameter;
    pub use super::exports::ima::studio::types::{
        Alternative, Amendment, Attempt, Cause, Charge, Checkpoint, CheckpointState, Error,
        Estimate, Event, Failure, Fault, FormField, InvalidValue, KnownBy, Language, Media,
        Message, MessageKind, Model, MusicOptions, OnMismatch, Options, Outcome, OverBudget, Phase,
        Price, PriceChange, Progress, Quote, Refusal, SpeechOptions, SpeechStyle, Started, Success,
        TaskFault, TaskType, UnknownParameters, VocalGender,
    };
    pub use super::exports::ima::studio::understanding::{
        About, Cheapest, Choice, Gender, Interpretation, Need, PreferenceWish, Question, Scene,
        Voice, VoiceWish,
    };

    impl Preferred {
        /// A model that is taken just now, at this price in points.
        pub fn now(model_id: &str, model_name: &str, credit: u32) -> Self {
            let now = jiff::Timestamp::now();
            Self {
                model_id: model_id.to_owned(),
                model_name: model_name.to_owned(),
                credit,
                last_used: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            }
        }
    }

    impl Outcome {
        /// The task that it is of, where there is one.
        pub(crate) fn task_id(&self) -> Option<&str> {
            match self {
                Self::Success(success) => Some(&success.task_id),
                Self::Failure(failure) => failure.task_id.as_deref(),
            }
        }
    }

    impl Cause {
        /// Its name in the contract, for logs and for programs.
        pub const fn name(&self) -> &'static str {
            match self {
                Self::Unauthorized => "unauthorized",
                Self::InsufficientPoints => "insufficient-points",
                Self::SubscriptionRequired => "subscription-required",
                Self::UnknownModel(_) => "unknown-model",
                Self::Invalid(_) => "invalid",
                Self::OverBudget(_) => "over-budget",
                Self::PriceChanged(_) => "price-changed",
                Self::NoPrice => "no-price",
                Self::Refused(_) => "refused",
                Self::RateLimited => "rate-limited",
                Self::Unavailable => "unavailable",
                Self::Network => "network",
                Self::OutcomeUnknown => "outcome-unknown",
                Self::TaskFailed(_) => "task-failed",
                Self::UnknownTask => "unknown-task",
                Self::Deadline => "deadline",
                Self::Cancelled => "cancelled",
                Self::Other(_) => "other",
            }
        }
    }

    impl Default for MusicOptions {
        /// Everything at the model's defaults.
        fn default() -> Self {
            Self {
                lyrics: None,
                auto_lyrics: None,
                instrumental: None,
                tags: None,
                negative_tags: None,
                vocal_gender: None,
                title: None,
                description: None,
                custom_mode: None,
                engine: None,
            }
        }
    }

    impl Default for SpeechOptions {
        /// Everything at the model's defaults.
        fn default() -> Self {
            Self {
                speaker: None,
                emotion: None,
                rate: None,
                volume: None,
                style: None,
                ssml: None,
                explicit_language: None,
                context_texts: Vec::new(),
            }
        }
    }
}
