//! A session on a clock that jumps, with what holds for every session checked on the way: a
//! checkpoint before the request that it secures, one end with nothing behind it, continuations that
//! can be taken up, words that a user may see.

use crate::answers::{End, Scripted};
use ima_core::Millis;
use ima_core::event::{Checkpoint, CheckpointState, Event, Message, Started};
use ima_core::http::Transmit;
use ima_core::outcome::{Charge, Failure, Outcome, Success};
use ima_core::pump::{Command, Input, Output, Pump};
use ima_core::session::{Session, Settings};
use serde_json::Value;

/// More outputs than any run of these targets has.
const LONGEST: u32 = 5_000;

/// The words that no message may hold (music: "Never Say to Users").
const NEVER_SAY: [&str; 14] = [
    "script",
    "automation",
    "attribute",
    "form_config",
    "model_version",
    "resource_status",
    "HTTP",
    "6006",
    "6009",
    "6010",
    "4008",
    "4014",
    "401",
    "429",
];

/// What an exchange is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    List,
    Create,
    Detail,
}

/// A session and where it stands.
pub(crate) struct Run {
    pub session: Session,
    pub now: Millis,
    /// Whether names in messages are known to be harmless, so that their words can be checked.
    names_known: bool,
    /// Whether an earlier create request may have been accepted.
    doubtful: bool,
    outputs: u32,
    percent: u8,
    /// The checkpoint that came out directly before.
    secured: Option<Checkpoint>,
    pub started: Option<Started>,
    /// The task of the last checkpoint in state *waiting*.
    pub task_id: Option<String>,
    pub outcome: Option<Outcome>,
}

impl Run {
    pub(crate) fn new(session: Session, names_known: bool) -> Self {
        Self {
            session,
            now: 1_000_000,
            names_known,
            doubtful: false,
            outputs: 0,
            percent: 0,
            secured: None,
            started: None,
            task_id: None,
            outcome: None,
        }
    }

    /// Gives a command that makes sense.
    pub(crate) fn command(&mut self, command: Command) {
        self.outcome = None;
        self.doubtful |= command == Command::CreateAgain;
        let done = self.session.handle(Input::Command(command), self.now);
        assert_eq!(done, Ok(()), "{command:?}");
    }

