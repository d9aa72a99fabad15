//! What is told instead of the service's answer.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use ima_journal::{StoreError, Verdict};
use serde_json::json;

use super::GatewayBody;
use crate::egress::{ExchangeError, Halt};

/// Why there is no answer of the service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("The gateway knows no such path or method.")]
    NoSuchPath,
    #[error("The gateway has no API key. Whoever runs it sets IMA_API_KEY.")]
    NoKey,
    #[error("{points} points are more than one request may spend here ({ceiling}).")]
    OverRequestCeiling { points: u64, ceiling: u64 },
    #[error(
        "{points} points are more than is left for today: {spent} of {ceiling} points are spent."
    )]
    OverDayCeiling {
        points: u64,
        spent: u64,
        ceiling: u64,
    },
    #[error("The service has refused this purchase three times.")]
    Exhausted,
    #[error("The price in the request is not one of the service's. Ask for the price again.")]
    WrongPrice,
    #[error("The purchase can't be recorded, so it was not made.")]
    LedgerUnavailable,
    #[error("The request was not allowed to leave: {0}.")]
    Denied(ExchangeError),
    #[error("The service could not be reached: {0}.")]
    Unreachable(ExchangeError),
    /// A create request that was not sent.
    #[error("The purchase was not sent: {0}.")]
    NotSent(ExchangeError),
    #[error("The service didn't answer in time.")]
    NoAnswer,
    #[error(
        "The purchase was sent, and no clear answer has come. The same purchase is never sent again."
    )]
    InDoubt,
    #[error("This gateway keeps nothing: it has no journal.")]
    NotKept,
    #[error("Too many quotes are kept. Wait until the first of them have expired.")]
    TooMany,
    #[error("There is nothing of this id.")]
    NothingKept,
    #[error("What is to be kept can't be read.")]
    Unreadable,
    #[error("The quote has expired. Ask for a new one.")]
    QuoteExpired,
    #[error("The quote was bought already.")]
    QuoteUsed,
    #[error("Another one is working on this job.")]
    InUse,
}

impl Refusal {
    /// No answer came, though the request left.
    pub(super) fn late(creates: bool) -> Self {
        match creates {
            true => Self::InDoubt,
            false => Self::NoAnswer,
        }
    }

    /// The request certainly did not leave.
    pub(super) fn not_sent(error: ExchangeError, creates: bool) -> Self {
        match error {
            ExchangeError::Denied => Self::Denied(error),
            _ if creates => Self::NotSent(error),
            _ => Self::Unreachable(error),
        }
    }

    /// The ledger or a limit kept it back.
    pub(super) fn halted(halt: &Halt) -> Self {
        match *halt {
            Halt::Ledger(Verdict::OverRequestCeiling { points, ceiling }) => {
                Self::OverRequestCeiling { points, ceiling }
            }
            Halt::Ledger(Verdict::OverDayCeiling {
                spent,
                points,
                ceiling,
            }) => Self::OverDayCeiling {
                points,
                spent,
                ceiling,
            },
            Halt::Ledger(_) => Self::Exhausted,
            Halt::LedgerFailed => Self::LedgerUnavailable,
            Halt::Limit(_) => Self::Denied(ExchangeError::Denied),
        }
    }

    /// HTTP status, code of the envelope, and a word for it.
    fn parts(&self) -> (StatusCode, u16, &'static str) {
        let forbidden = StatusCode::FORBIDDEN;
        match self {
            Self::NoSuchPath => (StatusCode::NOT_FOUND, 4030, "no_such_path"),
            Self::NoKey => (StatusCode::UNAUTHORIZED, 401, "missing_api_key"),
            Self::OverRequestCeiling { .. } | Self::OverDayCeiling { .. } => {
                (forbidden, 4030, "over_budget")
            }
            Self::Exhausted => (forbidden, 4030, "refused"),
            Self::WrongPrice => (forbidden, 4030, "wrong_price"),
            Self::LedgerUnavailable => (forbidden, 4030, "ledger_unavailable"),
            Self::Denied(_) => (forbidden, 4030, "denied"),
            Self::NotSent(_) => (forbidden, 4030, "not_sent"),
            Self::Unreachable(_) => (StatusCode::SERVICE_UNAVAILABLE, 503, "unreachable"),
            Self::NoAnswer => (StatusCode::SERVICE_UNAVAILABLE, 503, "no_answer"),
            Self::InDoubt => (StatusCode::REQUEST_TIMEOUT, 408, "in_doubt"),
            Self::NotKept => (StatusCode::NOT_IMPLEMENTED, 4030, "not_kept"),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, 4030, "too_many_quotes"),
            Self::NothingKept => (StatusCode::NOT_FOUND, 4030, "nothing_kept"),
            Self::Unreadable => (StatusCode::BAD_REQUEST, 4030, "unreadable"),
            Self::QuoteExpired => (StatusCode::GONE, 4030, "quote_expired"),
            Self::QuoteUsed => (StatusCode::CONFLICT, 4030, "quote_used"),
            Self::InUse => (StatusCode::CONFLICT, 4030, "in_use"),
        }
    }

    /// In the service's envelope.
    pub(super) fn response(&self) -> Response<GatewayBody> {
        let (status, code, name) = self.parts();
        let charge = match self {
            Self::InDoubt => "unknown",
            _ => "no",
        };
        let message = self.to_string();
        let envelope = json!({
            "code": code,
            "message": message,
            "refusal": { "name": name, "charge": charge, "message": message },
        });
        json(status, &envelope)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoSuchQuote | StoreError::NoSuchJob(_) => Self::NothingKept,
            StoreError::QuoteExpired => Self::QuoteExpired,
            StoreError::QuoteUsed(_) => Self::QuoteUsed,
            StoreError::InUse(_) => Self::InUse,
            error => {
                tracing::error!(%error, "the journal of the gateway");
                Self::LedgerUnavailable
            }
        }
    }
}

/// An answer in JSON.
pub(super) fn json(status: StatusCode, value: &serde_json::Value) -> Response<GatewayBody> {
    let mut response = Response::new(GatewayBody::new(Bytes::from(value.to_string())));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
