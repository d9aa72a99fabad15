//! How a driver and a machine talk: inputs in, outputs out.

use crate::Millis;
use crate::http::{ExchangeId, HttpResponse, Transmit, TransportFailure};

/// What a driver tells a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// What the user wants.
    Command(Command),
    /// An exchange ended with an answer.
    Response {
        /// Which exchange.
        exchange: ExchangeId,
        /// The answer, read to its end.
        response: HttpResponse,
    },
    /// An exchange ended without an answer.
    TransportFailure {
        /// Which exchange.
        exchange: ExchangeId,
        /// What is known about it.
        failure: TransportFailure,
    },
    /// Time has passed.
    Timeout,
}

/// What the user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Begin, or go on where a snapshot left off.
    Start,
    /// Create once more although an earlier create request may have been accepted. It may pay a
    /// second time: only a person may say this.
    CreateAgain,
    /// Stop waiting. A task that exists goes on.
    Cancel,
}

/// What a machine wants next.
#[derive(Clone, Debug, PartialEq)]
pub enum Output<E> {
    /// Something happened. Asking for the next output states that it was dealt with; for a
    /// checkpoint this means that it is durable.
    Event(E),
    /// Carry out this exchange and hand in its end.
    Transmit(Transmit),
    /// Nothing to do until an exchange ends or this time has passed.
    Wait(Millis),
    /// Nothing will come without a new command.
    Done,
}

/// An input that the machine cannot make sense of: an error of the driver's code, never of the
/// service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misuse {
    /// `Start` was given before.
    #[error("the machine was started before")]
    AlreadyStarted,
    /// `CreateAgain` without a create request whose outcome is unknown.
    #[error("there is no create request of unknown outcome to repeat")]
    NothingToRepeat,
    /// The end of an exchange that was never asked for.
    #[error("exchange {} was never transmitted", .0.0)]
    UnknownExchange(ExchangeId),
}

/// A machine that a driver can run. Time never goes back: an earlier `now` counts as the latest.
pub trait Pump {
    /// What the machine reports.
    type Event;

    /// Takes in what happened. The end of an exchange that was given up before is ignored.
    fn handle(&mut self, input: Input, now: Millis) -> Result<(), Misuse>;

    /// Gives the next output; to be called until it is `Wait` or `Done`.
    fn poll(&mut self) -> Output<Self::Event>;
}
