//! Jobs: what is known of a task, by its token.

use crate::configuration::Configuration;
use crate::error::{ApiError, Kind};
use crate::http::{Request, Response, is_address, text};
use crate::prelude::*;
use crate::run::{Runner, Step, Transport, applied, wait};
use crate::service::Context;
use crate::token;
use ima_core::event::Event;
use ima_core::outcome::{Cause, Failure, Media, Outcome};
use ima_core::pump::Command;
use ima_core::request::{Language, TaskType};
use ima_core::session::{Paid, Session};
use serde_json::{Value, json};

/// What became of a job within one request.
#[derive(Debug)]
pub(crate) enum Followed {
    /// It ended, with audio or without.
    Finished(Outcome),
    /// It goes on. Holds the media that are there already.
    Pending(Vec<Media>),
    /// The service could not be asked.
    Unclear,
}

/// A job as the answers name it.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) token: String,
    pub(crate) paid: Paid,
}

impl Job {
    /// The job of a session whose task exists.
    pub(crate) fn of(configuration: &Configuration, session: &Session) -> Option<Self> {
        Some(Self {
            token: token::write(configuration, session)?,
            paid: session.paid()?,
        })
    }

    /// Where its state is found.
    pub(crate) fn address(&self) -> String {
        format!("/v1/jobs/{}", self.token)
    }

    /// Where all of it is found.
    pub(crate) fn links(&self) -> Value {
        let address = self.address();
        json!({
            "id": self.token,
            "object": "job",
            "status_url": address,
            "events_url": format!("{address}/events"),
            "content_url": format!("{address}/content"),
        })
    }

    fn value(&self, status: &str, progress: u64, medias: &[Media], error: Option<Value>) -> Value {
        let mut job = self.links();
        let content = format!("{}/content", self.address());
        let outputs = medias.iter().enumerate().map(|(index, media)| {
            json!({
                "index": index,
                "url": media.url,
                "content_url": format!("{content}?n={index}"),
                "format": text(media.format.as_deref()),
                "duration": text(media.duration.as_deref()),
            })
        });
        if let Value::Object(members) = &mut job {
            let paid = &self.paid;
            let task = match paid.task {
                TaskType::TextToMusic => "music",
                TaskType::TextToSpeech => "speech",
            };
            for (name, value) in [
                ("status", json!(status)),
                ("task", json!(task)),
                ("model", json!(paid.model_id)),
                ("model_name", json!(paid.model_name)),
                ("points", json!(paid.points)),
                ("charge", json!("yes")),
                ("progress", json!(progress)),
                ("elapsed_ms", json!(paid.elapsed)),
                (
                    "estimate",
                    json!({
                        "min_seconds": paid.estimate.min_seconds,
                        "max_seconds": paid.estimate.max_seconds,
                    }),
                ),
                ("outputs", outputs.collect()),
                ("error", error.unwrap_or(Value::Null)),
            ] {
                members.insert(name.to_owned(), value);
            }
        }
        job
    }

    /// The job while it goes on.
    pub(crate) fn pending(&self, medias: &[Media]) -> Value {
        self.value("in_progress", percent(&self.paid), medias, None)
    }

    /// The job at its end; `None` if that is no end of the job, but of asking for it.
    pub(crate) fn ended(&self, outcome: &Outcome, language: Language) -> Option<Value> {
        match outcome {
            Outcome::Success(success) => Some(self.value("completed", 100, &success.medias, None)),
            Outcome::Failure(failure) if is_end(failure) => {
                let error = ApiError::failed(failure, language).value();
                let progress = percent(&self.paid);
                Some(self.value("failed", progress, &failure.medias, Some(error)))
            }
            Outcome::Failure(_) => None,
        }
    }

    /// How long to wait before asking again, in milliseconds.
    pub(crate) fn poll_after(&self) -> u32 {
        match self.paid.task {
            TaskType::TextToMusic => 5_000,
            TaskType::TextToSpeech => 2_000,
        }
    }

    /// The answer while it goes on.
    pub(crate) fn accepted<T>(&self, status: u16, medias: &[Media]) -> Response<T> {
        let after = self.poll_after();
        Response::json(status, &self.pending(medias))
            .with("location", self.address())
            .with("retry-after", after.div_ceil(1000).to_string())
            .with("openai-poll-after-ms", after.to_string())
    }
}

/// Whether it is the task that failed, not the asking for it.
fn is_end(failure: &Failure) -> bool {
    matches!(failure.cause, Cause::TaskFailed(_))
}

/// How far the waiting has come, of the upper estimate; never above 95 before the end.
pub(crate) fn percent(paid: &Paid) -> u64 {
    let most = u64::from(paid.estimate.max_seconds)
        .saturating_mul(1000)
        .max(1);
    (paid.elapsed.saturating_mul(100) / most).min(95)
}

/// Runs the session of a job as far as the request's time goes.
pub(crate) async fn follow<T: Transport>(runner: &Runner<T>, session: &mut Session) -> Followed {
    let mut fault = None;
    loop {
        match runner.next(session).await {
            Step::Event(Event::Finished(outcome)) => return Followed::Finished(outcome),
            Step::Event(Event::Fault(_)) => fault = Some(runner.exchanges()),
            Step::Event(_) => {}
            Step::Paused if fault == Some(runner.exchanges()) => return Followed::Unclear,
            Step::Paused => return Followed::Pending(ready(runner, session).await),
            Step::Over => return Followed::Unclear,
        }
    }
}

