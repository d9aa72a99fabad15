//! A generation inside a component: one call, one event, one entry in the journal.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::journaling::Journaling;
use super::{Beginning, Resumed};
use crate::carrier::Carrier;
use crate::credential::Key;
use crate::egress::Guard;
use crate::error::{Aftermath, Error};
use crate::instance::Stop;
use crate::journal::{Claim, Journal, JournalError};
use crate::limits::Limit;
use crate::preferences::PreferenceFileError;
use crate::runtime::Runtime;
use crate::types::{Charge, Checkpoint, CheckpointState, Event, Outcome, TaskType};

/// A generation inside a component.
pub(super) struct Session {
    carrier: Carrier,
    guard: Arc<Guard>,
    pub(super) journaling: Journaling,
    pub(super) checkpoint: Option<Checkpoint>,
    /// Whether the last event was the checkpoint before a create request.
    creating: bool,
    resumed: Option<Resumed>,
    /// Where a success is remembered, and as what. One that was taken up is not: what its user
    /// wished for the next time is not known.
    habit: Option<(Runtime, TaskType)>,
    pub(super) remembered: Option<Remembered>,
    /// How many more events there may be, and how long they may take.
    left: (u32, Duration),
}

/// What became of the user's usual model.
pub(super) type Remembered = Result<Option<PathBuf>, PreferenceFileError>;

impl Session {
    pub(super) async fn open(
        runtime: &Runtime,
        beginning: &Beginning,
        key: Arc<Key>,
        guard: Arc<Guard>,
        journaling: Journaling,
        checkpoint: Option<Checkpoint>,
    ) -> Result<Self, Error> {
        let resumed = beginning.resumed().cloned();
        let stopped = |stop: Stop| {
            let (checkpoint, resumed) = (checkpoint.as_ref(), resumed.as_ref());
            stop.into_error(aftermath(checkpoint, resumed, &guard, journaling.job()))
        };
        let carrier = runtime.carrier(beginning, &guard, key).await;
        let carrier = carrier.map_err(stopped)?.map_err(Error::Rejected)?;
        super::log::opened(beginning, journaling.job().as_deref());
        Ok(Self {
            carrier,
            guard,
            journaling,
            checkpoint,
            creating: false,
            resumed,
            habit: match beginning {
                Beginning::Start(request) if runtime.remembers() => {
                    Some((runtime.clone(), request.task))
                }
                _ => None,
            },
            remembered: None,
            left: runtime.allowance(),
        })
    }

    /// The next event, after a cancellation where one is asked for.
    pub(super) async fn advance(
        mut self,
        cancel: bool,
    ) -> (Option<Self>, Result<Option<Event>, Error>) {
        let result = self.step(cancel).await;
        (Some(self), result)
    }

    async fn step(&mut self, cancel: bool) -> Result<Option<Event>, Error> {
        if cancel {
            self.guard.shut();
            if let Err(stop) = self.carrier.cancel().await {
                return Err(self.stopped(stop).await);
            }
        } else if std::mem::take(&mut self.creating) {
            self.guard.permit();
        }
        let mut event = loop {
            match self.next().await {
                // No request follows it: the task is known already.
                Ok(Some(Event::Checkpoint(it)))
                    if it.state == CheckpointState::Creating
                        && self.guard.known_task().is_some() => {}
                Ok(Some(event)) => break event,
                // The contract has `finished` as the last event.
                Ok(None) => {
                    let silence = wasmtime::format_err!("the component ended without an outcome");
                    return Err(self.stopped(Stop::Trap(silence)).await);
                }
                Err(stop) => return Err(self.stopped(stop).await),
            }
        };
        self.correct(&mut event);
        if let Event::Started(started) = &event {
            self.guard.tell(started);
        }
        self.guard.set_recording(true);
        let recorded = self.journaling.record(&event).await;
        if let (Event::Finished(Outcome::Success(success)), Some((runtime, task))) =
            (&event, &self.habit)
        {
            self.remembered = runtime.keep_usual(*task, success).await;
        }
        self.guard.set_recording(false);
        super::log::event(&event, self.journaling.job().as_deref());
        recorded.map_err(|source| self.unrecorded(source))?;
        if let Event::Checkpoint(checkpoint) = &event {
            self.creating = checkpoint.state == CheckpointState::Creating;
            self.checkpoint = Some(checkpoint.clone());
        }
        Ok(Some(event))
    }

