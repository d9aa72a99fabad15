//! The create request, in types that cannot pay twice: what may have been accepted holds nothing
//! that could be sent again.

use super::wire::ExchangeEnd;
use crate::api::requests;
use crate::http::{HttpRequest, Sent};
use crate::prelude::*;
use crate::quote::Quote;
use crate::request::Language;
use ima_wire::create::Verdict;
use ima_wire::envelope::Refusal;
use ima_wire::idempotency::IdempotencyKey;

/// A create request that has not left.
#[derive(Debug)]
pub(crate) struct Prepared {
    quote: Quote,
    key: IdempotencyKey,
}

/// A create request that may have left. There is no way back to [`Prepared`] but a proof that it
/// did not.
#[derive(Debug)]
pub(crate) struct InFlight(Prepared);

/// How a create request ended.
#[derive(Debug)]
pub(crate) enum CreateEnd {
    /// The task of this id exists and is paid.
    Accepted(String),
    /// The service said no: nothing was charged (money rule 2).
    Refused(Refusal),
    /// It certainly did not leave (money rule 3).
    NotSent(Prepared),
    /// Nobody here can know (money rule 4). Holds the id of a task that the answer names all the same.
    Unknown(Option<String>),
}

impl Prepared {
    /// A request for this quote. The key is the same for every try of one generation.
    pub(crate) fn new(quote: Quote, key: IdempotencyKey) -> Self {
        Self { quote, key }
    }

    pub(crate) fn transmit(self, language: Language) -> (InFlight, HttpRequest) {
        let request = requests::create(self.quote.body().into_bytes(), language, self.key);
        (InFlight(self), request)
    }
}

impl InFlight {
    pub(crate) fn ended(self, end: &ExchangeEnd) -> CreateEnd {
        match end {
            Ok(response) => match Verdict::of(response.status, &response.body) {
                Verdict::Accepted(id) => CreateEnd::Accepted(id),
                Verdict::Refused(refusal) => CreateEnd::Refused(refusal),
                Verdict::Unknown { candidate } => CreateEnd::Unknown(candidate),
            },
            Err(failure) => match failure.sent {
                Sent::No => CreateEnd::NotSent(self.0),
                Sent::Maybe => CreateEnd::Unknown(None),
            },
        }
    }
}
