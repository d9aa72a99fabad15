//! Jobs under way in this process, detached from the calls that wait for them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ima_host::types::{CheckpointState, Event, Outcome, Success};
use ima_host::{Error, Generation, Request, Resume, StoreError};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::delivery;
use crate::output::{Charged, Output, Retry, Status};
use crate::server::Server;
use crate::words;

/// How far a job is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stage {
    /// Nothing of it is in the journal yet.
    Starting,
    /// It is in the journal, and its create request may be under way.
    Creating,
    /// It is paid, and so many percent are done.
    Waiting(u8),
    /// This process does nothing more for it.
    Over(Box<Output>),
    /// Another process works on it.
    Elsewhere,
}

impl Stage {
    pub(crate) const fn is_over(&self) -> bool {
        matches!(self, Self::Over(_) | Self::Elsewhere)
    }
}

/// How a job comes under way.
pub(crate) enum Begin {
    /// A quote is bought.
    Buy(Box<Request>),
    /// It goes on where it stands. Costs nothing.
    Resume,
}

/// The jobs under way, by their ids.
#[derive(Default)]
pub(crate) struct Work {
    jobs: Mutex<HashMap<String, watch::Receiver<Stage>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Work {
    /// What is known of a job that this process works on, or worked on last.
    pub(crate) fn get(&self, job: &str) -> Option<watch::Receiver<Stage>> {
        self.jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(job)
            .cloned()
    }

    /// Waits until nothing is under way any more.
    pub(crate) async fn ended(&self) {
        loop {
            let tasks =
                std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
            if tasks.is_empty() {
                return;
            }
            for task in tasks {
                let _ = task.await;
            }
        }
    }
}

impl Server {
    /// Has a job done, unless this process works on it already.
    pub(crate) fn work_on(&self, job: &str, begin: Begin) -> watch::Receiver<Stage> {
        let work = self.work();
        let mut jobs = work.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stage) = jobs.get(job)
            && !stage.borrow().is_over()
        {
            return stage.clone();
        }
        jobs.retain(|_, stage| !stage.borrow().is_over());
        let (told, stage) = watch::channel(Stage::Starting);
        jobs.insert(job.to_owned(), stage.clone());
        drop(jobs);
        let (server, job) = (self.clone(), job.to_owned());
        let task = tokio::spawn(async move {
            let end = server.run(&job, begin, &told).await;
            told.send_replace(end);
        });
        let mut tasks = work.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|task| !task.is_finished());
        tasks.push(task);
        stage
    }

    /// Drives a job to its end, and keeps what became of it.
    async fn run(&self, job: &str, begin: Begin, told: &watch::Sender<Stage>) -> Stage {
        let buys = matches!(begin, Begin::Buy(_));
        let begun = match begin {
            Begin::Buy(request) => self.runtime().start(*request).await,
            Begin::Resume => self.runtime().resume(Resume::job(job)).await,
        };
        let mut generation = match begun {
            Ok(generation) => generation,
            Err(Error::JobInUse(_)) => return Stage::Elsewhere,
            Err(error) => return Stage::Over(Box::new(self.of_error(&error, job, buys).await)),
        };
        let outcome = match self.follow_events(&mut generation, told).await {
            Ok(Some(outcome)) => outcome,
            Ok(None) => {
                drop(generation);
                return Stage::Over(Box::new(self.stopped(job).await));
            }
            Err(Error::Journal(StoreError::QuoteUsed(_))) => return Stage::Elsewhere,
            Err(error) => {
                drop(generation);
                return Stage::Over(Box::new(self.of_error(&error, job, buys).await));
            }
        };
        drop(generation);
        let output = match outcome {
            Outcome::Success(success) => self.deliver(success, job).await,
            Outcome::Failure(failure) => {
                let known = self.journal().get(job).await.unwrap_or_default();
                let known = known.is_some().then_some(job);
                let mut output = words::failure(self.settings(), &failure, known);
                if let Some(task_id) = &failure.task_id {
                    let medias = failure.medias.iter();
                    for (index, media) in medias.enumerate() {
                        output.files.push(self.fetch(media, task_id, index).await);
                    }
                }
                output
            }
        };
        if output.is_final()
            && let Ok(text) = serde_json::to_string(&output)
            && let Err(error) = self.journal().keep_result(job, text).await
        {
            tracing::warn!(%error, "what became of a job was not kept");
        }
        Stage::Over(Box::new(output))
    }

    /// Takes events to the end. `None` if this process is to end: nothing was sent yet, or the task is
    /// paid and known.
    async fn follow_events(
        &self,
        generation: &mut Generation,
        told: &watch::Sender<Stage>,
    ) -> Result<Option<Outcome>, Error> {
        let mut stop = self.stopping();
        // While a create request may be under way, its answer is waited for.
        let mut may_stop = true;
        loop {
            let event = tokio::select! {
                biased;
                () = stop.asked(), if may_stop => return Ok(None),
                event = generation.next_event() => event?,
            };
            match event {
                Some(Event::Checkpoint(checkpoint)) => match checkpoint.state {
                    CheckpointState::Creating => {
                        told.send_replace(Stage::Creating);
                        if stop.is_asked() {
                            return Ok(None);
                        }
                        may_stop = false;
                    }
                    CheckpointState::Waiting => {
                        told.send_replace(Stage::Waiting(0));
                        may_stop = true;
                    }
                },
                Some(Event::Progress(progress)) => {
                    told.send_replace(Stage::Waiting(progress.percent));
                }
                Some(Event::Finished(outcome)) => return Ok(Some(outcome)),
                Some(_) => {}
                None => return Err(Error::Ended),
            }
        }
    }

    async fn deliver(&self, success: Success, job: &str) -> Output {
        let settings = self.settings();
        let mut files = Vec::new();
        for (index, media) in success.medias.iter().enumerate() {
            files.push(self.fetch(media, &success.task_id, index).await);
        }
        let (all, saved) = (
            files.len(),
            files.iter().filter(|it| it.path.is_some()).count(),
        );
        let message = if all == saved {
            settings.say("The audio is ready and saved.", "音频已生成并保存。")
        } else {
            settings.say(
                format!("The audio is ready and paid; {saved} of {all} files could be saved."),
                format!("音频已生成并付费，{all} 个文件中保存了 {saved} 个。"),
            )
        };
        let output = Output::new(Status::Finished, Charged::Yes, Retry::SameCall, message);
        let mut output = output.of_job(job);
        output.points = Some(success.points.into());
        output.model = Some(success.model_name);
        output.percent = Some(100);
        output.files = files;
        if all == saved {
            if let Err(error) = self.journal().mark_saved(job).await {
                tracing::warn!(%error, "a job stays listed though its audio is here");
            }
            return output;
        }
        let again = format!("get_audio job_id {job}");
        output.advise(settings.say(
            format!("The rest is at its url. To save it, call {again}; it costs nothing."),
            format!("其余的可以通过 url 获取；再次调用 {again} 可以保存，不花费积分。"),
        ))
    }

    /// A media on this machine, if it can be fetched.
    async fn fetch(
        &self,
        media: &ima_host::types::Media,
        task_id: &str,
        index: usize,
    ) -> crate::output::AudioFile {
        let folder = &self.settings().folder;
        let mut stop = self.stopping();
        let saving = delivery::save(self.runtime(), folder, media, task_id, index);
        let saved = tokio::select! {
            () = stop.asked() => return delivery::unsaved(media),
            saved = saving => saved,
        };
        saved.unwrap_or_else(|error| {
            tracing::warn!(%error, "audio was not saved");
            delivery::unsaved(media)
        })
    }

    async fn of_error(&self, error: &Error, job: &str, buys: bool) -> Output {
        let known = self.journal().get(job).await.unwrap_or_default();
        let output = words::error(self.settings(), error, known.is_some().then_some(job));
        // A job that never began has no id to ask for.
        match (known, buys) {
            (None, true) => output,
            _ => output.of_job(job),
        }
    }

    /// This process ends: what the journal says is what will go on.
    async fn stopped(&self, job: &str) -> Output {
        match self.journal().get(job).await.unwrap_or_default() {
            Some(job) => words::of_job(self.settings(), &job),
            None => Output::refused(
                Retry::SameCall,
                self.settings().say(
                    "The server is stopping. Nothing was spent.",
                    "服务正在停止，没有扣除积分。",
                ),
            ),
        }
    }
}
