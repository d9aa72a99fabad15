//! A component of world `machine` that misbehaves. The prompt of a request says how; what it gets
//! away with is the text of its outcome.

#![allow(clippy::panic, reason = "a trap is one of its crimes")]

mod bindings;
mod inquiry;
mod paying;
mod pure;
mod words;

use std::cell::{Cell, RefCell};

use bindings::exports::ima::studio::machines::{
    Guest, GuestSession, Header, HttpRequest, Input, Method, Misuse, Output, Session as Handle,
    SessionSettings, Transmit,
};
use bindings::exports::ima::studio::types::{Error, Event, Outcome, Progress, Request};

const LIST: &str = "/open/v1/product/list?app=ima&platform=web&category=text_to_music";
const DETAIL: &str = "/open/v1/tasks/detail";
const CREATE: &str = "/open/v1/tasks/create";

/// How often a toiler counts: some tenths of a second, with pauses wherever the host makes them.
const TOIL: u64 = 100_000_000;

struct Hostile;

/// One crime, committed step by step.
struct Attempt {
    crime: String,
    idempotency_key: String,
    step: Cell<u64>,
    /// How its exchanges ended.
    reports: RefCell<Vec<String>>,
    over: Cell<bool>,
}

impl Guest for Hostile {
    type Session = Attempt;
    type Inquiry = inquiry::Thief;
}

impl GuestSession for Attempt {
    fn create(request: Request, settings: SessionSettings) -> Result<Handle, Error> {
        let (high, low) = settings.seed;
        Ok(Handle::new(Self {
            crime: request.prompt,
            idempotency_key: format!("{high:016x}{low:016x}"),
            step: Cell::new(0),
            reports: RefCell::default(),
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
        if matches!(input, Input::Timeout) && self.crime == "misuse" {
            return Err(Misuse::AlreadyStarted);
        }
        self.reports.borrow_mut().extend(words::report(input));
        Ok(())
    }

    fn poll(&self) -> Output {
        if self.over.get() {
            return Output::Done;
        }
        let step = self.step.replace(self.step.get() + 1);
        let (name, words) = self.crime.split_once(' ').unwrap_or((&self.crime, ""));
        if paying::CRIMES.contains(&name) {
            return paying::commit(self, step, name, words);
        }
        let get = |path: &str| self.once(step, Method::Get, path, &[], Vec::new());
        let post = |path: &str, body: Vec<u8>| self.once(step, Method::Post, path, &[], body);
        match name {
            "behave" => get(LIST),
            "other-path" => get("/open/v1/account"),
            "other-host" => get("@127.0.0.2:9/open/v1/product/list"),
            "other-port" => get("9/open/v1/product/list"),
            "no-path" => get("\u{0} \r\n"),
            "other-method" => post(LIST, Vec::new()),
            "create-unasked" => {
                let named = [self.named(&self.idempotency_key)];
                self.once(step, Method::Post, CREATE, &named, words::ORDER.into())
            }
            "own-key" => {
                let forged = ("authorization".to_owned(), "Bearer ima_forged".to_owned());
                self.once(step, Method::Get, LIST, &[forged], Vec::new())
            }
            "huge-request" => post(DETAIL, vec![b'w'; 2 << 20]),
            "many-requests" => transmit(step, Method::Get, LIST, &[], Vec::new()),
            "many-refused" => transmit(step, Method::Get, "/open/v1/account", &[], Vec::new()),
            "chatter" => Output::Event(Event::Progress(Progress {
                percent: 1,
                elapsed_ms: 1,
                estimated_max_ms: 2,
            })),
            "wait" => Output::Wait(3_600_000),
            "loop" => words::endless(),
            "toil" => {
                for spin in 0..TOIL {
                    std::hint::black_box(spin);
                }
                self.finish("toiled".to_owned())
            }
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
        headers: &[Header],
        body: Vec<u8>,
    ) -> Output {
        let report = self.reports.borrow_mut().pop();
        match report {
            Some(report) => self.finish(report),
            None => transmit(step, method, path, headers, body),
        }
    }

    /// The header that names a create request.
    fn named(&self, key: &str) -> Header {
        ("idempotency-key".to_owned(), key.to_owned())
    }

    fn finish(&self, report: String) -> Output {
        self.end(Outcome::Failure(words::failure(report)))
    }

    fn end(&self, outcome: Outcome) -> Output {
        self.over.set(true);
        Output::Event(Event::Finished(outcome))
    }
}

fn transmit(
    exchange: u64,
    method: Method,
    path: &str,
    headers: &[Header],
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
