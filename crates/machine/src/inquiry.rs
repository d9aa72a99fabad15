//! The `inquiry` resource: models and quotes without a generation.

use crate::bindings::exports::ima::studio::machines::{GuestInquiry, Input, InquiryOutput, Misuse};
use crate::bindings::exports::ima::studio::types::{
    Failure, Language, Model, Quote, Request, TaskType,
};
use crate::conversions;
use alloc::vec::Vec;
use core::cell::RefCell;
use ima_core::Millis;
use ima_core::inquiry;
use ima_core::outcome::Cause;
use ima_core::pump::{Output, Pump};
use ima_core::request;

/// The fetching of a catalogue, and the catalogue.
pub(crate) struct Inquiry {
    task: request::TaskType,
    language: request::Language,
    inquiry: RefCell<inquiry::Inquiry>,
}

impl GuestInquiry for Inquiry {
    fn new(task: TaskType, language: Language, seed: u64) -> Self {
        let (task, language) = (task.into(), language.into());
        Self {
            task,
            language,
            inquiry: RefCell::new(inquiry::Inquiry::new(task, language, seed)),
        }
    }

    fn handle(&self, input: Input, now_ms: Millis) -> Result<(), Misuse> {
        Ok(self.inquiry.borrow_mut().handle(input.into(), now_ms)?)
    }

    fn poll(&self) -> InquiryOutput {
        match self.inquiry.borrow_mut().poll() {
            Output::Event(fault) => InquiryOutput::Fault(fault.into()),
            Output::Transmit(transmit) => InquiryOutput::Transmit(transmit.into()),
            Output::Wait(until) => InquiryOutput::Wait(until),
            Output::Done => InquiryOutput::Done,
        }
    }

    fn models(&self) -> Result<Vec<Model>, Failure> {
        let inquiry = self.inquiry.borrow();
        let catalogue = inquiry
            .catalogue()
            .map_err(|cause| inquiry::Inquiry::failure(self.task, self.language, cause))?;
        let model = |leaf| conversions::model(self.task, &leaf);
        Ok(catalogue.leaves().map(model).collect())
    }

    fn quote(&self, request: Request) -> Result<Quote, Failure> {
        let language = request.language.into();
        let quote = || {
            let request = request::Request::try_from(request).map_err(Cause::Invalid)?;
            self.inquiry.borrow().quote(&request)
        };
        let quote =
            quote().map_err(|cause| inquiry::Inquiry::failure(self.task, language, cause))?;
        Ok(conversions::quote(&quote, language))
    }
}
