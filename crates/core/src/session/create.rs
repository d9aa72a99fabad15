//! The create request, in types that cannot pay twice: what may have been accepted holds nothing
//! that could be sent again.

use super::task::Task;
use super::wire::ExchangeEnd;
use crate::api::detail;
use crate::api::envelope::{Answer, Refusal};
use crate::api::requests;
use crate::http::{HttpRequest, Sent};
use crate::quote::Quote;
use crate::request::{Language, TaskType};

/// A create request that has not left.
#[derive(Debug)]
pub(crate) struct Prepared {
    quote: Quote,
}

/// A create request that may have left. There is no way back to [`Prepared`] but a proof that it
/// did not.
#[derive(Debug)]
pub(crate) struct InFlight {
    quote: Quote,
}

/// How a create request ended.
#[derive(Debug)]
pub(crate) enum CreateEnd {
    /// The task exists and is paid.
    Accepted(Task),
    /// The service said no: nothing was charged (design: money rule 2).
    Refused(Refusal),
    /// It certainly did not leave (money rule 3).
    NotSent(Prepared),
    /// Nobody here can know (money rule 4).
    Unknown,
}

impl Prepared {
    pub(crate) fn new(quote: Quote) -> Self {
        Self { quote }
    }

    pub(crate) fn transmit(self, language: Language) -> (InFlight, HttpRequest) {
        let request = requests::create(self.quote.body().into_bytes(), language);
        (InFlight { quote: self.quote }, request)
    }
}

impl InFlight {
    pub(crate) fn ended(self, task: TaskType, end: &ExchangeEnd) -> CreateEnd {
        match end {
            Ok(response) => match Answer::read(response) {
                Answer::Success(data) => data
                    .and_then(detail::created)
                    .map_or(CreateEnd::Unknown, |id| {
                        CreateEnd::Accepted(Task::new(task, id, &self.quote))
                    }),
                Answer::Refused(refusal) => CreateEnd::Refused(refusal),
                Answer::Broken => CreateEnd::Unknown,
            },
            Err(failure) => match failure.sent {
                Sent::No => CreateEnd::NotSent(Prepared { quote: self.quote }),
                Sent::Maybe | Sent::Yes => CreateEnd::Unknown,
            },
        }
    }
}
