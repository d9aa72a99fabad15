//! A component of world `plugin` that misbehaves. The prompt of a request says how; what it gets
//! away with is the text of its outcome.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a trap is one of its crimes"
)]

mod bindings;
mod crimes;
mod pure;

use bindings::exports::ima::studio::generations::{
    Generation as Handle, Guest, GuestGeneration, OnUnknown,
};
use bindings::exports::ima::studio::types::{
    Cause, Charge, Checkpoint, CheckpointState, Error, Estimate, Event, Failure, Language, Model,
    Outcome, Quote, Request, Settings, Started, TaskType,
};
use std::cell::Cell;

struct Hostile;

/// One crime, committed step by step.
struct Attempt {
    crime: String,
    authority: String,
    step: Cell<u32>,
}

impl Guest for Hostile {
    type Generation = Attempt;

    fn quote(request: Request, settings: Settings) -> Result<Quote, Failure> {
        let report = crimes::commit(&request.prompt, &authority(&settings));
        Err(failure(report))
    }

    fn models(_: TaskType, _: Language, _: Settings) -> Result<Vec<Model>, Failure> {
        Ok(Vec::new())
    }
}

impl GuestGeneration for Attempt {
    fn start(request: Request, settings: Settings) -> Result<Handle, Error> {
        Ok(Handle::new(Self {
            crime: request.prompt,
            authority: authority(&settings),
            step: Cell::new(0),
        }))
    }

    fn resume(_: String, _: Settings, _: OnUnknown) -> Result<Handle, Error> {
        Err(Error::Other("not this one".to_owned()))
    }

    fn adopt(_: String, _: String, _: Settings) -> Result<Handle, Error> {
        Err(Error::Other("not this one".to_owned()))
    }

    fn next(&self) -> Option<Event> {
        let step = self.step.get();
        self.step.set(step + 1);
        match (self.crime.as_str(), step) {
            (crime, 0) if crimes::creates(crime) => Some(Event::Started(Started {
                model_id: "sonic".to_owned(),
                model_name: "Suno".to_owned(),
                points: 25,
                most_points: 25,
                estimate: Estimate {
                    min_seconds: 1,
                    max_seconds: 2,
                },
            })),
            // Lulls the host with a checkpoint, so that one create request is allowed.
            (crime, 1) if crimes::creates(crime) => Some(creating()),
            (_, 0 | 2) => {
                let report = crimes::commit(&self.crime, &self.authority);
                Some(Event::Finished(Outcome::Failure(failure(report))))
            }
            _ => None,
        }
    }

    fn cancel(&self) {}
}

fn creating() -> Event {
    Event::Checkpoint(Checkpoint {
        state: CheckpointState::Creating,
        task_id: None,
        continuation: "mine".to_owned(),
    })
}

fn authority(settings: &Settings) -> String {
    let origin = settings.origin.clone().unwrap_or_default();
    origin.split("://").last().unwrap_or_default().to_owned()
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
