//! Faults put in on purpose, one per promise: a model that does not see them proves nothing.
//!
//! Each stands between the model's parts and the real session; none is ever on unless a test, or a
//! person with `--sabotage`, asks for it.

use crate::invariant::Invariant;
use crate::service::{Endpoint, KEY};
use ima_core::event::{CheckpointState, Event};
use ima_core::http::{Sent, TransportFailure};
use ima_core::outcome::{Charge, Outcome};
use ima_core::pump::{Input, Output};

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// The driver reports a request that may have left as one that certainly did not.
    MaybeReportedAsNo,
    /// A component takes a connection timeout for proof that nothing left.
    TimeoutTrusted,
    /// The driver's HTTP client sends a create request again when no answer comes.
    ClientRepeatsCreate,
    /// Something on the way sends a create request twice: what HTTP forbids it.
    IntermediaryRepeatsCreate,
    /// The driver creates again after an unknown outcome although nobody asked for it.
    CreatesAgainUnasked,
    /// A resumed generation starts from the request instead of the continuation.
    ResumeStartsOver,
    /// No checkpoint is made durable.
    CheckpointNotDurable,
    /// Checkpoints are made durable only once the driver has nothing else to do.
    CheckpointTooLate,
    /// The checkpoint with the task's id is lost on its way.
    TaskIdForgotten,
    /// `no` and `yes` in a failure are turned round, and `unknown` becomes `no`.
    ChargeTurned,
    /// A failure that cost nothing says `unknown`, to be on the safe side.
    ChargeOverclaimed,
    /// The service charges and then refuses: what money rule 2 assumes it never does.
    RefusalAfterCharge,
    /// The last event is swallowed.
    FinishedSwallowed,
    /// An answer with the finished media reads as one that is still pending.
    ReadyIgnored,
    /// Only the first media of a task is handed on.
    FirstMediaOnly,
    /// Questions for a task are forgotten on their way to the driver.
    PollsForgotten,
    /// The session waits beyond its deadline.
    WaitsTooLong,
    /// The session wants to be woken at once, always.
    WaitsNever,
    /// The price that is announced is lower than the one that is paid.
    AnnouncedTooLow,
    /// A snapshot forgets that the create request has left.
    SnapshotForgets,
    /// A command that makes no sense is taken without a word.
    MisuseTaken,
    /// The key is put into a header inside the sandbox.
    KeyInHeader,
    /// Every create request gets an idempotency key of its own.
    IdempotencyKeyChanges,
    /// All create requests have the same idempotency key, whatever the user says.
    IdempotencyKeyStays,
    /// The driver does not look for the key in answers.
    AnswersNotRedacted,
}

impl Sabotage {
    /// All of them.
    pub const ALL: [Self; 25] = [
        Self::MaybeReportedAsNo,
        Self::TimeoutTrusted,
        Self::ClientRepeatsCreate,
        Self::IntermediaryRepeatsCreate,
        Self::CreatesAgainUnasked,
        Self::ResumeStartsOver,
        Self::CheckpointNotDurable,
        Self::CheckpointTooLate,
        Self::TaskIdForgotten,
        Self::ChargeTurned,
        Self::ChargeOverclaimed,
        Self::RefusalAfterCharge,
        Self::FinishedSwallowed,
        Self::ReadyIgnored,
        Self::FirstMediaOnly,
        Self::PollsForgotten,
        Self::WaitsTooLong,
        Self::WaitsNever,
        Self::AnnouncedTooLow,
        Self::SnapshotForgets,
        Self::MisuseTaken,
        Self::KeyInHeader,
        Self::IdempotencyKeyChanges,
        Self::IdempotencyKeyStays,
        Self::AnswersNotRedacted,
    ];

