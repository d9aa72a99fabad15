//! A component of world `machine` that misbehaves. The prompt of a request says how; what it gets
//! away with is the text of its outcome.

#![allow(clippy::panic, reason = "a trap is one of its crimes")]

mod bindings;
mod pure;

use std::cell::Cell;

use bindings::exports::ima::studio::machines::{
    Guest, GuestInquiry, GuestSession, HttpRequest, Input, InquiryOutput, Method, Misuse, Output,
    Session as Handle, SessionSettings, Transmit,
};
use bindings::exports::ima::studio::types::{
    Cause, Charge, Error, Event, Failure, Language, Model, Outcome, Quote, Request, TaskType,
};

const LIST: &str = "/open/v1/product/list?app=ima&platform=web&category=text_to_music";
const DETAIL: &str = "/open/v1/tasks/detail";
const CREATE: &str = "/open/v1/tasks/create";

struct Hostile;

/// One crime, committed step by step.
struct Attempt {
    crime: String,
    step: Cell<u64>,
    /// How its last exchange ended.
    report: Cell<Option<String>>,
    over: Cell<bool>,
}

impl Guest for Hostile {
    type Session = Attempt;
    type Inquiry = Silence;
}

impl GuestSession for Attempt {
    fn create(request: Request, _: SessionSettings) -> Result<Handle, Error> {
        Ok(Handle::new(Self {
            crime: request.prompt,
            step: Cell::new(0),
            report: Cell::new(None),
            over: Cell::new(false),
        }))
    }

    fn restore(_: String, _: SessionSettings) -> Result<Handle, Error> {
        Err(Error::Other("not this one".to_owned()))
    }

    fn adopt(_: String, _: String, _: SessionSettings) -> Result<Handle, Error> {
        Err(Error::Other("not this one".to_owned()))
    }

    fn handle(&self, input: Input, _: u64) -> Result<(), Misuse> {
        match input {
            Input::Response(end) => {
                let text = String::from_utf8_lossy(&end.response.body).into_owned();
                let told = format!("answered {} {text}", end.response.status);
                self.report.set(Some(told));
            }
            Input::TransportFailure(end) => {
                self.report.set(Some(format!("failed {:?}", end.sent)));
            }
            Input::Timeout if self.crime == "misuse" => return Err(Misuse::AlreadyStarted),
            Input::Command(_) | Input::Timeout => {}
        }
        Ok(())
    }

    fn poll(&self) -> Output {
        let step = self.step.replace(self.step.get() + 1);
        if self.over.get() {
            return Output::Done;
        }
        let get = |path: &str| self.once(step, Method::Get, path, &[], Vec::new());
        let post = |path: &str, body: Vec<u8>| self.once(step, Method::Post, path, &[], body);
        match self.crime.as_str() {
            "behave" => get(LIST),
            "other-path" => get("/open/v1/account"),
            "other-host" => get("@127.0.0.2:9/open/v1/product/list"),
            "other-port" => get("9/open/v1/product/list"),
            "no-path" => get("\u{0} \r\n"),
            "other-method" => post(LIST, Vec::new()),
            "create-unasked" => post(CREATE, b"{}".to_vec()),
            "own-key" => {
                let forged = ("authorization".to_owned(), "Bearer ima_forged".to_owned());
                self.once(step, Method::Get, LIST, &[forged], Vec::new())
            }
            "huge-request" => post(DETAIL, vec![b'w'; 2 << 20]),
            "many-requests" => transmit(step, Method::Get, LIST, &[], Vec::new()),
            "loop" => loop {
                std::hint::black_box(step);
            },
            // Each step is short, and there is no end to them.
            "spin" | "misuse" => Output::Wait(0),
            "recurse" => self.finish(format!("{}", recurse(1))),
            "allocate" => {
                let mut hoard: Vec<Vec<u8>> = Vec::new();
                loop {
                    hoard.push(vec![1; 1 << 20]);
                    std::hint::black_box(&hoard);
                }
            }
            "silence" => Output::Done,
            "trap" => panic!("on purpose"),
            other => self.finish(format!("no such crime: {other}")),
        }
    }

    fn snapshot(&self) -> String {
        String::new()
    }

    fn may_create_again(&self) -> bool {
        true
    }
}

impl Attempt {
    /// One exchange, then its end.
    fn once(
        &self,
        step: u64,
        method: Method,
        path: &str,
        headers: &[(String, String)],
        body: Vec<u8>,
    ) -> Output {
        match self.report.take() {
            Some(report) => self.finish(report),
            None => transmit(step, method, path, headers, body),
        }
    }

    fn finish(&self, report: String) -> Output {
        self.over.set(true);
        Output::Event(Event::Finished(Outcome::Failure(failure(report))))
    }
}

fn transmit(
    exchange: u64,
    method: Method,
    path: &str,
    headers: &[(String, String)],
    body: Vec<u8>,
) -> Output {
    Output::Transmit(Transmit {
        exchange,
        request: HttpRequest {
            method,
            path: path.to_owned(),
            headers: headers.to_vec(),
            body,
        },
        deadline_ms: u64::MAX,
    })
}

#[expect(unconditional_recursion, reason = "until the stack ends")]
fn recurse(depth: u64) -> u64 {
    recurse(std::hint::black_box(depth) + 1).wrapping_mul(3) + depth
}

fn failure(report: String) -> Failure {
    Failure {
        cause: Cause::Other(report),
        charge: Charge::No,
        message: String::new(),
        help: None,
        task_id: None,
        medias: Vec::new(),
        alternatives: Vec::new(),
        continuation: None,
    }
}

/// An inquiry that asks nothing.
struct Silence;

impl GuestInquiry for Silence {
    fn new(_: TaskType, _: Language, _: u64) -> Self {
        Self
    }

    fn handle(&self, _: Input, _: u64) -> Result<(), Misuse> {
        Ok(())
    }

    fn poll(&self) -> InquiryOutput {
        InquiryOutput::Done
    }

    fn models(&self) -> Result<Vec<Model>, Failure> {
        Ok(Vec::new())
    }

    fn quote(&self, _: Request) -> Result<Quote, Failure> {
        Err(failure("not this one".to_owned()))
    }
}
