//! The `session` resource.

use crate::bindings::exports::ima::studio::machines::{
    GuestSession, Input, Misuse, Output, Session as Handle, SessionSettings,
};
use crate::bindings::exports::ima::studio::types::{Error, Request};
use alloc::string::String;
use core::cell::RefCell;
use ima_core::Millis;
use ima_core::pump::Pump;
use ima_core::request::Request as CoreRequest;
use ima_core::session;

/// A generation.
pub(crate) struct Session(RefCell<session::Session>);

impl GuestSession for Session {
    fn create(request: Request, settings: SessionSettings) -> Result<Handle, Error> {
        let request = CoreRequest::try_from(request)?;
        let session = session::Session::new(request, settings.into())?;
        Ok(Handle::new(Self(RefCell::new(session))))
    }

    fn restore(continuation: String, settings: SessionSettings) -> Result<Handle, Error> {
        let session = session::Session::restore(&continuation, settings.into())?;
        Ok(Handle::new(Self(RefCell::new(session))))
    }

    fn adopt(
        continuation: String,
        task_id: String,
        settings: SessionSettings,
    ) -> Result<Handle, Error> {
        let session = session::Session::adopt(&continuation, &task_id, settings.into())?;
        Ok(Handle::new(Self(RefCell::new(session))))
    }

    fn handle(&self, input: Input, now_ms: Millis) -> Result<(), Misuse> {
        Ok(self.0.borrow_mut().handle(input.into(), now_ms)?)
    }

    fn poll(&self) -> Output {
        self.0.borrow_mut().poll().into()
    }

    fn snapshot(&self) -> String {
        self.0.borrow().snapshot()
    }

    fn may_create_again(&self) -> bool {
        self.0.borrow().may_create_again()
    }
}