    /// The promises that it breaks. Each of them, looked at alone, is to see it.
    pub fn breaks(self) -> &'static [Invariant] {
        use Invariant::*;
        match self {
            Self::TimeoutTrusted => &[PaidTwice],
            Self::MaybeReportedAsNo => &[PaidTwice, CreatedTwice, ChargeUntrue],
            Self::ClientRepeatsCreate => &[PaidTwice, CreatedTwice],
            Self::IntermediaryRepeatsCreate => &[PaidTwice],
            Self::CreatesAgainUnasked => &[PaidTwice, CreatedTwice],
            Self::ResumeStartsOver => &[PaidTwice, CreatedTwice],
            Self::CheckpointNotDurable => &[PaidTwice, CreatedTwice, CreateUnsecured, TaskLost],
            Self::CheckpointTooLate => &[CreateUnsecured],
            Self::TaskIdForgotten => &[TaskLost],
            Self::ChargeTurned | Self::ChargeOverclaimed => &[ChargeUntrue],
            Self::RefusalAfterCharge => &[ChargeUntrue, TaskLost],
            Self::FinishedSwallowed => &[Unfinished, Undelivered],
            Self::ReadyIgnored | Self::FirstMediaOnly => &[Undelivered],
            Self::PollsForgotten => &[Neglected],
            Self::WaitsTooLong => &[Overdue],
            Self::WaitsNever => &[Endless],
            Self::AnnouncedTooLow => &[PriceUntrue],
            Self::SnapshotForgets => &[SnapshotUnfaithful],
            Self::MisuseTaken => &[MisuseUntrue],
            Self::IdempotencyKeyChanges => &[KeyChanged],
            Self::IdempotencyKeyStays => &[KeyReused],
            Self::KeyInHeader | Self::AnswersNotRedacted => &[KeyHeld],
        }
    }
}

/// Carries out at most one sabotage.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Saboteur(pub(crate) Option<Sabotage>);

impl Saboteur {
    pub(crate) fn is(self, sabotage: Sabotage) -> bool {
        self.0 == Some(sabotage)
    }

    /// What reaches the session of an input.
    pub(crate) fn input(self, mut input: Input) -> Input {
        match (self.0, &mut input) {
            (Some(Sabotage::MaybeReportedAsNo), Input::TransportFailure { failure, .. }) => {
                *failure = TransportFailure {
                    sent: Sent::No,
                    ..*failure
                };
            }
            (Some(Sabotage::ReadyIgnored), Input::Response { response, .. }) => {
                let body = String::from_utf8_lossy(&response.body);
                if body.contains(r#""resource_status":1"#) {
                    response.body = br#"{"code":0,"data":{"medias":[]}}"#.to_vec();
                }
            }
            _ => {}
        }
        input
    }

    /// What reaches the driver of an output; `None` where it is swallowed.
    pub(crate) fn output(self, mut output: Output<Event>) -> Option<Output<Event>> {
        let Some(sabotage) = self.0 else {
            return Some(output);
        };
        match (sabotage, &mut output) {
            (Sabotage::FinishedSwallowed, Output::Event(Event::Finished(_))) => return None,
            (Sabotage::PollsForgotten, Output::Transmit(transmit))
                if Endpoint::of(&transmit.request) == Some(Endpoint::Detail) =>
            {
                return None;
            }
            (Sabotage::TaskIdForgotten, Output::Event(Event::Checkpoint(checkpoint)))
                if checkpoint.state == CheckpointState::Waiting =>
            {
                return None;
            }
            (
                Sabotage::ChargeTurned | Sabotage::ChargeOverclaimed,
                Output::Event(Event::Finished(Outcome::Failure(failure))),
            ) => {
                failure.charge = match (sabotage, failure.charge) {
                    (Sabotage::ChargeOverclaimed, Charge::Yes) => Charge::Yes,
                    (Sabotage::ChargeOverclaimed, _) => Charge::Unknown,
                    (_, Charge::No) => Charge::Yes,
                    (_, Charge::Yes | Charge::Unknown) => Charge::No,
                };
            }
            (
                Sabotage::FirstMediaOnly,
                Output::Event(Event::Finished(Outcome::Success(success))),
            ) => success.medias.truncate(1),
            (Sabotage::AnnouncedTooLow, Output::Event(Event::Started(started))) => {
                started.points = started.points.saturating_sub(1);
            }
            (Sabotage::WaitsTooLong, Output::Wait(until)) => *until += 3_600_000,
            (Sabotage::WaitsNever, Output::Wait(until)) => *until = 0,
            (
                Sabotage::IdempotencyKeyChanges | Sabotage::IdempotencyKeyStays,
                Output::Transmit(transmit),
            ) => {
                let number = match sabotage {
                    Sabotage::IdempotencyKeyChanges => transmit.exchange.0,
                    _ => 0,
                };
                for (name, key) in &mut transmit.request.headers {
                    if *name == "idempotency-key" {
                        *key = format!("{number:032x}").into();
                    }
                }
            }
            (Sabotage::KeyInHeader, Output::Transmit(transmit)) => {
                transmit.request.headers.push(("authorization", KEY.into()));
            }
            _ => {}
        }
        Some(output)
    }

    /// What a snapshot says.
    pub(crate) fn snapshot(self, snapshot: String) -> String {
        if self.is(Sabotage::SnapshotForgets) {
            snapshot.replace(r#"{"creating":"#, r#"{"asked":"#)
        } else {
            snapshot
        }
    }
}
