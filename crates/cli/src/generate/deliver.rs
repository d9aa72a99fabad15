//! The ends of a generation: its audio saved, or the reason why there is none.

use std::path::PathBuf;

use ima_host::Generation;
use ima_host::types::{Cause, Charge, Checkpoint, Failure, Media, Outcome, Started, Success};
use ima_host::{AudioFormat, Error, Resume};

use super::drive::{Ended, Run};
use super::failure::{self, Circumstances};
use crate::command_error::{CommandError, Standing};
use crate::exit::Exit;
use crate::fake_address;
use crate::report::{self, Begun, Problem, SavedMedia};
use crate::tags::Tags;
use crate::target::{self, Saved, Tagging, full};
use crate::ui::out;
use crate::ui::screen::EventPrinter;
use crate::ui::text::{self, Text, say};

/// What became of the audio on this machine.
struct SavedAudio {
    medias: Vec<SavedMedia>,
    loss: Option<SaveFailure>,
    /// A link did not work, and the service may have a fresh one.
    is_stale: bool,
}

/// Why not all of it is here, in words.
struct SaveFailure {
    exit: Exit,
    cause: &'static str,
    message: Text,
}

impl Run<'_> {
    /// The audio of a success, saved.
    pub(crate) async fn deliver(
        &self,
        success: Success,
        job: Option<&str>,
        show: &mut EventPrinter,
    ) -> Ended {
        self.left_out(show);
        let kept = self
            .kept(&success.medias, &success.task_id, job, show)
            .await;
        let kept = match job.filter(|_| kept.is_stale) {
            Some(job) => self.kept_afresh(kept, job, &success.task_id, show).await,
            None => kept,
        };
        let mut hint = None;
        match (job, &kept.loss) {
            (Some(job), Some(_)) => {
                let line = text::save_later(job);
                show.trouble(&line);
                hint = Some(line);
            }
            // What went to standard output may not have arrived as a whole.
            (Some(job), None) if !self.delivery.is_stdout() => self.delivered(job).await,
            (_, None) | (None, _) => {}
        }
        let language = show.language();
        let problem = kept.loss.as_ref().map(|loss| Problem {
            cause: loss.cause,
            charge: report::charge(Charge::Yes),
            message: loss.message.get(language).to_owned(),
            advice: report::advice(hint.as_slice(), language),
            task_id: Some(success.task_id.clone()),
            job: job.map(str::to_owned),
            ..Problem::default()
        });
        let exit = kept.loss.as_ref().map_or(Exit::Done, |loss| loss.exit);
        if self.delivery.is_stdout() {
            self.pass_on(&kept, job, show).await;
        }
        let files: Vec<PathBuf> = kept
            .medias
            .iter()
            .filter_map(|it| it.file.clone())
            .collect();
        self.remember(&files, job);
        let done = report::done(&success, kept.medias, job, show.log(), problem);
        Ended {
            files,
            success: Some(success),
            ..Ended::without(exit, done)
        }
    }

    /// Has the library know which files a job brought.
    fn remember(&self, files: &[PathBuf], job: Option<&str>) {
        let Some(job) = job.filter(|_| !files.is_empty() && !self.delivery.is_stdout()) else {
            return;
        };
        self.library.change(job, |record| {
            record.unknown = false;
            record.files = files.iter().map(|it| full(it)).collect();
        });
    }

    /// A job that was started and is not waited for.
    pub(crate) fn begun(
        &self,
        checkpoint: &Checkpoint,
        started: Option<&Started>,
        job: Option<&str>,
        show: &mut EventPrinter,
    ) -> Ended {
        self.left_out(show);
        if let Some(job) = job {
            let words = say!(
                "Started. To fetch the audio: ima resume {job}",
                "已开始。获取音频：ima resume {job}"
            );
            show.result(job, &words);
        }
        let begun = Begun {
            task_id: checkpoint.task_id.clone(),
            job: job.map(str::to_owned),
            continuation: checkpoint.continuation.clone(),
            model_id: started.map(|it| it.model_id.clone()),
            model_name: started.map(|it| it.model_name.clone()),
            credit: started.map(|it| it.points),
            points: started.map(|it| it.points),
            log: show.log(),
        };
        Ended::without(Exit::Done, begun)
    }

    /// The reason for a failure, and what is there all the same.
    pub(crate) async fn fail(
        &self,
        failure: &Failure,
        job: Option<&str>,
        show: &mut EventPrinter,
    ) -> Ended {
        let circumstances = Circumstances {
            names: &self.names,
            job,
            points: show.points(),
            deadline: self.delivery.deadline,
            spending: true,
            listing: !show.is_priced(),
            unreachable: show.is_unreachable(),
        };
        let error = failure::explain(failure, &circumstances);
        if let Some(job) = job {
            let unknown = matches!(failure.cause, Cause::UnknownTask);
            if unknown != self.library.is_unknown(job) {
                self.library.change(job, |record| record.unknown = unknown);
            }
        }
        let error = fake_address::explained(self.common, error).await;
        show.trouble(&error.message);
        for hint in &error.hints {
            show.trouble(hint);
        }
        // What is ready is paid, though another part of the task failed.
        let task_id = failure.task_id.as_deref().unwrap_or_default();
        let kept = self.kept(&failure.medias, task_id, job, show).await;
        if matches!(failure.cause, Cause::Deadline | Cause::Cancelled) && !kept.medias.is_empty() {
            let ready = kept.medias.len();
            show.trouble(&say!(
                "Ready so far: {ready}. The rest of the job is not; resuming it brings all.",
                "已完成 {ready} 个，其余还没有；继续等待可以取回全部。"
            ));
        }
        let files: Vec<PathBuf> = kept
            .medias
            .iter()
            .filter_map(|it| it.file.clone())
            .collect();
        if self.known(job, show.number()).part.is_none() {
            self.remember(&files, job);
        }
        let mut failed = error.object(show.language());
        failed.error.task_id.clone_from(&failure.task_id);
        failed.error.medias = kept.medias;
        failed.error.continuation.clone_from(&failure.continuation);
        failed.error.job = job.map(str::to_owned);
        failed.log = Some(show.log());
        Ended {
            files,
            ..Ended::without(error.kind.exit(), failed)
        }
    }

    /// The user asked twice to stop: what is known is what the journal says.
    pub(crate) async fn abandoned(&self, generation: &Generation) -> CommandError {
        let job = match (self.runtime.journal(), generation.job()) {
            (Some(journal), Some(id)) => journal.get(id).await.unwrap_or_default(),
            _ => None,
        };
        CommandError::stopped(&Standing::from(job))
    }

    /// Says what the request was made without: the user asked for it, and has paid.
    fn left_out(&self, show: &mut EventPrinter) {
        let names: Vec<_> = show.removed().map(|name| self.names.option(name)).collect();
        if !names.is_empty() {
            let names = names.join(", ");
            show.trouble(&say!(
                "Left out, because the service did not take: {names}",
                "服务不接受、已略去的设置：{names}"
            ));
        }
    }

    /// The same media, with links that the service is asked for again. Costs nothing.
    async fn kept_afresh(
        &self,
        kept: SavedAudio,
        job: &str,
        task_id: &str,
        show: &mut EventPrinter,
    ) -> SavedAudio {
        let fresh = async {
            let mut resumed = self.runtime.resume(Resume::job(job)).await?;
            resumed.outcome().await
        };
        let medias = match fresh.await {
            Ok(Outcome::Success(success)) => success.medias,
            Ok(Outcome::Failure(failure)) => failure.medias,
            Err(error) => {
                tracing::warn!(%error, "there are no fresh links");
                Vec::new()
            }
        };
        if medias.len() != kept.medias.len() {
            return kept;
        }
        let reports = medias
            .iter()
            .zip(kept.medias)
            .map(|(media, old)| match old.file {
                Some(_) => old,
                None => SavedMedia::from(media),
            });
        self.save(&medias, reports.collect(), task_id, Some(job), show)
            .await
    }

    async fn kept(
        &self,
        medias: &[Media],
        task_id: &str,
        job: Option<&str>,
        show: &mut EventPrinter,
    ) -> SavedAudio {
        let reports = medias.iter().map(SavedMedia::from).collect();
        self.save(medias, reports, task_id, job, show).await
    }

    /// Saves the audio that is not saved yet, and shows where it is: its file, or its link if it could
    /// not be saved. Ctrl-C ends it.
    async fn save(
        &self,
        medias: &[Media],
        reports: Vec<SavedMedia>,
        task_id: &str,
        job: Option<&str>,
        show: &mut EventPrinter,
    ) -> SavedAudio {
        let mut kept = SavedAudio {
            medias: reports,
            loss: None,
            is_stale: false,
        };
        let Some(target) = &self.target else {
            return kept;
        };
        let known = self.known(job, show.number());
        let words = known.name.clone().filter(|_| known.part.is_none());
        let base = match (show.number().filter(|_| self.numbered), words) {
            (Some(number), Some(words)) => format!("{number:03}-{words}"),
            (Some(number), None) => format!("ima-{number:03}-{task_id}"),
            (None, Some(words)) => words,
            (None, None) => format!("ima-{task_id}"),
        };
        let tagged = known.part.is_none() && !self.delivery.is_stdout();
        let tags = job.filter(|_| tagged).map(|job| Tagging {
            tags: Tags {
                title: known
                    .title
                    .or_else(|| known.name.map(|it| it.replace('-', " "))),
                prompt: known.prompt,
                model: known.model_name,
                chapters: Vec::new(),
            },
            library: &self.library,
            job,
        });
        let mut interrupt = self.interrupt.clone();
        for (index, (media, report)) in medias.iter().zip(&mut kept.medias).enumerate() {
            if report.file.is_some() {
                continue;
            }
            let saved = tokio::select! {
                saved = target.save(self.runtime, media, &base, index, tags.as_ref()) => saved,
                _ = interrupt.pressed() => {
                    let message = say!(
                        "The audio is ready and paid, but was not saved.",
                        "音频已经生成，已付费，但没有下载完。"
                    );
                    show.trouble(&text::stopping());
                    show.trouble(&message);
                    kept.loss = Some(SaveFailure {
                        exit: Exit::Resumable,
                        cause: "cancelled",
                        message,
                    });
                    break;
                }
            };
            match saved {
                Ok(saved) => {
                    if !self.delivery.is_stdout() {
                        show.saved(&saved.path, &saved.sha256);
                    }
                    if let Some(note) = note(&saved) {
                        show.note(&note);
                    }
                    report.saved(saved.path, saved.sha256);
                }
                Err(error) => {
                    tracing::warn!(%error, "audio was not saved");
                    kept.is_stale |= matches!(&error, Error::Download(it) if it.is_not_yet());
                    let message = target::not_saved(&error, &media.url);
                    show.trouble(&message);
                    kept.loss.get_or_insert(SaveFailure {
                        exit: Exit::Failed,
                        cause: "download",
                        message,
                    });
                }
            }
        }
        kept
    }

    /// Writes the first clip to standard output; of others it is said how to fetch them.
    async fn pass_on(&self, kept: &SavedAudio, job: Option<&str>, show: &mut EventPrinter) {
        let mut files = kept.medias.iter().filter_map(|it| it.file.as_deref());
        let bytes = files.next().and_then(|it| std::fs::read(it).ok());
        out::bytes(&bytes.unwrap_or_default());
        let others = files.count();
        match job {
            Some(job) if others > 0 => {
                let all = others + 1;
                let more = say!(
                    "1 of {all} clips was written.",
                    "共 {all} 个，只写了 1 个。"
                );
                show.trouble(&more.and(&text::save_later(job)));
            }
            Some(job) if kept.loss.is_none() && !out::is_lost() => self.delivered(job).await,
            _ => {}
        }
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

/// What a file's name does not say of what is in it.
fn note(saved: &Saved) -> Option<Text> {
    let (path, format) = (saved.path.display(), saved.format.extension());
    let given = saved.path.extension().and_then(|it| it.to_str());
    match (saved.format, given) {
        (AudioFormat::Unknown, _) => Some(say!(
            "Note: the format of {path} is not known here.",
            "注意：无法识别 {path} 的格式。"
        )),
        (_, Some(given)) if !given.eq_ignore_ascii_case(format) => Some(say!(
            "Note: {path} contains audio in the format {format}.",
            "注意：{path} 里的音频是 {format} 格式。"
        )),
        _ => None,
    }
}
