//! Between the types of `wit/` and those of `ima-core`.

use crate::bindings::exports::ima::studio::types as wit;
use ima_core::{catalogue, event, outcome, quote, request};

impl From<wit::TaskType> for request::TaskType {
    fn from(task: wit::TaskType) -> Self {
        match task {
            wit::TaskType::TextToMusic => Self::TextToMusic,
            wit::TaskType::TextToSpeech => Self::TextToSpeech,
        }
    }
}

impl From<wit::Language> for request::Language {
    fn from(language: wit::Language) -> Self {
        match language {
            wit::Language::En => Self::En,
            wit::Language::Zh => Self::Zh,
        }
    }
}

impl TryFrom<wit::Request> for request::Request {
    type Error = request::InvalidValue;

    /// Fails where the value of a parameter is not JSON.
    fn try_from(request: wit::Request) -> Result<Self, Self::Error> {
        let parameter = |parameter: wit::Parameter| match serde_json::from_str(&parameter.value) {
            Ok(value) => Ok(request::Parameter {
                name: parameter.name,
                value,
            }),
            Err(_) => Err(request::InvalidValue::new(
                &parameter.name,
                &parameter.value,
                "JSON, for example \"text\" in quotes, 5 or true",
            )),
        };
        Ok(Self {
            task: request.task.into(),
            prompt: request.prompt,
            model_id: request.model_id,
            version_id: request.version_id,
            parameters: request
                .parameters
                .into_iter()
                .map(parameter)
                .collect::<Result<_, _>>()?,
            budget: request.budget,
            language: request.language.into(),
        })
    }
}

impl From<request::InvalidValue> for wit::InvalidValue {
    fn from(invalid: request::InvalidValue) -> Self {
        Self {
            field: invalid.field,
            given: invalid.given,
            allowed: invalid.allowed,
        }
    }
}

impl From<request::InvalidValue> for wit::Error {
    fn from(invalid: request::InvalidValue) -> Self {
        Self::Invalid(invalid.into())
    }
}

impl From<catalogue::Estimate> for wit::Estimate {
    fn from(estimate: catalogue::Estimate) -> Self {
        Self {
            min_seconds: estimate.min_seconds,
            max_seconds: estimate.max_seconds,
        }
    }
}

impl From<&quote::Quote> for wit::Quote {
    fn from(quote: &quote::Quote) -> Self {
        Self {
            model_id: quote.model_id().to_owned(),
            version_id: quote.version_id().to_owned(),
            model_name: quote.model_name().to_owned(),
            points: quote.points(),
            attribute_id: quote.attribute_id().get(),
            estimate: quote.estimate().into(),
            body: quote.body(),
        }
    }
}

impl From<catalogue::Leaf> for wit::Model {
    fn from(leaf: catalogue::Leaf) -> Self {
        let points = || leaf.rules.iter().map(|rule| rule.points);
        Self {
            points_min: points().min(),
            points_max: points().max(),
            model_id: leaf.model_id,
            version_id: leaf.version_id,
            name: leaf.name,
            estimate: leaf.estimate.into(),
            fields: leaf.fields.into_iter().map(wit::FormField::from).collect(),
        }
    }
}

impl From<catalogue::Field> for wit::FormField {
    fn from(field: catalogue::Field) -> Self {
        Self {
            name: field.name,
            label: field.label,
            kind: field.kind,
            default: (!field.default.is_null()).then(|| field.default.to_string()),
            options: field.options.iter().map(ToString::to_string).collect(),
            minimum: field.minimum,
            maximum: field.maximum,
        }
    }
}

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
            Cause::NoPrice => Self::NoPrice,
            Cause::Refused { code, detail } => Self::Refused(wit::Refusal { code, detail }),
            Cause::RateLimited => Self::RateLimited,
            Cause::Unavailable => Self::Unavailable,
            Cause::Network => Self::Network,
            Cause::OutcomeUnknown => Self::OutcomeUnknown,
            Cause::TaskFailed => Self::TaskFailed,
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
            task_id: failure.task_id,
            medias: failure.medias.into_iter().map(wit::Media::from).collect(),
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

impl From<event::Event> for wit::Event {
    fn from(event: event::Event) -> Self {
        use event::Event;
        match event {
            Event::Checkpoint(checkpoint) => Self::Checkpoint(wit::Checkpoint {
                state: match checkpoint.state {
                    event::CheckpointState::Creating => wit::CheckpointState::Creating,
                    event::CheckpointState::Waiting => wit::CheckpointState::Waiting,
                },
                task_id: checkpoint.task_id,
                continuation: checkpoint.continuation,
            }),
            Event::Message(message) => Self::Message(wit::Message {
                kind: match message.kind {
                    event::MessageKind::Reply => wit::MessageKind::Reply,
                    event::MessageKind::Push => wit::MessageKind::Push,
                },
                step: message.step,
                text: message.text,
                media: message.media,
            }),
            Event::Started(started) => Self::Started(wit::Started {
                model_id: started.model_id,
                model_name: started.model_name,
                points: started.points,
                estimate: started.estimate.into(),
            }),
            Event::Progress(progress) => Self::Progress(wit::Progress {
                percent: progress.percent,
                elapsed_ms: progress.elapsed,
                estimated_max_ms: progress.estimated_max,
            }),
            Event::Fault(fault) => Self::Fault(wit::Fault {
                phase: match fault.phase {
                    event::Phase::Listing => wit::Phase::Listing,
                    event::Phase::Creating => wit::Phase::Creating,
                    event::Phase::Waiting => wit::Phase::Waiting,
                },
                status: fault.status,
                retry_ms: fault.retry,
            }),
            Event::Finished(outcome) => Self::Finished(outcome.into()),
        }
    }
}
