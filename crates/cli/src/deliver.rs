//! The ends of a generation: its audio saved, or the reason why there is none.

use std::path::PathBuf;

use ima_host::types::{Charge, Checkpoint, Failure, Media, Started, Success};
use ima_host::{Aftermath, Generation, JobState};

use crate::drive::{Ended, Run};
use crate::exit::Exit;
use crate::failure::{self, Circumstances};
use crate::report::{self, Begun, Failed, Problem, SavedFile};
use crate::screen::Show;
use crate::setup::Trouble;
use crate::text;

/// What became of the audio on this machine.
struct Kept {
    files: Vec<Option<SavedFile>>,
    loss: Option<Loss>,
}

/// Why not all of it is here, in words.
struct Loss {
    exit: Exit,
    cause: &'static str,
    message: String,
}

impl Run<'_> {
    /// The audio of a success, saved.
    pub(crate) async fn deliver(
        &self,
        success: Success,
        job: Option<&str>,
        show: &mut Show,
    ) -> Ended {
        self.left_out(show);
        let kept = self.save(&success.medias, &success.task_id, show).await;
        let language = show.language();
        let mut advice = None;
        match (job, &kept.loss) {
            (Some(job), Some(_)) => {
                let line = text::save_later(language, job);
                show.trouble(&line);
                advice = Some(line);
            }
            (Some(job), None) => self.delivered(job).await,
            (None, _) => {}
        }
        let problem = kept.loss.as_ref().map(|loss| Problem {
            cause: loss.cause,
            charge: report::charge(Charge::Yes),
            message: &loss.message,
            advice: advice.as_deref(),
            task_id: Some(&success.task_id),
            medias: Vec::new(),
            continuation: None,
            job,
        });
        let done = report::done(&success, &kept.files, job, show.log(), problem);
        let object = report::raw(&done);
        Ended {
            exit: kept.loss.map_or(Exit::Done, |loss| loss.exit),
            object,
            success: Some(success),
            remembered: false,
            files: paths(kept.files),
        }
    }

    /// A job that was started and is not waited for.
    pub(crate) fn begun(
        &self,
        checkpoint: &Checkpoint,
        started: Option<&Started>,
        job: Option<&str>,
        show: &mut Show,
    ) -> Ended {
        self.left_out(show);
        if let Some(job) = job {
            show.result(job, &text::started(show.language(), job));
        }
        let object = report::raw(&Begun {
            task_id: checkpoint.task_id.as_deref(),
            job,
            continuation: &checkpoint.continuation,
            model_id: started.map(|it| it.model_id.as_str()),
            model_name: started.map(|it| it.model_name.as_str()),
            credit: started.map(|it| it.points),
            log: show.log(),
        });
        Ended::without(Exit::Done, object)
    }

    /// The reason for a failure, and what is there all the same.
    pub(crate) async fn fail(
        &self,
        failure: &Failure,
        job: Option<&str>,
        show: &mut Show,
    ) -> Ended {
        let circumstances = Circumstances {
            asked: &self.asked,
            job,
            deadline: self.delivery.deadline,
            spending: true,
            listing: !show.is_priced(),
            unreachable: show.is_unreachable(),
        };
        let advice = failure::explain(failure, &circumstances, show.language());
        show.trouble(&advice.what);
        if !advice.then.is_empty() {
            show.trouble(&advice.then);
        }
        // What is ready is paid, though another part of the task failed.
        let task_id = failure.task_id.as_deref();
        let medias = &failure.medias;
        let kept = self.save(medias, task_id.unwrap_or_default(), show).await;
        let object = report::raw(&Failed {
            error: Problem {
                cause: failure.cause.name(),
                charge: report::charge(failure.charge),
                message: &advice.what,
                advice: Some(advice.then.as_str()).filter(|then| !then.is_empty()),
                task_id,
                medias: report::saved(medias, &kept.files),
                continuation: failure.continuation.as_deref(),
                job,
            },
            log: Some(show.log()),
        });
        Ended {
            files: paths(kept.files),
            ..Ended::without(Exit::of_failure(failure), object)
        }
    }

    /// The user asked twice to stop: what is known is what the journal says.
    pub(crate) fn abandoned(&self, generation: &Generation) -> Trouble {
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

    /// Says what the request was made without: the user asked for it, and has paid.
    fn left_out(&self, show: &mut Show) {
        let names: Vec<_> = show.removed().map(|name| self.asked.option(name)).collect();
        if !names.is_empty() {
            let line = text::left_out(show.language(), &names.join(", "));
            show.trouble(&line);
        }
    }

    /// Saves the audio and shows where it is: its file, or its link where it could not be saved.
    /// Ctrl-C ends it.
    async fn save(&self, medias: &[Media], task_id: &str, show: &mut Show) -> Kept {
        let mut kept = Kept {
            files: vec![None; medias.len()],
            loss: None,
        };
        let Some(target) = &self.target else {
            return kept;
        };
        let language = show.language();
        let base = match show.number().filter(|_| self.numbered) {
            Some(number) => format!("ima-{number:03}-{task_id}"),
            None => format!("ima-{task_id}"),
        };
        let mut interrupt = self.interrupt.clone();
        for (index, (media, file)) in medias.iter().zip(&mut kept.files).enumerate() {
            let saved = tokio::select! {
                saved = target.save(self.runtime, media, &base, index) => saved,
                _ = interrupt.pressed() => {
                    let message = text::not_fetched(language);
                    show.trouble(&text::stopping(language));
                    show.trouble(&message);
                    kept.loss = Some(Loss {
                        exit: Exit::Resumable,
                        cause: "cancelled",
                        message,
                    });
                    break;
                }
            };
            match saved {
                Ok(saved) => {
                    show.saved(&saved.path, &saved.sha256);
                    if let Some(given) = saved.path.extension().and_then(|it| it.to_str())
                        && !given.eq_ignore_ascii_case(saved.extension)
                    {
                        show.note(&text::other_format(language, &saved.path, saved.extension));
                    }
                    *file = Some(saved);
                }
                Err(error) => {
                    tracing::warn!(%error, "audio was not saved");
                    let message = text::not_saved(language, &error, &media.url);
                    show.trouble(&message);
                    kept.loss.get_or_insert(Loss {
                        exit: Exit::Failed,
                        cause: "download",
                        message,
                    });
                }
            }
        }
        kept
    }

    /// Nothing of the job is left to fetch.
    async fn delivered(&self, job: &str) {
        if let Some(journal) = self.runtime.journal()
            && let Err(error) = journal.mark_saved(job).await
        {
            tracing::warn!(%error, "a job stays listed though its audio is here");
        }
    }
}

fn paths(saved: Vec<Option<SavedFile>>) -> Vec<PathBuf> {
    saved.into_iter().flatten().map(|file| file.path).collect()
}
