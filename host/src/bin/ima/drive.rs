//! Drives a generation to its end: shows it, lets Ctrl-C stop it, saves the audio.

use std::path::PathBuf;

use ima_host::types::{
    Cause, Charge, Checkpoint, CheckpointState, Event, Failure, InvalidValue, Media, Outcome,
    Started, Success,
};
use ima_host::{Aftermath, Error, Generation, JobState, Runtime};
use serde_json::value::RawValue;

use crate::args::{Common, Delivery};
use crate::confirm;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::report::{self, Begun, Failed, Problem, SavedFile};
use crate::screen::{Screen, Show};
use crate::setup::Trouble;
use crate::{files, text};

/// What the generations of one run have in common.
pub(crate) struct Run<'a> {
    pub(crate) common: &'a Common,
    pub(crate) runtime: &'a Runtime,
    pub(crate) delivery: &'a Delivery,
    /// The price in points above which a person is asked.
    pub(crate) confirm_above: Option<u32>,
    /// Whether to end as soon as the task exists.
    pub(crate) no_wait: bool,
    /// Whether the audio is fetched.
    pub(crate) save: bool,
    pub(crate) screen: Screen,
    pub(crate) interrupt: Interrupt,
}

/// How a generation ended, shown already.
pub(crate) struct Ended {
    pub(crate) exit: Exit,
    /// Why, where it failed, as the object has it.
    pub(crate) cause: Option<&'static str>,
    /// The object of `--json`.
    pub(crate) object: Box<RawValue>,
    pub(crate) success: Option<Success>,
    /// Whether its model is the usual one from now on.
    pub(crate) remembered: bool,
    pub(crate) files: Vec<PathBuf>,
}

/// Where following a generation stopped.
enum Followed {
    Outcome(Outcome),
    /// The task exists, and its audio is not waited for.
    Begun(Checkpoint),
    /// The user would not even wait for the end.
    Abandoned,
}

impl<'a> Run<'a> {
    /// A run that waits for the audio, saves it and asks nobody.
    pub(crate) fn new(common: &'a Common, runtime: &'a Runtime, delivery: &'a Delivery) -> Self {
        Self {
            common,
            runtime,
            delivery,
            confirm_above: None,
            no_wait: false,
            save: true,
            screen: Screen::new(common, delivery.events),
            interrupt: Interrupt::listen(),
        }
    }

    /// Drives a generation to its end; `number` says which of several it is.
    pub(crate) async fn drive(&self, mut generation: Generation, number: Option<usize>) -> Ended {
        let mut show = Show::new(&self.screen, number);
        let mut started = None;
        let followed = self.follow(&mut generation, &mut show, &mut started).await;
        show.clear();
        let job = generation.job().map(str::to_owned);
        match followed {
            Ok(Followed::Outcome(Outcome::Success(success))) => {
                let mut ended = self.deliver(success, job.as_deref(), &mut show).await;
                if let Some(Ok(aside)) = generation.remembered() {
                    ended.remembered = true;
                    if let Some(aside) = aside {
                        show.trouble(&text::set_aside(self.common.language(), aside));
                    }
                }
                ended
            }
            Ok(Followed::Outcome(Outcome::Failure(failure))) => {
                self.fail(&failure, job.as_deref(), &mut show).await
            }
            Ok(Followed::Begun(checkpoint)) => {
                self.begun(&checkpoint, started.as_ref(), job.as_deref(), &mut show)
            }
            Ok(Followed::Abandoned) => self.trouble(&self.abandoned(&generation), &mut show),
            Err(error) => self.trouble(&Trouble::of(&error, self.common.language()), &mut show),
        }
    }

    /// The end of a generation that did not even begin.
    pub(crate) fn refuse(&self, trouble: &Trouble, number: Option<usize>) -> Ended {
        self.trouble(trouble, &mut Show::new(&self.screen, number))
    }

    /// Prints the object of a run of one generation.
    pub(crate) fn print(&self, object: &RawValue) {
        report::print(object, self.common.json, self.delivery.events);
    }

    async fn follow(
        &self,
        generation: &mut Generation,
        show: &mut Show,
        announced: &mut Option<Started>,
    ) -> Result<Followed, Error> {
        let language = self.common.language();
        let canceller = generation.canceller();
        let mut interrupt = self.interrupt.clone();
        loop {
            tokio::select! {
                event = generation.next() => {
                    let Some(event) = event? else { return Ok(Followed::Abandoned) };
                    match &event {
                        Event::Started(started) => {
                            // Nothing was spent yet, and nothing is until the next event.
                            if self.confirm_above.is_some_and(|above| started.points > above)
                                && !confirm::ask(started.points, language, &mut interrupt).await
                            {
                                canceller.cancel();
                                continue;
                            }
                            *announced = Some(started.clone());
                        }
                        Event::Checkpoint(checkpoint)
                            if self.no_wait && checkpoint.state == CheckpointState::Waiting =>
                        {
                            show.event(&event);
                            return Ok(Followed::Begun(checkpoint.clone()));
                        }
                        _ => {}
                    }
                    show.event(&event);
                    if let Event::Finished(outcome) = event {
                        return Ok(Followed::Outcome(outcome));
                    }
                }
                count = interrupt.pressed() => {
                    if count > 1 {
                        return Ok(Followed::Abandoned);
                    }
                    show.trouble(&text::stopping(language));
                    canceller.cancel();
                }
            }
        }
    }

