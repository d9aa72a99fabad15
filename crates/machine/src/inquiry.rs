//! The `inquiry` resource: the models without a generation.

use crate::bindings::exports::ima::studio::machines::{GuestInquiry, Input, InquiryOutput, Misuse};
use crate::bindings::exports::ima::studio::types::{Failure, Language, Model, TaskType};
use crate::convert;
use alloc::vec::Vec;
use core::cell::RefCell;
use ima_core::Millis;
use ima_core::catalogue::Catalogue;
use ima_core::inquiry::{self, InquiryEvent};
use ima_core::outcome::Cause;
use ima_core::pump::{Output, Pump};
use ima_core::request;

/// The fetching of a catalogue, and the catalogue.
pub(crate) struct Inquiry {
    task: request::TaskType,
    language: request::Language,
    running: RefCell<Running>,
}

struct Running {
    inquiry: inquiry::Inquiry,
    end: Option<Result<Catalogue, Cause>>,
}

impl GuestInquiry for Inquiry {
    fn new(task: TaskType, language: Language, seed: u64) -> Self {
        let (task, language) = (task.into(), language.into());
        Self {
            task,
            language,
            running: RefCell::new(Running {
                inquiry: inquiry::Inquiry::new(task, language, seed),
                end: None,
            }),
        }
    }

    fn handle(&self, input: Input, now_ms: Millis) -> Result<(), Misuse> {
        let mut running = self.running.borrow_mut();
        Ok(running.inquiry.handle(input.into(), now_ms)?)
    }

    fn poll(&self) -> InquiryOutput {
        let mut running = self.running.borrow_mut();
        loop {
            match running.inquiry.poll() {
                Output::Event(InquiryEvent::Finished(end)) => running.end = Some(end),
                Output::Event(InquiryEvent::Fault(fault)) => {
                    return InquiryOutput::Fault(fault.into());
                }
                Output::Transmit(transmit) => return InquiryOutput::Transmit(transmit.into()),
                Output::Wait(until) => return InquiryOutput::Wait(until),
                Output::Done => return InquiryOutput::Done,
            }
        }
    }

    fn models(&self) -> Result<Vec<Model>, Failure> {
        let running = self.running.borrow();
        let cause = match &running.end {
            Some(Ok(catalogue)) => {
                let model = |leaf| convert::model(self.task, &leaf);
                return Ok(catalogue.leaves().map(model).collect());
            }
            Some(Err(cause)) => cause.clone(),
            None => Cause::Unavailable,
        };
        Err(inquiry::Inquiry::failure(self.task, self.language, cause).into())
    }
}
