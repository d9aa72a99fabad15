//! Drives a generation to its end: shows it, lets Ctrl-C stop it, saves the audio.

use ima_host::types::{Cause, Charge, Event, Failure, InvalidValue, Media, Outcome, Success};
use ima_host::{Aftermath, Error, Generation, JobState, Runtime};

use crate::args::{Common, Wait};
use crate::exit::Exit;
use crate::report::{self, Failed, Problem, SavedFile};
use crate::setup::Trouble;
use crate::show::Show;
use crate::{files, text};

pub(crate) async fn run(
    common: &Common,
    runtime: &Runtime,
    mut generation: Generation,
    wait: &Wait,
) -> Result<Exit, Trouble> {
    let language = common.language();
    let mut show = Show::new(common.json, language);
    let outcome = follow(&mut generation, &mut show, common).await;
    show.clear();
    let job = generation.job().map(str::to_owned);
    match outcome.map_err(|error| Trouble::of(&error, language))? {
        Some(Outcome::Success(success)) => {
            Ok(deliver(common, runtime, &success, job.as_deref(), wait, &mut show).await)
        }
        Some(Outcome::Failure(failure)) => {
            Ok(fail(common, runtime, &failure, job.as_deref(), wait, &mut show).await)
        }
        None => Err(abandoned(runtime, &generation, common)),
    }
}

/// Shows the events until the last one; none where the user would not wait for it.
async fn follow(
    generation: &mut Generation,
    show: &mut Show,
    common: &Common,
) -> Result<Option<Outcome>, Error> {
    let canceller = generation.canceller();
    let mut stopping = false;
    loop {
        tokio::select! {
            event = generation.next() => {
                let Some(event) = event? else { return Ok(None) };
                show.event(&event);
                if let Event::Finished(outcome) = event {
                    return Ok(Some(outcome));
                }
            }
            Ok(()) = tokio::signal::ctrl_c() => {
                if stopping {
                    return Ok(None);
                }
                stopping = true;
                show.line(&text::stopping(common.language()));
                canceller.cancel();
            }
        }
    }
}

/// The user asked twice to stop: what is known is what the journal says.
fn abandoned(runtime: &Runtime, generation: &Generation, common: &Common) -> Trouble {
    let find = |id| runtime.journal()?.get(id).ok()?;
    let job = generation.job().and_then(find);
    let aftermath = Aftermath {
        charge: match job.as_ref().map(|job| job.state) {
            None | Some(JobState::Failed) => Charge::No,
            Some(JobState::Waiting | JobState::Finished) => Charge::Yes,
            Some(_) => Charge::Unknown,
        },
        continuation: job
            .as_ref()
            .map(|job| job.continuation.clone())
            .filter(|continuation| !continuation.is_empty()),
        resumable: job
            .as_ref()
            .is_some_and(|job| matches!(job.state, JobState::Waiting | JobState::Finished)),
        job: job.map(|job| job.id),
    };
    Trouble {
        exit: Exit::of_aftermath(&aftermath),
        cause: "cancelled",
        charge: aftermath.charge,
        message: text::stopped(common.language()),
        continuation: aftermath.continuation,
        job: aftermath.job,
    }
}

async fn fail(
    common: &Common,
    runtime: &Runtime,
    failure: &Failure,
    job: Option<&str>,
    wait: &Wait,
    show: &mut Show,
) -> Exit {
    let language = common.language();
    let exit = Exit::of_failure(failure);
    show.trouble(&failure.message);
    if let Cause::Invalid(InvalidValue { field, allowed, .. }) = &failure.cause {
        show.trouble(&text::value_refused(language, field, allowed));
    }
    // What is ready is paid, though another part of the task failed.
    let task_id = failure.task_id.as_deref();
    let medias = &failure.medias;
    let (saved, _) = save(
        common,
        runtime,
        medias,
        task_id.unwrap_or_default(),
        wait,
        show,
    )
    .await;
    // With a task, going on costs nothing; without one, only the user can decide to go on.
    if let Some(job) = job.filter(|_| failure.continuation.is_some()) {
        match exit {
            Exit::Unknown => show.trouble(&text::unknown(language, job)),
            Exit::Refused | Exit::Points | Exit::Usage | Exit::Down => {}
            _ if matches!(failure.cause, Cause::TaskFailed(_)) => {}
            _ if failure.charge == Charge::Yes => show.trouble(&text::resume(language, job)),
            _ => {}
        }
    }
    if common.json {
        report::print(&Failed {
            error: Problem {
                cause: report::cause(&failure.cause),
                charge: report::charge(failure.charge),
                message: &failure.message,
                task_id,
                medias: report::saved(medias, &saved),
                continuation: failure.continuation.as_deref(),
                job,
            },
        });
    }
    exit
}

/// Saves the audio and shows where it is: its file, or its link where it could not be saved. The
/// words for the first one that could not be are returned as well.
async fn save(
    common: &Common,
    runtime: &Runtime,
    medias: &[Media],
    task_id: &str,
    wait: &Wait,
    show: &mut Show,
) -> (Vec<Option<SavedFile>>, Option<String>) {
    let language = common.language();
    let mut lost = None;
    let mut saved = Vec::with_capacity(medias.len());
    let results = files::save(runtime, medias, task_id, wait).await;
    for (result, media) in results.into_iter().zip(medias) {
        match result {
            Ok(file) => {
                show.line(&text::saved(language, &file.path));
                saved.push(Some(file));
            }
            Err(error) => {
                tracing::warn!(%error, "audio was not saved");
                let message = text::not_saved(language, &media.url);
                show.trouble(&message);
                lost.get_or_insert(message);
                saved.push(None);
            }
        }
    }
    (saved, lost)
}

async fn deliver(
    common: &Common,
    runtime: &Runtime,
    success: &Success,
    job: Option<&str>,
    wait: &Wait,
    show: &mut Show,
) -> Exit {
    let language = common.language();
    let medias = &success.medias;
    let (saved, lost) = save(common, runtime, medias, &success.task_id, wait, show).await;
    if let Some(job) = job.filter(|_| lost.is_some()) {
        show.trouble(&text::resume(language, job));
    }
    if common.json {
        let problem = lost.as_deref().map(|message| Problem {
            cause: "download",
            charge: report::charge(Charge::Yes),
            message,
            task_id: Some(&success.task_id),
            medias: Vec::new(),
            continuation: None,
            job,
        });
        report::print(&report::done(success, &saved, job, problem));
    }
    if lost.is_some() {
        Exit::Failed
    } else {
        Exit::Done
    }
}