    /// The next event of the component, within what is left to it.
    async fn next(&mut self) -> Result<Option<Event>, Stop> {
        let (events, time) = &mut self.left;
        if time.is_zero() {
            return Err(Stop::Limit(Limit::Generation));
        }
        *events = events.checked_sub(1).ok_or(Stop::Limit(Limit::Events))?;
        let begun = Instant::now();
        let next = timeout(*time, self.carrier.next()).await;
        *time = time.saturating_sub(begun.elapsed());
        next.unwrap_or(Err(Stop::Limit(Limit::Generation)))
    }

    /// Puts what the host saw of the money before what the component says of it.
    fn correct(&self, event: &mut Event) {
        let task_id = self.guard.task_id();
        match event {
            Event::Checkpoint(checkpoint) if checkpoint.state == CheckpointState::Waiting => {
                checkpoint.task_id = task_id.or(checkpoint.task_id.take());
            }
            Event::Finished(Outcome::Success(success)) => {
                if let Some(task_id) = task_id {
                    success.task_id = task_id;
                }
            }
            Event::Finished(Outcome::Failure(failure)) => {
                let known = self.aftermath();
                failure.charge = match (failure.charge, known.charge) {
                    (Charge::Yes, _) | (_, Charge::Yes) => Charge::Yes,
                    (Charge::Unknown, _) | (_, Charge::Unknown) => Charge::Unknown,
                    (Charge::No, Charge::No) => Charge::No,
                };
                failure.task_id = known.task_id.or(failure.task_id.take());
                if failure.charge != Charge::No {
                    failure.continuation = failure.continuation.take().or(known.continuation);
                }
            }
            _ => {}
        }
    }

    /// The error of a component that was stopped. Where it was before it could say that the task
    /// exists, the journal is told.
    async fn stopped(&mut self, stop: Stop) -> Error {
        let aftermath = self.aftermath();
        let Journaling { journal, claim, .. } = &self.journaling;
        if let (Some(journal), Some(claim)) = (journal, claim) {
            note_task(journal, claim, &self.guard).await;
        }
        stop.into_error(aftermath)
    }

    fn aftermath(&self) -> Aftermath {
        aftermath(
            self.checkpoint.as_ref(),
            self.resumed.as_ref(),
            &self.guard,
            self.journaling.job(),
        )
    }

    /// The error of a checkpoint that was not kept. The create request after it never leaves, but
    /// that of a generation that was taken up may have left before.
    fn unrecorded(&self, source: JournalError) -> Error {
        if self.resumed.is_none() {
            return source.into();
        }
        let mut aftermath = self.aftermath();
        if matches!(source, JournalError::Conflict) {
            // The journal, and not this generation, knows how to reach the task.
            aftermath.charge = Charge::Yes;
            aftermath.continuation = None;
            aftermath.resumable = true;
        }
        Error::Unrecorded {
            aftermath: Box::new(aftermath),
            source,
        }
    }
}

/// Writes down a task that the guard knows of and the component did not speak of.
pub(super) async fn note_task(journal: &Journal, claim: &Arc<Claim>, guard: &Guard) {
    if let Some(task_id) = guard.task_id()
        && let Err(error) = journal.note_task(Arc::clone(claim), task_id).await
    {
        tracing::error!(%error, "a paid task was not journalled");
    }
}

/// The truth about the money at the end of a component that was stopped.
fn aftermath(
    checkpoint: Option<&Checkpoint>,
    resumed: Option<&Resumed>,
    guard: &Guard,
    job: Option<String>,
) -> Aftermath {
    let waiting = checkpoint.filter(|it| it.state == CheckpointState::Waiting);
    let said = waiting.and_then(|it| it.task_id.clone());
    let task_id = guard.task_id().or(said);
    let paid_before = checkpoint.is_none() && resumed.is_some_and(|it| it.paid);
    let resumable = waiting.is_some() || task_id.is_some() || paid_before;
    let charge = match guard.charge() {
        _ if resumable => Charge::Yes,
        // The continuation is opaque: what it says of the money is the component's to read.
        Charge::No if resumed.is_some() => Charge::Unknown,
        charge => charge,
    };
    let continuation = checkpoint
        .map(|checkpoint| &checkpoint.continuation)
        .or(resumed.map(|resumed| &resumed.continuation))
        .cloned();
    Aftermath {
        charge,
        continuation,
        task_id,
        resumable,
        job,
    }
}
