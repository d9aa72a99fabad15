//! One purchase within one call: its session, and what is kept of it.

use ima_core::Millis;
use ima_core::event::{CheckpointState, Event};
use ima_core::inquiry::Inquiry;
use ima_core::outcome::{Cause, Charge, Failure, Outcome};
use ima_core::pump::Command;
use ima_core::request::{Language, TaskType};
use ima_core::session::Session;
use ima_guest::{Driver, Step, Transport};

use crate::answers::Job;
use crate::gateway::{Gateway, Standing};
use crate::problem::Problem;
use crate::words::{finished, waiting};

/// How long a session may rest between its exchanges until its task exists, in milliseconds.
const REST: Millis = 10_000;

/// A purchase, by the id of its quote.
pub(crate) struct Purchase<'a, T> {
    gateway: Gateway<'a, T>,
    id: &'a str,
}

impl<'a, T: Transport> Purchase<'a, T> {
    pub(crate) fn new(gateway: Gateway<'a, T>, id: &'a str) -> Self {
        Self { gateway, id }
    }

    /// Runs a session up to its task.
    pub(crate) fn buy(self, task: TaskType, mut session: Session) -> Result<Job, Problem> {
        let driver = Driver::new(&self.gateway);
        // The loop can't misuse a session that it just made.
        let _ = driver.command(&mut session, Command::Start);
        let rest = driver.now().saturating_add(REST);
        let mut standing = Standing {
            task: Some(task.name().to_owned()),
            ..Standing::default()
        };
        loop {
            match driver.next_until(&mut session, rest) {
                Ok(Step::Event(Event::Started(started))) => {
                    standing.model = Some(started.model_name)
                }
                Ok(Step::Event(Event::Checkpoint(checkpoint))) => {
                    standing.continuation = Some(checkpoint.continuation);
                    standing.task_id = checkpoint.task_id;
                    if checkpoint.state == CheckpointState::Creating {
                        standing.state = "creating".to_owned();
                        // Another call may have bought it meanwhile; nothing has left from here.
                        self.gateway.write(self.id, &standing)?;
                    } else {
                        standing.state = "waiting".to_owned();
                        // The gateway noted the task itself; the checkpoint tells more.
                        let _ = self.gateway.write(self.id, &standing);
                        return Ok(waiting(self.id, 0));
                    }
                }
                Ok(Step::Event(Event::Finished(Outcome::Failure(failure)))) => {
                    return Err(self.not_bought(&standing, &failure));
                }
                Ok(Step::Event(Event::Finished(Outcome::Success(_)))) => {
                    return Ok(waiting(self.id, 0));
                }
                Ok(Step::Event(_)) => {}
                Ok(Step::Paused | Step::Over) | Err(_) => {
                    let failure = Inquiry::failure(task, Language::En, Cause::Unavailable);
                    return Err(self.not_bought(&standing, &failure));
                }
            }
        }
    }

    fn not_bought(&self, standing: &Standing, failure: &Failure) -> Problem {
        if failure.charge == Charge::No && !standing.state.is_empty() {
            let end = Standing {
                state: "failed".to_owned(),
                ..Standing::default()
            };
            let _ = self.gateway.write(self.id, &end);
        }
        match self.gateway.refusal() {
            Some(refusal) if failure.charge != Charge::Yes => refusal.into(),
            _ => failure.into(),
        }
    }

    /// Waits for the audio, with rests of at most this long together.
    pub(crate) fn wait(self, mut session: Session, rest: Millis) -> Result<Job, Problem> {
        let driver = Driver::new(&self.gateway);
        let _ = driver.command(&mut session, Command::Start);
        let rest = driver.now().saturating_add(rest);
        let mut percent = 0;
        loop {
            match driver.next_until(&mut session, rest) {
                Ok(Step::Event(Event::Progress(progress))) => percent = progress.percent.into(),
                Ok(Step::Event(Event::Finished(outcome))) => {
                    return self.ended(outcome);
                }
                Ok(Step::Event(_)) => {}
                Ok(Step::Paused | Step::Over) | Err(_) => {
                    let standing = Standing {
                        state: "waiting".to_owned(),
                        task_id: session.paid().map(|paid| paid.task_id),
                        continuation: Some(session.snapshot()),
                        ..Standing::default()
                    };
                    // Only the time that has passed would be lost.
                    let _ = self.gateway.write(self.id, &standing);
                    return Ok(waiting(self.id, percent));
                }
            }
        }
    }

    fn ended(&self, outcome: Outcome) -> Result<Job, Problem> {
        let (medias, task_id, failure) = match outcome {
            Outcome::Success(success) => (success.medias, Some(success.task_id), None),
            Outcome::Failure(failure) => (
                failure.medias.clone(),
                failure.task_id.clone(),
                Some(failure),
            ),
        };
        let is_over =
            |failure: &Failure| matches!(failure.cause, Cause::TaskFailed(_) | Cause::UnknownTask);
        let state = match &failure {
            None => "finished",
            Some(failure) if is_over(failure) => "failed",
            // The deadline of this call passed, for example: the task goes on.
            Some(_) => return Ok(waiting(self.id, 95)),
        };
        let end = Standing {
            state: state.to_owned(),
            task_id,
            ..Standing::default()
        };
        let _ = self.gateway.write(self.id, &end);
        match failure {
            Some(failure) if medias.is_empty() => Err((&failure).into()),
            _ => {
                let audio: Vec<String> = medias.into_iter().map(|media| media.url).collect();
                Ok(finished(self.id, audio))
            }
        }
    }
}