    /// Pumps until an exchange is asked for; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<(Kind, Transmit)> {
        loop {
            self.outputs += 1;
            assert!(self.outputs < LONGEST, "a run without an end");
            match self.session.poll() {
                Output::Event(event) => self.event(event),
                Output::Done => {
                    assert!(self.outcome.is_some(), "the end without an outcome");
                    return None;
                }
                Output::Wait(until) => {
                    assert!(self.outcome.is_none(), "a wait after the end");
                    assert!(until >= self.now, "a wait into the past");
                    self.now = until;
                    let done = self.session.handle(Input::Timeout, self.now);
                    assert_eq!(done, Ok(()));
                }
                Output::Transmit(transmit) => {
                    assert!(self.outcome.is_none(), "a request after the end");
                    let kind = self.kind(&transmit);
                    let restored = can_be_taken_up(&self.session.snapshot());
                    let may_be_paid = kind == Kind::Create || kind == Kind::List && self.doubtful;
                    assert_eq!(restored.may_create_again(), may_be_paid, "{kind:?}");
                    return Some((kind, transmit));
                }
            }
        }
    }

    /// Ends an exchange as the script says.
    pub(crate) fn end(&mut self, transmit: &Transmit, scripted: &Scripted) {
        if scripted.cancel {
            let cancelled = Input::Command(Command::Cancel);
            assert_eq!(self.session.handle(cancelled, self.now), Ok(()));
        }
        let exchange = transmit.exchange;
        let input = match scripted.end.clone() {
            End::Answer(response) => Input::Response { exchange, response },
            End::Lost(failure) => Input::TransportFailure { exchange, failure },
            End::Silence => return,
        };
        assert_eq!(self.session.handle(input, self.now), Ok(()));
    }

    /// Ends an exchange with a good answer.
    pub(crate) fn answer(&mut self, transmit: &Transmit, data: &str) {
        let end = crate::answers::ok(data);
        self.end(transmit, &Scripted { end, cancel: false });
    }

    pub(crate) fn success(&self) -> Option<&Success> {
        match &self.outcome {
            Some(Outcome::Success(success)) => Some(success),
            _ => None,
        }
    }

    pub(crate) fn failure(&self) -> Option<&Failure> {
        match &self.outcome {
            Some(Outcome::Failure(failure)) => Some(failure),
            _ => None,
        }
    }

    fn kind(&mut self, transmit: &Transmit) -> Kind {
        let secured = self.secured.take().map(|it| it.state);
        let path = transmit.request.path.as_str();
        if path.starts_with("/open/v1/product/list?") {
            Kind::List
        } else if path == "/open/v1/tasks/create" {
            assert_eq!(secured, Some(CheckpointState::Creating), "not secured");
            Kind::Create
        } else {
            assert_eq!(path, "/open/v1/tasks/detail");
            let body: Value = serde_json::from_slice(&transmit.request.body).expect("JSON");
            let asked = body.get("task_id").and_then(Value::as_str);
            assert_eq!(asked, self.task_id.as_deref(), "another task");
            Kind::Detail
        }
    }

    fn event(&mut self, event: Event) {
        assert!(self.outcome.is_none(), "an event after the end: {event:?}");
        self.secured = None;
        match event {
            Event::Checkpoint(checkpoint) => {
                let restored = can_be_taken_up(&checkpoint.continuation);
                let waiting = checkpoint.state == CheckpointState::Waiting;
                assert_eq!(restored.may_create_again(), !waiting);
                assert_eq!(waiting, checkpoint.task_id.is_some());
                self.task_id.clone_from(&checkpoint.task_id);
                self.secured = Some(checkpoint);
            }
            Event::Message(message) => self.message(&message),
            Event::Progress(progress) => {
                let percent = progress.percent;
                assert!((self.percent..=95).contains(&percent), "{percent} %");
                self.percent = percent;
            }
            Event::Started(started) => self.started = Some(started),
            Event::Finished(outcome) => {
                self.finished(&outcome);
                self.outcome = Some(outcome);
            }
            Event::Fault(_) | Event::Attempt(_) | Event::Dropped(_) => {}
        }
    }

    fn message(&self, message: &Message) {
        assert!(message.step <= 4 && !message.text.trim().is_empty());
        if self.names_known {
            let mut text = message.text.clone();
            let mut media = message.media.clone();
            // One address may stand within another.
            media.sort_by_key(|url| core::cmp::Reverse(url.len()));
            for url in &media {
                text = text.replace(url, "");
            }
            // Of what a user does know: subscriptions and descriptions.
            let text = text.replace("ubscription", "").replace("description", "");
            for word in NEVER_SAY {
                assert!(!text.contains(word), "{word:?} in {text:?}");
            }
        }
    }

    fn finished(&self, outcome: &Outcome) {
        match outcome {
            Outcome::Success(success) => {
                assert!(!success.medias.is_empty(), "a success without audio");
                assert_eq!(Some(&success.task_id), self.task_id.as_ref());
            }
            Outcome::Failure(failure) => {
                assert_eq!(failure.continuation.is_some(), failure.charge != Charge::No);
                assert_eq!(failure.task_id.is_some(), failure.charge == Charge::Yes);
                assert!(!failure.message.trim().is_empty());
                if let Some(continuation) = &failure.continuation {
                    can_be_taken_up(continuation);
                }
            }
        }
    }
}

/// A snapshot is taken, and says the same when it is written again.
fn can_be_taken_up(snapshot: &str) -> Session {
    let restored = match Session::restore(snapshot, Settings::default()) {
        Ok(restored) => restored,
        Err(error) => panic!("{error}: {snapshot}"),
    };
    assert_eq!(restored.snapshot(), snapshot);
    restored
}
