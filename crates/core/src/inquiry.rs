//! Asking for the catalogue without generating anything: for quotes and model lists.

use crate::Millis;
use crate::catalogue::Catalogue;
use crate::event::Fault;
use crate::message::{Messages, help};
use crate::outcome::{Cause, Charge, Failure};
use crate::prelude::*;
use crate::pump::{Command, Input, Misuse, Output, Pump};
use crate::quote::Quote;
use crate::request::{InvalidValue, Language, Request, TaskType};
use crate::session::{ExchangeEnd, Listing, Wire};

/// The fetching of a catalogue. It never spends.
#[derive(Debug)]
pub struct Inquiry {
    task: TaskType,
    language: Language,
    now: Millis,
    wire: Wire<Fault>,
    state: State,
}

#[derive(Debug)]
enum State {
    Ready,
    Listing(Listing),
    Over(Result<Catalogue, Cause>),
}

impl Inquiry {
    /// An inquiry for the models of one task type. `seed` is where the jitter of delays starts.
    pub fn new(task: TaskType, language: Language, seed: u64) -> Self {
        Self {
            task,
            language,
            now: 0,
            wire: Wire::new(seed),
            state: State::Ready,
        }
    }

    /// The catalogue, once the machine is done.
    ///
    /// Fails with the cause that ended the inquiry, and with `Unavailable` before it is done.
    pub fn catalogue(&self) -> Result<&Catalogue, Cause> {
        match &self.state {
            State::Over(end) => end.as_ref().map_err(Cause::clone),
            State::Ready | State::Listing(_) => Err(Cause::Unavailable),
        }
    }

    /// What a request would send and cost.
    ///
    /// Fails as [`catalogue`](Self::catalogue) and [`Quote::new`] do, and with `Invalid` if the
    /// request is for the other task.
    pub fn quote(&self, request: &Request) -> Result<Quote, Cause> {
        if request.task != self.task {
            let (given, own) = (request.task.name(), self.task.name());
            return Err(Cause::Invalid(InvalidValue::new("task", given, own)));
        }
        Quote::new(request, self.catalogue()?)
    }

    /// The failure that a cause before any spending makes, with its message.
    pub fn failure(task: TaskType, language: Language, cause: Cause) -> Failure {
        let (_, message) = Messages::new(task, language).failed(&cause, Charge::No, &[]);
        Failure {
            charge: Charge::No,
            message,
            help: help(&cause).map(ToOwned::to_owned),
            cause,
            task_id: None,
            medias: Vec::new(),
            alternatives: Vec::new(),
            continuation: None,
        }
    }

    fn finish(&mut self, end: Option<Result<Catalogue, Cause>>) {
        if let Some(end) = end {
            self.state = State::Over(end);
        }
    }

    fn ended(&mut self, exchange: crate::http::ExchangeId, end: ExchangeEnd) -> Result<(), Misuse> {
        let current = match &self.state {
            State::Listing(listing) => listing.exchange(),
            State::Ready | State::Over(_) => None,
        };
        if self.wire.is_current(exchange, current)?
            && let State::Listing(listing) = &mut self.state
        {
            let end = listing.ended(end, &mut self.wire, self.now);
            self.finish(end);
        }
        Ok(())
    }
}

impl Pump for Inquiry {
    type Event = Fault;

    fn handle(&mut self, input: Input, now: Millis) -> Result<(), Misuse> {
        self.now = self.now.max(now);
        match (input, &mut self.state) {
            (Input::Command(Command::Start), State::Ready) => {
                let listing = Listing::start(self.task, self.language, &mut self.wire, self.now);
                self.state = State::Listing(listing);
            }
            (Input::Command(Command::Start), _) => return Err(Misuse::AlreadyStarted),
            (Input::Command(Command::CreateAgain), _) => return Err(Misuse::NothingToRepeat),
            (Input::Command(Command::Cancel), State::Over(_)) => {}
            (Input::Command(Command::Cancel), _) => self.finish(Some(Err(Cause::Cancelled))),
            (Input::Response { exchange, response }, _) => {
                self.ended(exchange, Ok(response.decoded()))?;
            }
            (Input::TransportFailure { exchange, failure }, _) => {
                self.ended(exchange, Err(failure))?;
            }
            (Input::Timeout, State::Listing(listing)) => {
                let end = listing.timeout(&mut self.wire, self.now);
                self.finish(end);
            }
            (Input::Timeout, _) => {}
        }
        Ok(())
    }

    fn poll(&mut self) -> Output<Fault> {
        match (self.wire.pop(), &self.state) {
            (Some(output), _) => output,
            (None, State::Listing(listing)) => Output::Wait(listing.deadline()),
            (None, State::Ready | State::Over(_)) => Output::Done,
        }
    }
}
