//! The `generation` resource: a session and the driver that runs it.

use crate::bindings::exports::ima::studio::generations::{
    Generation as Handle, GuestGeneration, OnUnknown,
};
use crate::bindings::exports::ima::studio::types::{Error, Event, Request, Settings};
use crate::settings::Prepared;
use alloc::string::String;
use core::cell::RefCell;
use ima_core::pump::Command;
use ima_core::request::Request as CoreRequest;
use ima_core::session::Session;
use ima_guest::{Driver, WasiHttp};

/// A generation in progress.
pub(crate) struct Generation(RefCell<Running>);

struct Running {
    session: Session,
    driver: Driver<WasiHttp>,
    /// What the next call of `next` begins with.
    command: Option<Command>,
}

impl Generation {
    fn handle(session: Session, driver: Driver<WasiHttp>, command: Command) -> Handle {
        Handle::new(Self(RefCell::new(Running {
            session,
            driver,
            command: Some(command),
        })))
    }
}

impl GuestGeneration for Generation {
    fn start(request: Request, settings: Settings) -> Result<Handle, Error> {
        let prepared = Prepared::read(&settings)?;
        let request = CoreRequest::try_from(request)?;
        let session = Session::new(request, prepared.session)?;
        Ok(Self::handle(session, prepared.driver, Command::Start))
    }

    fn resume(
        continuation: String,
        settings: Settings,
        on_unknown: OnUnknown,
    ) -> Result<Handle, Error> {
        let prepared = Prepared::read(&settings)?;
        let session = Session::restore(&continuation, prepared.session)?;
        let command = match on_unknown {
            OnUnknown::CreateAgain if session.may_create_again() => Command::CreateAgain,
            OnUnknown::CreateAgain | OnUnknown::Report => Command::Start,
        };
        Ok(Self::handle(session, prepared.driver, command))
    }

    fn adopt(continuation: String, task_id: String, settings: Settings) -> Result<Handle, Error> {
        let prepared = Prepared::read(&settings)?;
        let session = Session::adopt(&continuation, &task_id, prepared.session)?;
        Ok(Self::handle(session, prepared.driver, Command::Start))
    }

    fn next(&self) -> Option<Event> {
        let mut running = self.0.try_borrow_mut().ok()?;
        let Running {
            session,
            driver,
            command,
        } = &mut *running;
        if let Some(command) = command.take() {
            driver.command(session, command).ok()?;
        }
        driver.next(session).ok()?.map(Event::from)
    }

    fn cancel(&self) {
        if let Ok(mut running) = self.0.try_borrow_mut() {
            running.command = Some(Command::Cancel);
        }
    }
}
