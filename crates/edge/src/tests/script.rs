//! The service as a script, and what came of a request.

use crate::configuration::Configuration;
use crate::http::{Body, Request, Response};
use crate::run::Transport;
use crate::serve;
use core::cell::{Cell, RefCell};
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use ima_core::Millis;
use ima_core::http::{FailureKind, HttpResponse, Sent, Transmit, TransportFailure};
use serde_json::Value;
use std::collections::VecDeque;
use std::rc::Rc;

const MUSIC: &str = include_str!("../../../core/src/catalogue/fixtures/music.json");
const SPEECH: &str = include_str!("../../../core/src/catalogue/fixtures/speech.json");

/// How an exchange ends. Lists are answered by themselves.
#[derive(Clone, Debug)]
pub(super) enum End {
    Answer(u16, String),
    Lost(Sent),
    /// The answer comes after this time.
    After(Millis, Box<End>),
}

pub(super) fn ok(data: &str) -> End {
    End::Answer(
        200,
        format!(r#"{{"code":0,"message":"success","data":{data}}}"#),
    )
}

pub(super) fn code(code: i64) -> End {
    End::Answer(
        200,
        format!(r#"{{"code":{code},"message":"no","data":null}}"#),
    )
}

pub(super) fn created() -> End {
    ok(r#"{"id":"task_1"}"#)
}

pub(super) fn pending() -> End {
    ok(r#"{"id":"task_1","medias":[{"resource_status":0}]}"#)
}

pub(super) fn ready() -> End {
    ok(r#"{"id":"task_1","medias":[
        {"resource_status":1,"url":"https://cdn.example/1.mp3","format":"mp3","duration_str":"60s"},
        {"resource_status":1,"url":"https://cdn.example/2.mp3"}]}"#)
}

pub(super) fn failed() -> End {
    ok(r#"{"id":"task_1","medias":[{"status":"failed"}]}"#)
}

#[derive(Debug, Default)]
struct Shared {
    now: Cell<Millis>,
    seeds: Cell<u64>,
    script: RefCell<VecDeque<End>>,
    sent: RefCell<Vec<Transmit>>,
    bearers: RefCell<Vec<Option<String>>>,
}

/// A service that answers create and detail requests as scripted, the last answer over and over.
#[derive(Clone, Debug)]
pub(super) struct Service {
    shared: Rc<Shared>,
    pub(super) configuration: Configuration,
}

impl Service {
    pub(super) fn new(script: &[End]) -> Self {
        let service = Self {
            shared: Rc::default(),
            configuration: Configuration::read(b"{}").unwrap(),
        };
        service.then(script);
        service
    }

    pub(super) fn with(mut self, json: &str) -> Self {
        self.configuration = Configuration::read(json.as_bytes()).unwrap();
        self
    }

    /// Answers like this from now on.
    pub(super) fn then(&self, script: &[End]) {
        *self.shared.script.borrow_mut() = script.iter().cloned().collect();
    }

    pub(super) fn now(&self) -> Millis {
        self.shared.now.get()
    }

    /// What was sent to an operation.
    pub(super) fn sent(&self, operation: &str) -> Vec<Transmit> {
        let sent = self.shared.sent.borrow();
        let to = |transmit: &&Transmit| transmit.request.path.contains(operation);
        sent.iter().filter(to).cloned().collect()
    }

    pub(super) fn creates(&self) -> usize {
        self.sent("/tasks/create").len()
    }

    pub(super) fn bearers(&self) -> Vec<Option<String>> {
        self.shared.bearers.borrow().clone()
    }

    pub(super) fn send(&self, request: &Request) -> Answer {
        let response = block_on(serve(request, &Ok(self.configuration.clone()), self));
        Answer::of(response)
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(&post(path, body))
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        self.send(&get(path))
    }
}

pub(super) fn block_on<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a blocking transport is never pending"),
    }
}

impl Transport for Service {
    async fn exchange(
        &self,
        transmit: &Transmit,
        bearer: Option<&str>,
    ) -> Result<HttpResponse, TransportFailure> {
        self.shared.sent.borrow_mut().push(transmit.clone());
        let bearer = bearer.map(ToOwned::to_owned);
        self.shared.bearers.borrow_mut().push(bearer);
        let path = &transmit.request.path;
        if path.contains("/product/list") {
            let list = if path.contains("text_to_music") {
                MUSIC
            } else {
                SPEECH
            };
            return self.end(ok(list), transmit);
        }
        let mut script = self.shared.script.borrow_mut();
        let end = match script.len() {
            0 => panic!("not in the script: {path}"),
            1 => script.front().cloned().unwrap(),
            _ => script.pop_front().unwrap(),
        };
        drop(script);
        self.end(end, transmit)
    }

    fn now(&self) -> Millis {
        self.shared.now.get()
    }

    async fn sleep_until(&self, deadline: Millis) {
        self.shared.now.set(self.now().max(deadline));
    }

    fn seed(&self) -> (u64, u64) {
        let seed = self.shared.seeds.get() + 1;
        self.shared.seeds.set(seed);
        (seed, 7)
    }
}

impl Service {
    fn end(&self, end: End, transmit: &Transmit) -> Result<HttpResponse, TransportFailure> {
        let lost = |sent| TransportFailure {
            sent,
            kind: FailureKind::Network,
        };
        match end {
            End::Answer(status, body) => Ok(HttpResponse {
                status,
                headers: Vec::new(),
                body: body.into_bytes(),
            }),
            End::Lost(sent) => Err(lost(sent)),
            End::After(time, end) => {
                let at = self.now() + time;
                self.shared.now.set(at.min(transmit.deadline));
                match at > transmit.deadline {
                    true => Err(lost(Sent::Maybe)),
                    false => self.end(*end, transmit),
                }
            }
        }
    }
}

pub(super) fn get(path: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        path: path.to_owned(),
        authority: Some("edge.example".to_owned()),
        ..Request::default()
    }
    .with("authorization", "Bearer ima_key")
}

pub(super) fn post(path: &str, body: &Value) -> Request {
    Request {
        method: "POST".to_owned(),
        body: body.to_string().into_bytes(),
        ..get(path)
    }
    .with("content-type", "application/json")
}

impl Request {
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers
            .push((name.to_owned(), value.as_bytes().to_vec()));
        self
    }
}

/// An answer, its events read to their end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    headers: Vec<(&'static str, String)>,
    pub(super) text: String,
}

impl Answer {
    fn of(response: Response<Service>) -> Self {
        let body = match response.body {
            Body::Full(body) => body,
            Body::Events(mut events) => {
                let mut all = Vec::new();
                while let Some(frame) = block_on(events.next()) {
                    all.extend(frame);
                }
                all
            }
        };
        Self {
            status: response.status,
            headers: response.headers,
            text: String::from_utf8(body).unwrap(),
        }
    }

    pub(super) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(own, _)| *own == name);
        found.map_or("", |(_, value)| value)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{}", self.text))
    }

    /// Status, code and charge of an error, which has the whole shape.
    pub(super) fn error(&self) -> (u16, String, String) {
        let error = &self.json()["error"];
        for member in ["message", "type", "code", "charge"] {
            assert!(error[member].is_string(), "{member}: {}", self.text);
        }
        assert!(error.get("param").is_some(), "{}", self.text);
        assert!(!self.header("x-should-retry").is_empty());
        let text = |name: &str| error[name].as_str().unwrap().to_owned();
        (self.status, text("code"), text("charge"))
    }
}
