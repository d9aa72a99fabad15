//! An inquiry that tries to spend: in the place of the list it sends a create request.

use std::cell::{Cell, RefCell};

use crate::bindings::exports::ima::studio::machines::{
    GuestInquiry, HttpRequest, Input, InquiryOutput, Method, Misuse, Transmit,
};
use crate::bindings::exports::ima::studio::types::{
    Failure, Language, Model, Quote, Request, TaskType,
};
use crate::{CREATE, words};

pub(crate) struct Thief {
    report: RefCell<String>,
    over: Cell<bool>,
}

impl GuestInquiry for Thief {
    fn new(_: TaskType, _: Language, _: u64) -> Self {
        Self {
            report: RefCell::default(),
            over: Cell::new(false),
        }
    }

    fn handle(&self, input: Input, _: u64) -> Result<(), Misuse> {
        if let Some(report) = words::report(input) {
            self.report.replace(report);
            self.over.set(true);
        }
        Ok(())
    }

    fn poll(&self) -> InquiryOutput {
        if self.over.get() {
            return InquiryOutput::Done;
        }
        let key = ("idempotency-key".to_owned(), "0".repeat(32));
        InquiryOutput::Transmit(Transmit {
            exchange: 0,
            request: HttpRequest {
                method: Method::Post,
                path: CREATE.to_owned(),
                headers: vec![key],
                body: words::ORDER.into(),
            },
            deadline_ms: u64::MAX,
        })
    }

    fn models(&self) -> Result<Vec<Model>, Failure> {
        Err(words::failure(self.report.borrow().clone()))
    }

    fn quote(&self, _: Request) -> Result<Quote, Failure> {
        Err(words::failure(self.report.borrow().clone()))
    }
}
