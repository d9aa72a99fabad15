//! The service's answer format `{code, message, data}` and its business codes.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// The business code of success.
pub(crate) const SUCCESS: i64 = 0;
/// A request that lacks something or has a value that is not offered.
pub(crate) const BAD_REQUEST: i64 = 400;
/// A missing or unknown key.
pub(crate) const UNAUTHORIZED: i64 = 401;
/// No such task, or no such address.
pub(crate) const NOT_FOUND: i64 = 404;
/// The account has too few points.
pub(crate) const INSUFFICIENT_POINTS: i64 = 4008;
/// `credit` or `cast` is not the price.
pub(crate) const CREDIT_MISMATCH: i64 = 6006;
/// No rule fits the parameters.
pub(crate) const NO_RULE_MATCH: i64 = 6009;
/// The attribute id is that of another rule.
pub(crate) const ATTRIBUTE_MISMATCH: i64 = 6010;
/// Too many requests.
const TOO_MANY_REQUESTS: i64 = 429;
/// The model is not there at present.
const UNAVAILABLE: i64 = 503;
/// The model needs a subscription.
const SUBSCRIPTION_REQUIRED: i64 = 4014;

/// What the service says, with code 400, of an attribute id that it does not know.
pub(crate) const INVALID_ATTRIBUTE: &str = "Invalid product attribute";
/// What the service says, with code 400, of lyrics that it cannot read.
pub(crate) const INVALID_LYRICS: &str = "Invalid lyrics format";
/// What the service says, with code 400, of a prompt that is too short or too long.
pub(crate) const INVALID_PROMPT_LENGTH: &str = "Prompt length invalid";

/// What the service says with a business code.
pub(crate) fn message(code: i64) -> &'static str {
    match code {
        SUCCESS => "success",
        BAD_REQUEST => "Bad request",
        UNAUTHORIZED => "Unauthorized",
        NOT_FOUND => "Not found",
        TOO_MANY_REQUESTS => "Rate limit exceeded",
        UNAVAILABLE => "Model not available",
        INSUFFICIENT_POINTS => "Insufficient points",
        SUBSCRIPTION_REQUIRED => "Subscription required",
        CREDIT_MISMATCH => "Credit mismatch, billing failure",
        NO_RULE_MATCH => "No exact rule match found for parameters",
        ATTRIBUTE_MISMATCH => "Attribute ID does not match",
        _ => "Unknown error",
    }
}

/// A request that was not acted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The HTTP status of the answer.
    pub(crate) status: StatusCode,
    /// The business code.
    pub(crate) code: i64,
    /// What the service says.
    pub(crate) message: String,
}

impl Refusal {
    /// A business refusal, under HTTP status 200.
    pub(crate) fn new(code: i64, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::OK,
            code,
            message: message.into(),
        }
    }

    /// A business refusal with the message of its code.
    pub(crate) fn of(code: i64) -> Self {
        Self::new(code, message(code))
    }

    /// Business code 400 with the reason.
    pub(crate) fn bad_request(reason: &str) -> Self {
        Self::new(BAD_REQUEST, format!("{}: {reason}", message(BAD_REQUEST)))
    }

    /// The same refusal under another HTTP status.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// A missing or unknown key: HTTP 401.
    pub(crate) fn unauthorized() -> Self {
        Self::of(UNAUTHORIZED).with_status(StatusCode::UNAUTHORIZED)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, envelope(self.code, &self.message, Value::Null)).into_response()
    }
}

/// The answer of an accepted request.
pub(crate) fn success(data: Value) -> Json<Value> {
    envelope(SUCCESS, message(SUCCESS), data)
}

/// An answer with any business code.
pub(crate) fn envelope(code: i64, message: &str, data: Value) -> Json<Value> {
    Json(json!({ "code": code, "message": message, "data": data }))
}
