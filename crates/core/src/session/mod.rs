//! One generation as a state machine: list, price, create, wait.
//!
//! What it promises about money is in the types of the module `create` and in the order of its
//! outputs: a checkpoint always comes before the request that it secures.

mod adopt;
mod backoff;
mod create;
mod creating;
mod flow;
mod keys;
mod listing;
mod pace;
mod paid;
mod reflection;
mod snapshot;
mod task;
mod waiting;
mod wire;

pub use adopt::AdoptError;
pub use paid::Paid;
pub use snapshot::SnapshotError;

pub(crate) use listing::Listing;
pub(crate) use wire::{ExchangeEnd, Wire};

use crate::Millis;
use crate::event::Event;
use crate::message::Messages;
use crate::outcome::Alternative;
use crate::prelude::*;
use crate::pump::{Command, Input, Misuse, Output, Pump};
use crate::request::{InvalidValue, Request};
use creating::Creating;
use ima_wire::idempotency::IdempotencyKey;
use keys::Keys;
use reflection::Refused;
use snapshot::{Resume, Unsent, Waited};
use task::Purchase;
use waiting::Waiting;
use wire::Exchange;

/// What the caller may set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// How long to wait for the audio once the task exists. Default 480,000 for music, 300,000 for
    /// speech.
    pub deadline: Option<Millis>,
    /// 128 random bits. The idempotency key of a new generation is made of them, and the jitter of
    /// delays starts from them. The same seed gives the same outputs, so no two generations may have
    /// the same.
    pub seed: (u64, u64),
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
    /// Where new idempotency keys come from.
    keys: Keys,
    /// The idempotency key of every create request, until a person has it created again.
    key: IdempotencyKey,
    /// An earlier purchase that may have been accepted: whatever becomes of this one, the doubt stays
    /// until a task is there.
    in_doubt: Option<Box<Purchase>>,
    /// Its continuation doesn't hold the task yet: a checkpoint comes first.
    adopted: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Not started.
    Ready(Resume),
    /// Whether the task exists that an unclear answer named.
    Checking(Exchange, Box<Purchase>),
    Listing(Listing, Request, Option<Refused>),
    Creating(Box<Creating>),
    Waiting(Waiting),
    /// Finished, with where it could be taken up.
    Over(Resume),
}

impl Session {
    /// A new generation. Nothing happens before [`Command::Start`].
    ///
    /// Fails where the request could not be priced against any catalogue.
    pub fn new(request: Request, settings: Settings) -> Result<Self, InvalidValue> {
        request.check()?;
        let key = IdempotencyKey::from_seed(settings.seed);
        let unsent = Unsent { request, key };
        Ok(Self::resume(Resume::Unsent(unsent), settings))
    }

    /// A generation taken up from a [`snapshot`](Self::snapshot), a checkpoint or the continuation
    /// of a failure.
    ///
    /// With [`Command::Start`] a task that exists is polled at once under a new deadline, and a
    /// create request of unknown outcome is reported, never repeated; [`Command::CreateAgain`]
    /// repeats it, under a new idempotency key.
    pub fn restore(snapshot: &str, settings: Settings) -> Result<Self, SnapshotError> {
        let key = IdempotencyKey::from_seed(settings.seed);
        Ok(Self::resume(snapshot::read(snapshot, key)?, settings))
    }

    fn resume(resume: Resume, settings: Settings) -> Self {
        let keys = Keys::new(settings.seed);
        let (task, language, key, alternatives) = match &resume {
            Resume::Unsent(Unsent { request, key }) => {
                (request.task, request.language, *key, Vec::new())
            }
            Resume::InDoubt(purchase) => (
                purchase.request.task,
                purchase.request.language,
                purchase.key,
                purchase.offer.alternatives.clone(),
            ),
            Resume::Waiting(Waited { task, language, .. }) => (
                task.task,
                *language,
                keys.first(),
                task.alternatives.clone(),
            ),
        };
        Self {
            settings,
            messages: Messages::new(task, language),
            alternatives,
            keys,
            key,
            in_doubt: None,
            adopted: false,
            now: 0,
            wire: Wire::new(settings.seed.0 ^ settings.seed.1),
            state: State::Ready(resume),
        }
    }

    /// Whether [`Command::CreateAgain`] makes sense: a create request may have been accepted.
    pub fn may_create_again(&self) -> bool {
        matches!(
            self.state,
            State::Ready(Resume::InDoubt(_)) | State::Over(Resume::InDoubt(_))
        )
    }

    /// The generation as it stands, for [`restore`](Self::restore).
    pub fn snapshot(&self) -> String {
        snapshot::write(&self.as_it_stands())
    }

    fn as_it_stands(&self) -> Resume {
        match &self.state {
            State::Ready(resume) | State::Over(resume) => resume.clone(),
            State::Checking(_, purchase) => Resume::InDoubt(Purchase::clone(purchase)),
            State::Listing(_, request, _) => self.unsent(request.clone()),
            State::Creating(creating) if creating.is_sent() => {
                Resume::InDoubt(creating.purchase().clone())
            }
            State::Creating(creating) => self.unsent(creating.purchase().request.clone()),
            State::Waiting(waiting) => Resume::Waiting(waiting.waited(self.now)),
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
            Input::Response { exchange, response } => self.ended(exchange, Ok(response.decoded())),
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
            State::Checking(exchange, _) => Output::Wait(exchange.deadline),
            State::Listing(listing, ..) => Output::Wait(listing.deadline()),
            State::Creating(creating) => Output::Wait(creating.wake()),
            State::Waiting(waiting) => Output::Wait(waiting.wake()),
        }
    }
}

#[cfg(test)]
mod tests;
