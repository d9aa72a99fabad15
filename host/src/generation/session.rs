//! A generation inside a component: one call, one event, one entry in the journal.

use std::path::PathBuf;
use std::sync::Arc;

use super::journaling::Journaling;
use super::{Beginning, Resumed};
use crate::carrier::Carrier;
use crate::credential::Key;
use crate::egress::Guard;
use crate::error::{Aftermath, Error};
use crate::instance::Stop;
use crate::journal::JournalError;
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
            let job = journaling.job();
            stop.into_error(aftermath(
                checkpoint.as_ref(),
                resumed.as_ref(),
                &guard,
                job,
            ))
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
            let cancelled = self.carrier.cancel().await;
            cancelled.map_err(|stop| self.stopped(stop))?;
        } else if std::mem::take(&mut self.creating) {
            self.guard.permit();
        }
        let event = self.carrier.next().await;
        let event = event.map_err(|stop| self.stopped(stop))?;
        if let Some(event) = &event {
            self.guard.set_recording(true);
            let recorded = self.journaling.record(event).await;
            if let (Event::Finished(Outcome::Success(success)), Some((runtime, task))) =
                (event, &self.habit)
            {
                self.remembered = runtime.keep_usual(*task, success).await;
            }
            self.guard.set_recording(false);
            super::log::event(event, self.journaling.job().as_deref());
            recorded.map_err(|source| self.unrecorded(source))?;
            if let Event::Checkpoint(checkpoint) = event {
                self.creating = checkpoint.state == CheckpointState::Creating;
                self.checkpoint = Some(checkpoint.clone());
            }
        }
        Ok(event)
    }

    fn stopped(&self, stop: Stop) -> Error {
        let job = self.journaling.job();
        stop.into_error(aftermath(
            self.checkpoint.as_ref(),
            self.resumed.as_ref(),
            &self.guard,
            job,
        ))
    }

    /// The error of a checkpoint that was not kept. The create request after it never leaves, but
    /// that of a generation that was taken up may have left before.
    fn unrecorded(&self, source: JournalError) -> Error {
        if self.resumed.is_none() {
            return source.into();
        }
        let job = self.journaling.job();
        let mut aftermath = aftermath(
            self.checkpoint.as_ref(),
            self.resumed.as_ref(),
            &self.guard,
            job,
        );
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

/// The truth about the money at the end of a component that was stopped.
pub(super) fn aftermath(
    checkpoint: Option<&Checkpoint>,
    resumed: Option<&Resumed>,
    guard: &Guard,
    job: Option<String>,
) -> Aftermath {
    let waiting = checkpoint.is_some_and(|it| it.state == CheckpointState::Waiting);
    let resumable = waiting || checkpoint.is_none() && resumed.is_some_and(|it| it.paid);
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
        resumable,
        job,
    }
}
