//! Answers of the service, and playing them to a machine without any I/O.

#![allow(dead_code, reason = "no target uses all of it")]

use ima_core::Millis;
use ima_core::http::{ExchangeId, HttpResponse};
use ima_core::pump::{Command, Input, Output, Pump};
use ima_core::request::{Language, Request, TaskType};
use ima_core::session::{Session, Settings};

/// An answer with this body.
pub fn response(body: Vec<u8>) -> HttpResponse {
    HttpResponse {
        status: 200,
        headers: Vec::new(),
        body,
    }
}

/// The answers after the list: the task exists, it is at work, both clips are there.
pub fn answers() -> [HttpResponse; 3] {
    [
        r#"{"code":0,"message":"success","data":{"id":"task_0123456789abcdef"}}"#,
        r#"{"code":0,"message":"success","data":{"id":"task_0123456789abcdef","medias":[{"resource_status":0,"status":"processing"}]}}"#,
        r#"{"code":0,"message":"success","data":{"id":"task_0123456789abcdef","medias":[{"resource_status":1,"status":"success","url":"https://cdn.example/1.mp3","duration_str":"60s","format":"mp3"},{"resource_status":1,"status":"success","url":"https://cdn.example/2.mp3","duration_str":"61s","format":"mp3"}]}}"#,
    ]
    .map(|body| response(body.as_bytes().to_vec()))
}

/// A session for a song with lyrics.
pub fn session() -> Session {
    let request = Request::new(TaskType::TextToMusic, "a song of rain", Language::En)
        .with("lyrics", "la la la".into())
        .with("tags", "jazz".into());
    Session::new(request, Settings::default()).expect("a request that can be priced")
}

/// A machine with its clock and the exchange that is under way.
pub struct Play<P> {
    pub machine: P,
    now: Millis,
    exchange: Option<ExchangeId>,
}

impl<P: Pump> Play<P> {
    /// Starts a machine and pumps it to its first exchange.
    pub fn start(machine: P) -> Self {
        let mut play = Self {
            machine,
            now: 0,
            exchange: None,
        };
        play.handle(Input::Command(Command::Start));
        play.pump();
        play
    }

    /// Answers the exchange that is under way and pumps on to the next one, or to the end.
    pub fn answer(&mut self, response: HttpResponse) {
        let exchange = self.exchange.take().expect("an exchange is under way");
        self.handle(Input::Response { exchange, response });
        self.pump();
    }

    /// Hands in what happened.
    pub fn handle(&mut self, input: Input) {
        let handled = self.machine.handle(input, self.now);
        handled.expect("an input that makes sense");
    }

    /// The exchange that is under way; none at the end.
    pub fn exchange(&self) -> Option<ExchangeId> {
        self.exchange
    }

    /// Drops what is reported, and lets the time pass where there is nothing else to do.
    fn pump(&mut self) {
        loop {
            match self.machine.poll() {
                Output::Event(_) => {}
                Output::Transmit(transmit) => {
                    self.exchange = Some(transmit.exchange);
                    return;
                }
                Output::Done => return,
                Output::Wait(until) => {
                    self.now = until;
                    self.handle(Input::Timeout);
                }
            }
        }
    }
}
