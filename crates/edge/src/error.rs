//! Errors in the shape that clients of OpenAI read, with what was charged beside it.

use crate::http::Response;
use crate::prelude::*;
use alloc::boxed::Box;
use ima_core::outcome::{Alternative, Cause, Charge, Failure, TaskFault};
use ima_core::request::{InvalidValue, Language};
use serde_json::{Value, json};

/// The `type` of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The request can't be used.
    InvalidRequest,
    /// The key is missing or wrong.
    Authentication,
    /// The key may not do this.
    Permission,
    /// The points don't suffice.
    Quota,
    /// Too many requests.
    RateLimit,
    /// The service, or the way to it.
    Server,
    /// It took too long.
    Timeout,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request_error",
            Self::Authentication => "authentication_error",
            Self::Permission => "permission_error",
            Self::Quota => "insufficient_quota",
            Self::RateLimit => "rate_limit_error",
            Self::Server => "server_error",
            Self::Timeout => "timeout_error",
        }
    }
}

/// An error of the API.
#[derive(Clone, Debug)]
pub(crate) struct ApiError(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    /// The HTTP status.
    status: u16,
    kind: Kind,
    /// A word for programs.
    code: &'static str,
    message: String,
    param: Option<String>,
    charge: &'static str,
    help: Option<String>,
    alternatives: Vec<Alternative>,
    job: Option<Value>,
    /// Whether asking again is safe and may help.
    retry: bool,
}

impl ApiError {
    /// An error for which nothing was charged and that no retry mends.
    pub(crate) fn new(status: u16, kind: Kind, code: &'static str, message: &str) -> Self {
        Self(Box::new(Parts {
            status,
            kind,
            code,
            message: message.to_owned(),
            param: None,
            charge: "no",
            help: None,
            alternatives: Vec::new(),
            job: None,
            retry: false,
        }))
    }

    /// The sentence.
    pub(crate) fn message(self) -> String {
        self.0.message
    }

    /// The HTTP status.
    #[cfg(test)]
    pub(crate) fn status(&self) -> u16 {
        self.0.status
    }

    /// Names the member or header that is meant.
    pub(crate) fn param(mut self, name: &str) -> Self {
        self.0.param = Some(name.to_owned());
        self
    }

    /// Says whether points were charged.
    pub(crate) fn charge(mut self, charge: &'static str) -> Self {
        self.0.charge = charge;
        self
    }

    /// Says where the job is found.
    pub(crate) fn job(mut self, job: Option<Value>) -> Self {
        self.0.job = job;
        self
    }

    /// Says that asking again is safe and may help.
    pub(crate) fn may_be_retried(mut self) -> Self {
        self.0.retry = true;
        self
    }

    /// A value that is not accepted.
    pub(crate) fn invalid(invalid: &InvalidValue, language: Language) -> Self {
        let InvalidValue {
            field,
            given,
            allowed,
        } = invalid;
        let message = match language {
            Language::En => {
                format!("The value {given:?} of {field} can't be used: it should be {allowed}.")
            }
            Language::Zh => format!("参数 {field} 的值“{given}”无法使用，应为：{allowed}。"),
        };
        Self::new(400, Kind::InvalidRequest, "invalid_value", &message).param(field)
    }

    /// A generation, a quote or a list that failed.
    pub(crate) fn failed(failure: &Failure, language: Language) -> Self {
        let mut error = match &failure.cause {
            Cause::Invalid(invalid) => Self::invalid(invalid, language),
            Cause::UnknownModel(known) => {
                let message = match language {
                    Language::En => {
                        format!("There is no such model. There are: {}.", known.join(", "))
                    }
                    Language::Zh => format!("没有这个模型。可用的模型：{}。", known.join("、")),
                };
                Self::new(404, Kind::InvalidRequest, "model_not_found", &message).param("model")
            }
            cause => {
                let (status, kind, code) = class(cause);
                Self::new(status, kind, code, &failure.message)
            }
        };
        error.0.charge = charge(failure.charge);
        error.0.help.clone_from(&failure.help);
        error.0.alternatives.clone_from(&failure.alternatives);
        error
    }

