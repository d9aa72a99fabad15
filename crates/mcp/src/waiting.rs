//! Waiting for a job: up to a time, telling progress, whoever works on it.

use std::time::Duration;

use ima_host::{Job, JobState};
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use crate::buying::Call;
use crate::output::{Charged, Output, Retry, Status};
use crate::server::Server;
use crate::tools::LONGEST_WAIT;
use crate::words;
use crate::work::{Begin, Stage};

/// The arguments of `get_audio`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetAudio {
    job_id: String,
    wait_seconds: Option<u64>,
}

/// How long `get_audio` waits if it isn't told, in seconds.
const USUAL_WAIT: u64 = 30;

/// How often a job that another process works on is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// What there is of a job.
pub(crate) enum Look {
    /// This process works on it.
    Running(watch::Receiver<Stage>),
    /// There is nothing to wait for.
    Known(Box<Output>),
}

impl Server {
    /// Waits for a job. Costs nothing.
    pub(crate) async fn get_audio(&self, arguments: GetAudio, call: Call) -> Output {
        let seconds = arguments
            .wait_seconds
            .unwrap_or(USUAL_WAIT)
            .min(LONGEST_WAIT);
        let wait = Duration::from_secs(seconds).min(self.settings().patience);
        self.follow(&arguments.job_id, None, &call, wait).await
    }

    /// Waits for a job, up to a time since the call began. `stage` is what was begun just now.
    pub(crate) async fn follow(
        &self,
        job: &str,
        stage: Option<watch::Receiver<Stage>>,
        call: &Call,
        wait: Duration,
    ) -> Output {
        let until = call.began + wait;
        let mut progress = Progress::of(self, call);
        let mut begun = stage;
        loop {
            let mut stage = match begun.take() {
                Some(stage) => stage,
                None => match self.look(job, true).await {
                    Look::Running(stage) => stage,
                    Look::Known(output) => return *output,
                },
            };
            if !self.wait(&mut stage, until, call, &mut progress).await {
                let stage = stage.borrow().clone();
                return self.under_way(job, &stage).await;
            }
            let end = stage.borrow().clone();
            match end {
                Stage::Over(output) => return *output,
                stage if Instant::now() >= until => return self.under_way(job, &stage).await,
                _ => sleep(LOOK.min(until.saturating_duration_since(Instant::now()))).await,
            }
        }
    }

