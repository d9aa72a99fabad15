//! A script of the service's answers, played against a session on a clock that jumps.

use crate::Millis;
use crate::catalogue::fixtures;
use crate::event::{Checkpoint, Event, Message};
use crate::http::{ExchangeId, FailureKind, HttpResponse, Sent, TransportFailure};
use crate::outcome::{Failure, Outcome, Success};
use crate::pump::{Command, Input, Output, Pump};
use crate::request::{Language, Request, TaskType};
use crate::session::{Session, Settings};
use std::collections::VecDeque;

pub(super) const LIST: &str = "/product/list";
pub(super) const CREATE: &str = "/tasks/create";
pub(super) const DETAIL: &str = "/tasks/detail";

/// One exchange of a script: the path that is expected, and how it ends.
pub(super) type Step = (&'static str, End);

#[derive(Clone, Debug)]
pub(super) enum End {
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    Failure(Sent, FailureKind),
    /// Nothing comes back at all, not even from the driver.
    Silence,
    /// The user cancels while the exchange is under way; then it ends like this.
    CancelThen(Box<End>),
}

pub(super) fn answer(status: u16, body: &str) -> End {
    End::Answer {
        status,
        headers: Vec::new(),
        body: body.to_owned(),
    }
}

pub(super) fn ok(data: &str) -> End {
    answer(
        200,
        &format!(r#"{{"code":0,"message":"success","data":{data}}}"#),
    )
}

pub(super) fn code(code: i64, message: &str) -> End {
    answer(
        200,
        &format!(r#"{{"code":{code},"message":"{message}","data":null}}"#),
    )
}

pub(super) fn lost(sent: Sent) -> End {
    End::Failure(sent, FailureKind::Network)
}

pub(super) fn list() -> Step {
    (LIST, ok(fixtures::MUSIC))
}

pub(super) fn created() -> Step {
    (CREATE, ok(r#"{"id":"task_1"}"#))
}

pub(super) fn medias(medias: &str) -> Step {
    (
        DETAIL,
        ok(&format!(r#"{{"id":"task_1","medias":{medias}}}"#)),
    )
}

pub(super) fn pending() -> Step {
    medias(r#"[{"resource_status":0,"status":"processing"}]"#)
}

pub(super) fn ready() -> Step {
    medias(
        r#"[{"resource_status":1,"status":"success","url":"https://cdn.example/1.mp3","duration_str":"60s","format":"mp3"},
            {"resource_status":1,"status":"success","url":"https://cdn.example/2.mp3","duration_str":"61s","format":"mp3"}]"#,
    )
}

/// The audio of a task of another id.
pub(super) fn ready_as(id: &str) -> Step {
    let media = r#"{"resource_status":1,"url":"https://cdn.example/1.mp3"}"#;
    (DETAIL, ok(&format!(r#"{{"id":{id},"medias":[{media}]}}"#)))
}

pub(super) fn song() -> Request {
    Request::new(TaskType::TextToMusic, "a song of rain", Language::En)
}

/// A session and what came out of it.
pub(super) struct Run {
    pub(super) session: Session,
    pub(super) now: Millis,
    pub(super) log: Vec<String>,
    pub(super) events: Vec<Event>,
    /// The paths and bodies of the requests, in order.
    pub(super) requests: Vec<(String, String)>,
    /// The idempotency keys of the create requests, in order.
    pub(super) keys: Vec<String>,
    /// When each request left.
    pub(super) times: Vec<Millis>,
}

impl Run {
    pub(super) fn new(request: Request) -> Self {
        Self::with(request, Settings::default())
    }

    pub(super) fn with(request: Request, settings: Settings) -> Self {
        Self::of(Session::new(request, settings).unwrap())
    }

    pub(super) fn restored(snapshot: &str) -> Self {
        Self::of(Session::restore(snapshot, Settings::default()).unwrap())
    }

    pub(super) fn of(session: Session) -> Self {
        Self {
            session,
            now: 1_000_000,
            log: Vec::new(),
            events: Vec::new(),
            requests: Vec::new(),
            keys: Vec::new(),
            times: Vec::new(),
        }
    }

    /// Starts the session and plays the script to its end. Panics where the session asks for
    /// something else, or does not use all of it.
    pub(super) fn play(self, script: Vec<Step>) -> Self {
        self.play_from(Command::Start, script)
    }

    pub(super) fn play_from(mut self, command: Command, script: Vec<Step>) -> Self {
        let mut script = VecDeque::from(script);
        self.command(command);
        while let Some((id, path)) = self.run_to_exchange() {
            let (expected, end) = script
                .pop_front()
                .unwrap_or_else(|| panic!("unexpected {path}"));
            assert!(path.contains(expected), "{path} instead of {expected}");
            self.end(id, end);
        }
        assert!(script.is_empty(), "not used: {script:?}");
        self
    }

    pub(super) fn command(&mut self, command: Command) {
        self.session
            .handle(Input::Command(command), self.now)
            .unwrap();
    }

    /// Pumps until an exchange is asked for (its id and path) or nothing comes any more.
    pub(super) fn run_to_exchange(&mut self) -> Option<(ExchangeId, String)> {
        loop {
            match self.session.poll() {
                Output::Event(event) => self.event(event),
                Output::Done => return None,
                Output::Wait(until) => {
                    assert!(until >= self.now, "a wait into the past");
                    self.now = until;
                    self.session.handle(Input::Timeout, self.now).unwrap();
                }
                Output::Transmit(transmit) => {
                    let path = transmit.request.path.clone();
                    self.note(&format!("{:?} {path}", transmit.request.method));
                    let headers = transmit.request.headers.iter();
                    let key = headers
                        .filter(|(name, _)| *name == "idempotency-key")
                        .map(|(_, key)| key.to_string());
                    let before = self.keys.len();
                    self.keys.extend(key);
                    let creates = usize::from(path.contains(CREATE));
                    assert_eq!(self.keys.len() - before, creates, "a key for create alone");
                    let body = String::from_utf8(transmit.request.body).unwrap();
                    self.requests.push((path.clone(), body));
                    self.times.push(self.now);
                    return Some((transmit.exchange, path));
                }
            }
        }
    }

    pub(super) fn end(&mut self, exchange: ExchangeId, end: End) {
        let input = match end {
            End::Silence => return,
            End::CancelThen(end) => {
                self.command(Command::Cancel);
                return self.end(exchange, *end);
            }
            End::Answer {
                status,
                headers,
                body,
            } => Input::Response {
                exchange,
                response: HttpResponse {
                    status,
                    headers,
                    body: body.into_bytes(),
                },
            },
            End::Failure(sent, kind) => Input::TransportFailure {
                exchange,
                failure: TransportFailure { sent, kind },
            },
        };
        self.session.handle(input, self.now).unwrap();
    }

    fn event(&mut self, event: Event) {
        let line = match &event {
            Event::Checkpoint(checkpoint) => {
                format!("checkpoint {:?} {:?}", checkpoint.state, checkpoint.task_id)
            }
            Event::Message(message) => {
                format!("{:?} {}: {:?}", message.kind, message.step, message.text)
            }
            Event::Started(started) => format!("started {} {}", started.model_id, started.points),
            Event::Progress(progress) => format!("progress {}%", progress.percent),
            Event::Fault(fault) => format!("fault {:?} {:?}", fault.phase, fault.status),
            Event::Attempt(attempt) => attempt.text.clone(),
            Event::Dropped(dropped) => format!("dropped {}", dropped.field),
            Event::Finished(Outcome::Success(success)) => {
                format!("success {} media", success.medias.len())
            }
            Event::Finished(Outcome::Failure(failure)) => {
                format!("failure {:?} charge {:?}", failure.cause, failure.charge)
            }
        };
        self.note(&line);
        self.events.push(event);
    }

    fn note(&mut self, line: &str) {
        self.log.push(format!("{:>7} {line}", self.now - 1_000_000));
    }

    pub(super) fn transcript(&self) -> String {
        self.log.join("\n")
    }

    pub(super) fn creates(&self) -> usize {
        self.asked(CREATE)
    }

    pub(super) fn asked(&self, part: &str) -> usize {
        self.requests
            .iter()
            .filter(|(path, _)| path.contains(part))
            .count()
    }

    pub(super) fn messages(&self) -> Vec<&Message> {
        fn message(event: &Event) -> Option<&Message> {
            match event {
                Event::Message(message) => Some(message),
                _ => None,
            }
        }
        self.events.iter().filter_map(message).collect()
    }

    pub(super) fn checkpoints(&self) -> Vec<&Checkpoint> {
        fn checkpoint(event: &Event) -> Option<&Checkpoint> {
            match event {
                Event::Checkpoint(checkpoint) => Some(checkpoint),
                _ => None,
            }
        }
        self.events.iter().filter_map(checkpoint).collect()
    }

    pub(super) fn failure(&self) -> &Failure {
        match self.events.last() {
            Some(Event::Finished(Outcome::Failure(failure))) => failure,
            other => panic!("no failure: {other:?}"),
        }
    }

    pub(super) fn success(&self) -> &Success {
        match self.events.last() {
            Some(Event::Finished(Outcome::Success(success))) => success,
            other => panic!("no success: {other:?}"),
        }
    }
}