    /// The member `error` of an answer.
    pub(crate) fn value(&self) -> Value {
        let mut error = json!({
            "message": self.0.message,
            "type": self.0.kind.name(),
            "param": self.0.param,
            "code": self.0.code,
            "charge": self.0.charge,
        });
        if let Value::Object(members) = &mut error {
            if let Some(help) = &self.0.help {
                members.insert("help".to_owned(), json!(help));
            }
            if !self.0.alternatives.is_empty() {
                let others = self.0.alternatives.iter().map(
                    |it| json!({"model": it.model_id, "name": it.model_name, "points": it.points}),
                );
                members.insert("alternatives".to_owned(), others.collect());
            }
            if let Some(job) = &self.0.job {
                members.insert("job".to_owned(), job.clone());
            }
        }
        error
    }

    /// The answer.
    pub(crate) fn response<T>(&self) -> Response<T> {
        let response = Response::json(self.0.status, &json!({"error": self.value()}));
        let response = response.with(
            "x-should-retry",
            if self.0.retry { "true" } else { "false" },
        );
        match (self.0.retry, self.0.status) {
            (true, _) => response.with("retry-after", "5"),
            (false, 401) => response.with("www-authenticate", "Bearer"),
            (false, _) => response,
        }
    }
}

/// The word for what was charged.
pub(crate) fn charge(charge: Charge) -> &'static str {
    match charge {
        Charge::No => "no",
        Charge::Yes => "yes",
        Charge::Unknown => "unknown",
    }
}

/// Status, type and word of a cause. An unknown outcome is a conflict and never a server's error,
/// which clients answer with a retry.
fn class(cause: &Cause) -> (u16, Kind, &'static str) {
    match cause {
        Cause::Unauthorized => (401, Kind::Authentication, "invalid_api_key"),
        Cause::InsufficientPoints => (402, Kind::Quota, "insufficient_points"),
        Cause::SubscriptionRequired => (403, Kind::Permission, "subscription_required"),
        Cause::UnknownModel(_) => (404, Kind::InvalidRequest, "model_not_found"),
        Cause::Invalid(_) => (400, Kind::InvalidRequest, "invalid_value"),
        Cause::OverBudget { .. } => (402, Kind::Quota, "over_budget"),
        Cause::PriceChanged { .. } => (409, Kind::InvalidRequest, "price_changed"),
        Cause::NoPrice => (422, Kind::InvalidRequest, "no_price"),
        Cause::Refused { .. } => (422, Kind::InvalidRequest, "refused"),
        Cause::RateLimited => (429, Kind::RateLimit, "rate_limited"),
        Cause::Unavailable => (503, Kind::Server, "service_unavailable"),
        Cause::Network => (502, Kind::Server, "service_unreachable"),
        Cause::OutcomeUnknown => (409, Kind::Server, "outcome_unknown"),
        Cause::TaskFailed(TaskFault::Content) => (422, Kind::InvalidRequest, "content_refused"),
        Cause::TaskFailed(TaskFault::TooLong) => (422, Kind::InvalidRequest, "text_too_long"),
        Cause::TaskFailed(_) => (502, Kind::Server, "generation_failed"),
        Cause::UnknownTask => (404, Kind::InvalidRequest, "job_not_found"),
        Cause::Deadline => (504, Kind::Timeout, "not_finished"),
        Cause::Cancelled => (503, Kind::Server, "cancelled"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ima_core::inquiry::Inquiry;
    use ima_core::request::TaskType;

    #[test]
    fn an_unknown_outcome_is_a_conflict_that_is_not_retried() {
        let mut failure =
            Inquiry::failure(TaskType::TextToMusic, Language::En, Cause::OutcomeUnknown);
        failure.charge = Charge::Unknown;
        let error = ApiError::failed(&failure, Language::En);
        let response: Response<()> = error.response();
        assert_eq!(response.status, 409);
        assert!(
            response
                .headers
                .contains(&("x-should-retry", "false".to_owned()))
        );
        assert_eq!(error.value()["charge"], "unknown");
        assert_eq!(error.value()["code"], "outcome_unknown");
    }

    #[test]
    fn no_message_holds_what_only_programs_read() {
        let cause = Cause::Refused {
            code: 6009,
            detail: "attribute_id 2737".to_owned(),
        };
        for language in [Language::En, Language::Zh] {
            let failure = Inquiry::failure(TaskType::TextToMusic, language, cause.clone());
            let error = ApiError::failed(&failure, language).value();
            let message = error["message"].as_str().unwrap();
            assert!(
                !message.contains("6009") && !message.contains("attribute"),
                "{message}"
            );
        }
    }
}
