//! A job's events as they happen, in the form of server-sent events.

use crate::error::ApiError;
use crate::http::{Body, Response};
use crate::job::{self, Job};
use crate::prelude::*;
use crate::run::{LONGEST, Runner, Step, Transport};
use crate::service::Context;
use ima_core::event::{Event, MessageKind};
use ima_core::outcome::Outcome;
use ima_core::pump::Command;
use ima_core::request::Language;
use ima_core::session::Session;
use serde_json::{Value, json};

/// A stream of events. It ends with the job, or when the request's time is over: then the client asks
/// again with the header `Last-Event-ID`, which says how long the job was waited for.
#[derive(Debug)]
pub struct Events<T> {
    runner: Runner<T>,
    session: Session,
    job: Job,
    language: Language,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ready,
    Running,
    Over,
}

/// Answers `GET /v1/jobs/{token}/events`.
pub(crate) fn stream<T: Transport>(
    context: &Context<'_, T>,
    token: &str,
) -> Result<Response<T>, ApiError> {
    let (session, job) = job::open(context, token)?;
    let events = Events {
        runner: Runner::new(context.transport, context.bearer, LONGEST),
        session,
        job,
        language: context.language,
        state: State::Ready,
    };
    let mut response = Response::empty(200)
        .with("content-type", "text/event-stream; charset=utf-8")
        .with("cache-control", "no-store")
        // Some proxies hold back what they could compress or collect.
        .with("x-accel-buffering", "no");
    response.body = Body::Events(alloc::boxed::Box::new(events));
    Ok(response)
}

impl<T: Transport> Events<T> {
    /// The next frame, or `None` at the end.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        match self.state {
            State::Over => None,
            State::Ready => {
                self.state = State::Running;
                self.runner.command(&mut self.session, Command::Start);
                let first = self.progress();
                Some([b"retry: 1000\n\n".as_slice(), &first].concat())
            }
            State::Running => Some(self.running().await),
        }
    }

    async fn running(&mut self) -> Vec<u8> {
        loop {
            match self.runner.next(&mut self.session).await {
                Step::Event(Event::Message(message)) => {
                    let kind = match message.kind {
                        MessageKind::Reply => "reply",
                        MessageKind::Push => "push",
                    };
                    let value = json!({
                        "kind": kind,
                        "step": message.step,
                        "language": message.language.code(),
                        "text": message.text,
                        "media": message.media,
                    });
                    return self.frame("message", &value);
                }
                Step::Event(Event::Progress(_)) => return self.progress(),
                Step::Event(Event::Finished(outcome)) => {
                    self.state = State::Over;
                    return self.end(&outcome);
                }
                Step::Event(Event::Fault(_)) => return b": no answer, asking again\n\n".to_vec(),
                Step::Event(_) => {}
                Step::Paused | Step::Over => {
                    self.state = State::Over;
                    return self.progress();
                }
            }
        }
    }

    fn end(&mut self, outcome: &Outcome) -> Vec<u8> {
        self.keep_time();
        match (self.job.ended(outcome, self.language), outcome) {
            (Some(ended), Outcome::Success(_)) => self.frame("completed", &ended),
            (Some(ended), Outcome::Failure(_)) => self.frame("failed", &ended),
            (None, _) => {
                let error = job::not_told(outcome, &self.job, self.language);
                self.frame("error", &json!({"error": error.value()}))
            }
        }
    }

    fn progress(&mut self) -> Vec<u8> {
        self.keep_time();
        let pending = self.job.pending(&[]);
        self.frame("progress", &pending)
    }

    fn keep_time(&mut self) {
        if let Some(paid) = self.session.paid() {
            self.job.paid = paid;
        }
    }

    fn frame(&mut self, event: &str, data: &Value) -> Vec<u8> {
        self.keep_time();
        let elapsed = self.job.paid.elapsed;
        // JSON text has no line break of its own.
        format!("event: {event}\nid: {elapsed}\ndata: {data}\n\n").into_bytes()
    }
}
