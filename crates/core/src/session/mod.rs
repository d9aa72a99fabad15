//! One generation as a state machine: list, price, create, wait.
//!
//! What it promises about money is in the types of the module `create` and in the order of its
//! outputs: a checkpoint always comes before the request that it secures.

mod backoff;
mod create;
mod creating;
mod flow;
mod listing;
mod pace;
mod reflection;
mod snapshot;
mod task;
mod waiting;
mod wire;

pub use snapshot::SnapshotError;

pub(crate) use listing::{Listing, ReportFault};
pub(crate) use wire::{ExchangeEnd, Wire};

use crate::Millis;
use crate::event::{Event, Fault};
use crate::message::Messages;
use crate::outcome::Alternative;
use crate::prelude::*;
use crate::pump::{Command, Input, Misuse, Output, Pump};
use crate::request::{InvalidValue, Request};
use creating::Creating;
use reflection::Refused;
use snapshot::Entry;
use waiting::Waiting;

/// What the caller may set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// How long to wait for the audio once the task exists. Default 480,000 for music, 300,000 for
    /// speech.
    pub deadline: Option<Millis>,
    /// What the jitter of delays starts from. Any number; the same gives the same delays.
    pub seed: u64,
}

/// A generation.
#[derive(Debug)]
pub struct Session {
    settings: Settings,
    messages: Messages,
    now: Millis,
    wire: Wire<Event>,
    /// What to suggest after a failure.
    alternatives: Vec<Alternative>,
    /// Whether an earlier create request may have been accepted: whatever becomes of this one, the
    /// doubt stays until a task is there.
    doubtful: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Not started.
    Ready(Entry),
    Listing(Listing, Request, Option<Refused>),
    Creating(Creating),
    Waiting(Waiting),
    /// Finished, with where it could be taken up.
    Over(Entry),
}

impl Session {
    /// A new generation. Nothing happens before [`Command::Start`].
    ///
    /// Fails where the request could not be priced against any catalogue.
    pub fn new(request: Request, settings: Settings) -> Result<Self, InvalidValue> {
        request.check()?;
        Ok(Self::enter(Entry::Asked(request), settings))
    }

    /// A generation taken up from a [`snapshot`](Self::snapshot), a checkpoint or the continuation
    /// of a failure.
    ///
    /// With [`Command::Start`] a task that exists is polled at once under a new deadline, and a
    /// create request of unknown outcome is reported, never repeated; [`Command::CreateAgain`]
    /// repeats it.
    pub fn restore(snapshot: &str, settings: Settings) -> Result<Self, SnapshotError> {
        Ok(Self::enter(snapshot::read(snapshot)?, settings))
    }

    fn enter(entry: Entry, settings: Settings) -> Self {
        let messages = match &entry {
            Entry::Asked(request) | Entry::Creating(request) => {
                Messages::new(request.task, request.language)
            }
            Entry::Waiting(waited) => Messages::new(waited.task.task, waited.language),
        };
        let alternatives = match &entry {
            Entry::Waiting(waited) => waited.task.alternatives.clone(),
            Entry::Asked(_) | Entry::Creating(_) => Vec::new(),
        };
        Self {
            settings,
            messages,
            alternatives,
            doubtful: false,
            now: 0,
            wire: Wire::new(settings.seed),
            state: State::Ready(entry),
        }
    }

    /// Whether [`Command::CreateAgain`] makes sense: a create request may have been accepted.
    pub fn may_create_again(&self) -> bool {
        matches!(
            self.state,
            State::Ready(Entry::Creating(_)) | State::Over(Entry::Creating(_))
        )
    }

    /// The generation as it stands, for [`restore`](Self::restore).
    pub fn snapshot(&self) -> String {
        snapshot::write(&self.entry())
    }

    fn entry(&self) -> Entry {
        match &self.state {
            State::Ready(entry) | State::Over(entry) => entry.clone(),
            State::Listing(_, request, _) => self.unsent(request.clone()),
            State::Creating(creating) if creating.is_sent() => {
                Entry::Creating(creating.request().clone())
            }
            State::Creating(creating) => self.unsent(creating.request().clone()),
            State::Waiting(waiting) => Entry::Waiting(waiting.waited(self.now)),
        }
    }
}

impl Pump for Session {
    type Event = Event;

    fn handle(&mut self, input: Input, now: Millis) -> Result<(), Misuse> {
        self.now = self.now.max(now);
        match input {
            Input::Command(Command::Start) => self.start(),
            Input::Command(Command::CreateAgain) => self.create_again(),
            Input::Command(Command::Cancel) => {
                self.cancel();
                Ok(())
            }
            Input::Response { exchange, response } => self.ended(exchange, Ok(response)),
            Input::TransportFailure { exchange, failure } => self.ended(exchange, Err(failure)),
            Input::Timeout => {
                self.timeout();
                Ok(())
            }
        }
    }

    fn poll(&mut self) -> Output<Event> {
        if let Some(output) = self.wire.pop() {
            return output;
        }
        match &self.state {
            State::Ready(_) | State::Over(_) => Output::Done,
            State::Listing(listing, ..) => Output::Wait(listing.deadline()),
            State::Creating(creating) => Output::Wait(creating.wake()),
            State::Waiting(waiting) => Output::Wait(waiting.wake()),
        }
    }
}

impl ReportFault for Event {
    fn fault(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

#[cfg(test)]
mod tests;
