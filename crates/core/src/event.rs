//! What a session reports to its host and to the user.

use crate::Millis;
use crate::catalogue::Estimate;
use crate::outcome::Outcome;
use crate::prelude::*;
use crate::request::{InvalidValue, Language};

/// What happens in a generation, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// To be made durable before the next output is taken.
    Checkpoint(Checkpoint),
    /// To be shown to the user.
    Message(Message),
    /// The price is known and the create request comes next.
    Started(Started),
    /// The waiting goes on.
    Progress(Progress),
    /// An exchange failed and is tried again.
    Fault(Fault),
    /// A create request was answered, where there was more than one or the first was refused.
    Attempt(Attempt),
    /// An unknown parameter that was left out because the request allows it.
    Dropped(InvalidValue),
    /// The last event.
    Finished(Outcome),
}

impl From<Fault> for Event {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// One line of the attempt log (music: "Example Output (with reflection)").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Which create request, counted from 1.
    pub number: u8,
    /// The refusal's code; none where it was accepted.
    pub code: Option<i64>,
    /// What the next one leaves out; none where there is no next one.
    pub amendment: Option<Amendment>,
    /// The line, for logs.
    pub text: String,
}

/// How a refused request was amended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amendment {
    /// The parameters that were left out.
    pub removed: Vec<String>,
    /// Whether the products were listed again first.
    pub fetched: bool,
    /// Whether nothing but the model's defaults was left.
    pub defaults: bool,
}

/// How far the money has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckpointState {
    /// The create request is about to leave.
    Creating,
    /// The task exists and is paid.
    Waiting,
}

/// A state to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// How far the money has gone.
    pub state: CheckpointState,
    /// The task, once there is one.
    pub task_id: Option<String>,
    /// What [`Session::restore`](crate::session::Session::restore) takes.
    pub continuation: String,
}

/// How a message is to be delivered (music: steps 0 and 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// The answer to the user's own message.
    Reply,
    /// A message that is sent by itself.
    Push,
}

/// A text for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// How to deliver it.
    pub kind: MessageKind,
    /// The step of the user protocol, 0 to 4.
    pub step: u8,
    /// The language of the text.
    pub language: Language,
    /// The text.
    pub text: String,
    /// Audio to send along, as URLs.
    pub media: Vec<String>,
}

/// What is about to be spent on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The model.
    pub model_id: String,
    /// Its name.
    pub model_name: String,
    /// The price, in points.
    pub points: u32,
    /// What it costs at the most, in points: the price of each output.
    pub most_points: u32,
    /// How long it usually takes.
    pub estimate: Estimate,
}

/// How far the waiting has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Percent of the upper estimate, at most 95.
    pub percent: u8,
    /// Time since the create request.
    pub elapsed: Millis,
    /// The upper estimate.
    pub estimated_max: Millis,
}

/// What was going on when an exchange failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Listing the products.
    Listing,
    /// Creating the task.
    Creating,
    /// Waiting for the audio.
    Waiting,
}

/// An exchange that failed and will be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What was going on.
    pub phase: Phase,
    /// The HTTP status, where an answer came.
    pub status: Option<u16>,
    /// Time until the next try.
    pub retry: Millis,
}