/// The media that are there although the task goes on: no longer waiting gives them.
async fn ready<T: Transport>(runner: &Runner<T>, session: &mut Session) -> Vec<Media> {
    runner.command(session, Command::Cancel);
    loop {
        match runner.next(session).await {
            Step::Event(Event::Finished(Outcome::Failure(failure))) => return failure.medias,
            Step::Event(_) => {}
            Step::Paused | Step::Over => return Vec::new(),
        }
    }
}

/// How long the client has waited already, as it says itself: it changes nothing but the pace and the
/// progress.
pub(crate) fn waited(request: &Request) -> u64 {
    let said = request
        .query("elapsed_ms")
        .or(request.header("last-event-id"));
    const DAY: u64 = 86_400_000;
    said.and_then(|it| it.parse().ok()).unwrap_or(0).min(DAY)
}

/// The session of a token and its job.
pub(crate) fn open<T: Transport>(
    context: &Context<'_, T>,
    token: &str,
) -> Result<(Session, Job), ApiError> {
    let session = token::read(context.configuration, token, context.transport.seed());
    let session = session.map(|session| session.waited_for(waited(context.request)));
    let job = session.as_ref().and_then(Session::paid).map(|paid| Job {
        token: token.to_owned(),
        paid,
    });
    session.zip(job).ok_or_else(|| {
        let message = context.language.pick(
            "There is no such job. The address may be incomplete.",
            "没有这个任务，地址可能不完整。",
        );
        ApiError::new(404, Kind::InvalidRequest, "job_not_found", message)
    })
}

/// The answer where the service could not be asked: the job goes on, and asking again costs nothing.
pub(crate) fn unclear(job: &Job, language: Language) -> ApiError {
    let message = language.pick(
        "The service can't be asked at the moment. The job goes on and is paid; ask again later.",
        "暂时无法查询，任务已付积分并仍在继续，请稍后再查。",
    );
    ApiError::new(503, Kind::Server, "status_unavailable", message)
        .charge("yes")
        .job(Some(job.links()))
        .may_be_retried()
}

/// Asks for a job.
async fn asked<T: Transport>(
    context: &Context<'_, T>,
    token: &str,
) -> Result<(Job, Followed), ApiError> {
    let (mut session, mut job) = open(context, token)?;
    let runner = Runner::new(context.transport, context.bearer, wait(context.request, 0));
    runner.command(&mut session, Command::Start);
    let followed = follow(&runner, &mut session).await;
    if let Some(paid) = session.paid() {
        job.paid = paid;
    }
    Ok((job, followed))
}

/// An outcome that is no end of the job: what kept the service from being asked.
pub(crate) fn not_told(outcome: &Outcome, job: &Job, language: Language) -> ApiError {
    match outcome {
        Outcome::Failure(failure) => ApiError::failed(failure, language).job(Some(job.links())),
        Outcome::Success(_) => unclear(job, language),
    }
}

/// Answers `GET /v1/jobs/{token}`.
pub(crate) async fn status<T: Transport>(
    context: &Context<'_, T>,
    token: &str,
) -> Result<Response<T>, ApiError> {
    let (job, followed) = asked(context, token).await?;
    let response = match followed {
        Followed::Unclear => return Err(unclear(&job, context.language)),
        Followed::Pending(medias) => job.accepted(200, &medias),
        Followed::Finished(outcome) => match job.ended(&outcome, context.language) {
            Some(ended) => Response::json(200, &ended),
            None => return Err(not_told(&outcome, &job, context.language)),
        },
    };
    Ok(applied(context.request, response))
}

/// Answers `GET /v1/jobs/{token}/content`.
pub(crate) async fn content<T: Transport>(
    context: &Context<'_, T>,
    token: &str,
) -> Result<Response<T>, ApiError> {
    let (job, followed) = asked(context, token).await?;
    let medias = match followed {
        Followed::Unclear => return Err(unclear(&job, context.language)),
        Followed::Pending(_) => {
            let message = context.language.pick(
                "The audio is not there yet. Ask again in a few seconds.",
                "音频还没有生成好，请几秒后再查。",
            );
            return Err(
                ApiError::new(409, Kind::InvalidRequest, "not_ready", message)
                    .charge("yes")
                    .job(Some(job.links()))
                    .may_be_retried(),
            );
        }
        Followed::Finished(Outcome::Success(success)) => success.medias,
        Followed::Finished(Outcome::Failure(failure)) if !failure.medias.is_empty() => {
            failure.medias
        }
        Followed::Finished(outcome) => return Err(not_told(&outcome, &job, context.language)),
    };
    let number = context
        .request
        .query("n")
        .map_or(Ok(0), str::parse::<usize>);
    let media = number.ok().and_then(|number| medias.get(number));
    match media {
        Some(media) => Ok(applied(
            context.request,
            audio(media, &job, context.language)?,
        )),
        None => {
            let message = context.language.pick(
                "There is no audio of this number; the first one is 0.",
                "没有这个编号的音频，编号从 0 开始。",
            );
            Err(
                ApiError::new(404, Kind::InvalidRequest, "output_not_found", message)
                    .charge("yes")
                    .param("n"),
            )
        }
    }
}

/// Sends the client to an audio.
pub(crate) fn audio<T>(
    media: &Media,
    job: &Job,
    language: Language,
) -> Result<Response<T>, ApiError> {
    if is_address(&media.url) {
        return Ok(Response::see_other(&media.url));
    }
    let message = language.pick(
        "The audio is ready, but the service gave no address that can be followed.",
        "音频已生成，但服务给出的地址无法打开。",
    );
    Err(
        ApiError::new(502, Kind::Server, "unusable_address", message)
            .charge("yes")
            .job(Some(job.links())),
    )
}