    fn trouble(&self, trouble: &Trouble, show: &mut Show) -> Ended {
        for line in trouble.lines(self.common.language()) {
            show.trouble(&line);
        }
        Ended {
            exit: trouble.exit,
            cause: Some(trouble.cause),
            object: trouble.object(),
            success: None,
            remembered: false,
            files: Vec::new(),
        }
    }

    /// The user asked twice to stop: what is known is what the journal says.
    fn abandoned(&self, generation: &Generation) -> Trouble {
        let find = |id| self.runtime.journal()?.get(id).ok()?;
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
            task_id: job.as_ref().and_then(|job| job.task_id.clone()),
            resumable: job
                .as_ref()
                .is_some_and(|job| matches!(job.state, JobState::Waiting | JobState::Finished)),
            job: job.map(|job| job.id),
        };
        Trouble {
            charge: aftermath.charge,
            continuation: aftermath.continuation.clone(),
            job: aftermath.job.clone(),
            ..Trouble::new(
                Exit::of_aftermath(&aftermath),
                "cancelled",
                text::stopped(self.common.language()),
            )
        }
    }

    fn begun(
        &self,
        checkpoint: &Checkpoint,
        started: Option<&Started>,
        job: Option<&str>,
        show: &mut Show,
    ) -> Ended {
        if let Some(job) = job {
            show.result(job, &text::started(self.common.language(), job));
        }
        let object = report::raw(&Begun {
            task_id: checkpoint.task_id.as_deref(),
            job,
            continuation: &checkpoint.continuation,
            model_id: started.map(|it| it.model_id.as_str()),
            model_name: started.map(|it| it.model_name.as_str()),
            credit: started.map(|it| it.points),
        });
        Ended {
            exit: Exit::Done,
            cause: None,
            object,
            success: None,
            remembered: false,
            files: Vec::new(),
        }
    }

    async fn fail(&self, failure: &Failure, job: Option<&str>, show: &mut Show) -> Ended {
        let language = self.common.language();
        let exit = Exit::of_failure(failure);
        show.trouble(&failure.message);
        if let Cause::Invalid(InvalidValue { field, allowed, .. }) = &failure.cause {
            let advice = text::value_refused(language, field, allowed);
            show.trouble(&[advice.what, advice.then].join(" "));
        }
        // What is ready is paid, though another part of the task failed.
        let task_id = failure.task_id.as_deref();
        let medias = &failure.medias;
        let (saved, _) = self.save(medias, task_id.unwrap_or_default(), show).await;
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
        let object = report::raw(&Failed {
            error: Problem {
                cause: failure.cause.name(),
                charge: report::charge(failure.charge),
                message: &failure.message,
                advice: None,
                task_id,
                medias: report::saved(medias, &saved),
                continuation: failure.continuation.as_deref(),
                job,
            },
        });
        Ended {
            exit,
            cause: Some(failure.cause.name()),
            object,
            success: None,
            remembered: false,
            files: paths(saved),
        }
    }

    /// Saves the audio and shows where it is: its file, or its link where it could not be saved.
    /// The words for the first one that could not be are returned as well.
    async fn save(
        &self,
        medias: &[Media],
        task_id: &str,
        show: &mut Show,
    ) -> (Vec<Option<SavedFile>>, Option<String>) {
        if !self.save {
            return (vec![None; medias.len()], None);
        }
        let language = self.common.language();
        let mut lost = None;
        let mut saved = Vec::with_capacity(medias.len());
        let results = files::save(self.runtime, medias, task_id, self.delivery).await;
        for (result, media) in results.into_iter().zip(medias) {
            match result {
                Ok(file) => {
                    show.saved(&file.path, &file.sha256);
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

    /// Nothing of the job is left to fetch.
    async fn delivered(&self, job: &str) {
        if let Some(journal) = self.runtime.journal()
            && let Err(error) = journal.mark_saved(job).await
        {
            tracing::warn!(%error, "a job stays listed though its audio is here");
        }
    }

    async fn deliver(&self, success: Success, job: Option<&str>, show: &mut Show) -> Ended {
        let language = self.common.language();
        let (saved, lost) = self.save(&success.medias, &success.task_id, show).await;
        match (job, &lost) {
            (Some(job), Some(_)) => show.trouble(&text::resume(language, job)),
            (Some(job), None) => self.delivered(job).await,
            (None, _) => {}
        }
        let problem = lost.as_deref().map(|message| Problem {
            cause: "download",
            charge: report::charge(Charge::Yes),
            message,
            advice: None,
            task_id: Some(&success.task_id),
            medias: Vec::new(),
            continuation: None,
            job,
        });
        let object = report::raw(&report::done(&success, &saved, job, problem));
        Ended {
            exit: if lost.is_some() {
                Exit::Failed
            } else {
                Exit::Done
            },
            cause: None,
            object,
            success: Some(success),
            remembered: false,
            files: paths(saved),
        }
    }
}

fn paths(saved: Vec<Option<SavedFile>>) -> Vec<PathBuf> {
    saved.into_iter().flatten().map(|file| file.path).collect()
}