    /// Waits for the end of a stage; false if the call ends before.
    async fn wait(
        &self,
        stage: &mut watch::Receiver<Stage>,
        until: Instant,
        call: &Call,
        progress: &mut Progress<'_>,
    ) -> bool {
        let mut ticks = interval(self.settings().progress);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut stop, mut watched) = (self.stopping(), stage.clone());
        loop {
            tokio::select! {
                biased;
                over = async { stage.wait_for(Stage::is_over).await.is_ok() } => return over,
                () = sleep_until(until) => return false,
                () = call.context.ct.cancelled() => return false,
                () = stop.asked() => return false,
                _ = ticks.tick() => {
                    let percent = match &*watched.borrow_and_update() {
                        Stage::Waiting(percent) => *percent,
                        _ => 0,
                    };
                    progress.tell(percent).await;
                }
            }
        }
    }

    /// What there is of a job, which is taken up if it is not over. With `again`, even if this process
    /// ended its work on it with something that may change.
    pub(crate) async fn look(&self, job: &str, again: bool) -> Look {
        let settings = self.settings();
        if let Some(stage) = self.work().get(job) {
            let known = stage.borrow().clone();
            match known {
                Stage::Over(output) if output.is_final() || !again => {
                    // What never began may be asked for with another call, by its quote.
                    if output.job_id.is_some() {
                        return Look::Known(output);
                    }
                }
                Stage::Over(_) | Stage::Elsewhere => {}
                _ => return Look::Running(stage),
            }
        }
        let kept = self.journal().quote(job).await.ok().flatten();
        let kept = kept.filter(|kept| kept.job == job);
        if let Some(result) = kept.as_ref().and_then(|kept| kept.result.as_ref())
            && let Ok(output) = serde_json::from_str::<Output>(result)
        {
            return Look::Known(Box::new(output));
        }
        match self.journal().get(job).await {
            Ok(Some(known)) if known.state == JobState::Failed => {
                Look::Known(Box::new(words::of_job(settings, &known)))
            }
            Ok(Some(known)) => Look::Running(self.work_on(&known.id, Begin::Resume)),
            Ok(None) if kept.is_some_and(|kept| kept.used) => {
                let message = settings.say(
                    "This quote was bought before, and its job is no longer in the list. It is not \
                     bought again.",
                    "这个报价已经用过，它的任务已不在列表里，不会再次购买。",
                );
                Look::Known(Box::new(Output::refused(Retry::AfterChange, message)))
            }
            Ok(None) => Look::Known(Box::new(words::no_job(settings))),
            Err(error) => Look::Known(Box::new(words::error(settings, &error.into(), None))),
        }
    }

    /// A job as it is now, without waiting. `None` if there is none. It is taken up if it is open.
    pub(crate) async fn now(&self, job: &str) -> Option<(Job, Output)> {
        let known = self.journal().get(job).await.ok()??;
        let output = match self.look(&known.id, false).await {
            Look::Known(output) => *output,
            Look::Running(stage) => {
                let stage = stage.borrow().clone();
                self.under_way(&known.id, &stage).await
            }
        };
        Some((known, output))
    }

    /// A job that is not over.
    async fn under_way(&self, job: &str, stage: &Stage) -> Output {
        let settings = self.settings();
        let (charge, percent, message) = match stage {
            Stage::Starting => (
                Charged::No,
                None,
                settings.say("The job is being started.", "正在开始任务。"),
            ),
            Stage::Creating => (
                Charged::Unknown,
                None,
                settings.say("The job is being started.", "正在开始任务。"),
            ),
            Stage::Waiting(percent) => (
                Charged::Yes,
                Some(*percent),
                settings.say(
                    format!("The audio is being made: {percent} percent."),
                    format!("正在生成：{percent}%。"),
                ),
            ),
            Stage::Over(output) => return (**output).clone(),
            Stage::Elsewhere => {
                let known = self.journal().get(job).await.unwrap_or_default();
                let paid = known.is_some_and(|job| job.is_paid());
                let message = settings.say(
                    "Another program on this machine is working on the job.",
                    "本机的另一个程序正在处理这个任务。",
                );
                (
                    if paid { Charged::Yes } else { Charged::Unknown },
                    None,
                    message,
                )
            }
        };
        let mut output = Output::new(Status::Working, charge, Retry::SameCall, message).of_job(job);
        output.percent = percent;
        output.advise(settings.say(
            format!("Call get_audio with job_id {job}. It costs nothing."),
            format!("用 job_id {job} 调用 get_audio，不花费积分。"),
        ))
    }
}

/// The progress of a call, which only rises.
struct Progress<'a> {
    call: &'a Call,
    token: Option<ProgressToken>,
    last: f64,
    words: String,
}

impl<'a> Progress<'a> {
    fn of(server: &Server, call: &'a Call) -> Self {
        Self {
            call,
            token: call.context.meta.get_progress_token(),
            last: -0.1,
            words: server
                .settings()
                .say("The audio is being made.", "正在生成音频。"),
        }
    }

    async fn tell(&mut self, percent: u8) {
        let Some(token) = &self.token else { return };
        self.last = f64::from(percent).max(self.last + 0.1);
        let told = ProgressNotificationParam::new(token.clone(), self.last)
            .with_total(100.0_f64.max(self.last))
            .with_message(self.words.clone());
        if let Err(error) = self.call.context.peer.notify_progress(told).await {
            tracing::debug!(%error, "progress could not be told");
        }
    }
}
