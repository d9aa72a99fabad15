//! Requests that spend: one generation each.

use crate::error::{ApiError, Kind};
use crate::http::Response;
use crate::job::{self, Followed, Job};
use crate::prelude::*;
use crate::run::{LONGEST, Runner, Step, Transport, applied, wait};
use crate::service::Context;
use crate::{order, retry};
use alloc::boxed::Box;
use ima_core::event::{CheckpointState, Event};
use ima_core::inquiry::Inquiry;
use ima_core::outcome::{Cause, Charge, Failure, Outcome};
use ima_core::pump::Command;
use ima_core::request::{Language, Request as Order};
use ima_core::session::{Session, Settings};

/// The deadline of a session that waits this long in its request. The request's time is over before it,
/// and the service is asked at half of it at the latest: within the time that the client waits.
fn deadline(wait: u64) -> u64 {
    match wait {
        0 => 3_600_000,
        wait => wait.saturating_mul(3) / 2,
    }
}

/// What a request that spends came to.
enum Created {
    /// The task exists.
    Job(Box<(Job, Followed)>),
    /// There is none, or nobody knows. Holds a job that an unclear answer named.
    Failed(Box<Failure>, Option<Job>),
}

/// Answers `POST /v1/audio/speech`.
pub(crate) async fn speech<T: Transport>(
    context: &Context<'_, T>,
) -> Result<Response<T>, ApiError> {
    let order = order::speech(context.request, context.language)?;
    let language = order.language;
    let (job, followed) = created(create(context, order, LONGEST).await?, language)?;
    let response = match followed {
        Followed::Finished(Outcome::Success(success)) => match success.medias.first() {
            Some(media) => job::audio(media, &job, language)?,
            None => job.accepted(202, &[]),
        },
        Followed::Finished(outcome @ Outcome::Failure(_)) => {
            return Err(job::not_told(&outcome, &job, language));
        }
        Followed::Pending(_) | Followed::Unclear if context.request.wants_no_wait() => {
            job.accepted(202, &[])
        }
        Followed::Pending(_) | Followed::Unclear => return Err(unfinished(&job, language)),
    };
    Ok(applied(context.request, response))
}

/// Answers `POST /v1/music`.
pub(crate) async fn music<T: Transport>(context: &Context<'_, T>) -> Result<Response<T>, ApiError> {
    let order = order::music(context.request, context.language)?;
    let language = order.language;
    let (job, followed) = created(create(context, order, 0).await?, language)?;
    let response = match followed {
        Followed::Finished(outcome) => match job.ended(&outcome, language) {
            Some(ended) => Response::json(200, &ended).with("location", job.address()),
            None => return Err(job::not_told(&outcome, &job, language)),
        },
        Followed::Pending(medias) => job.accepted(202, &medias),
        Followed::Unclear => job.accepted(202, &[]),
    };
    Ok(applied(context.request, response))
}

fn created(created: Created, language: Language) -> Result<(Job, Followed), ApiError> {
    match created {
        Created::Job(job) => Ok(*job),
        Created::Failed(failure, candidate) => {
            let job = candidate.map(|job| job.links());
            Err(ApiError::failed(&failure, language).job(job))
        }
    }
}

fn unfinished(job: &Job, language: Language) -> ApiError {
    let message = language.pick(
        "It takes longer than one request may last. It is paid and goes on: ask for the job.",
        "生成所需时间超过单次请求的上限。任务已付积分并仍在继续，请用任务地址查询。",
    );
    ApiError::new(504, Kind::Timeout, "not_finished", message)
        .charge("yes")
        .job(Some(job.links()))
}

/// The most that may be spent: the least of what the operator, the header and the body allow.
pub(crate) fn budget<T>(context: &Context<'_, T>, order: &mut Order) -> Result<(), ApiError> {
    const HEADER: &str = "x-max-points";
    if context.request.has(HEADER) {
        let value = context
            .request
            .header(HEADER)
            .and_then(|it| it.parse::<u32>().ok());
        let Some(points) = value else {
            let message = order.language.pick(
                "The header x-max-points must be one whole number of points.",
                "x-max-points 请求头应为一个整数积分。",
            );
            let error = ApiError::new(400, Kind::InvalidRequest, "invalid_max_points", message);
            return Err(error.param(HEADER));
        };
        order.budget = Some(order.budget.map_or(points, |own| own.min(points)));
    }
    if let Some(most) = context.configuration.max_points {
        order.budget = Some(order.budget.map_or(most, |own| own.min(most)));
    }
    Ok(())
}

async fn create<T: Transport>(
    context: &Context<'_, T>,
    mut order: Order,
    usual_wait: u64,
) -> Result<Created, ApiError> {
    let language = order.language;
    budget(context, &mut order)?;
    let seed = retry::seed(context.request, context.configuration, language)?;
    let wait = wait(context.request, usual_wait);
    let settings = Settings {
        deadline: Some(deadline(wait)),
        seed: seed.unwrap_or_else(|| context.transport.seed()),
    };
    let task = order.task;
    let opened = Session::new(order, settings);
    let mut session = opened.map_err(|invalid| ApiError::invalid(&invalid, language))?;

    let mut runner = Runner::new(context.transport, context.bearer, LONGEST).creating();
    runner.command(&mut session, Command::Start);
    loop {
        match runner.next(&mut session).await {
            Step::Event(Event::Checkpoint(checkpoint))
                if checkpoint.state == CheckpointState::Waiting =>
            {
                let Some(job) = Job::of(context.configuration, &session) else {
                    continue;
                };
                runner.waiting(wait);
                return Ok(waited(&runner, &mut session, job, wait).await);
            }
            Step::Event(Event::Finished(Outcome::Failure(failure))) => {
                let candidate = candidate(context, &session, &failure, settings);
                return Ok(Created::Failed(Box::new(failure), candidate));
            }
            Step::Event(_) => {}
            // Nothing left, or what left was refused or certainly did not arrive: the machine never
            // rests while a create request of unknown outcome is out.
            Step::Paused | Step::Over => {
                let (cause, charge) = if session.paid().is_some() {
                    (Cause::Deadline, Charge::Yes)
                } else if session.may_create_again() {
                    (Cause::OutcomeUnknown, Charge::Unknown)
                } else {
                    (Cause::Unavailable, Charge::No)
                };
                let failure = Inquiry::failure(task, language, cause);
                let failure = Box::new(Failure { charge, ..failure });
                return Ok(Created::Failed(failure, None));
            }
        }
    }
}

async fn waited<T: Transport>(
    runner: &Runner<T>,
    session: &mut Session,
    mut job: Job,
    wait: u64,
) -> Created {
    if wait == 0 {
        return Created::Job(Box::new((job, Followed::Pending(Vec::new()))));
    }
    let followed = job::follow(runner, session).await;
    if let Some(paid) = session.paid() {
        job.paid = paid;
    }
    Created::Job(Box::new((job, followed)))
}

/// The job of a task that an unclear answer named: it can be asked for, and costs nothing more.
fn candidate<T>(
    context: &Context<'_, T>,
    session: &Session,
    failure: &Failure,
    settings: Settings,
) -> Option<Job> {
    let continuation = failure.continuation.as_deref()?;
    let adopted = Session::adopt(continuation, session.candidate()?, settings).ok()?;
    Job::of(context.configuration, &adopted)
}
