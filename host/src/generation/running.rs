//! A generation inside a component: one call, one event, one entry in the journal.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ima_journal::{Claim, StoreError};
use tokio::time::{Instant, timeout};

use super::records::Records;
use super::start::Resumed;
use crate::egress::Guard;
use crate::error::{Aftermath, Error, Stop};
use crate::limits::Limit;
use crate::machine::MachineSession;
use crate::preferences::PreferenceFileError;
use crate::runtime::Runtime;
use crate::types::{Charge, Checkpoint, CheckpointState, Event, Outcome, TaskType};

/// A generation inside a component.
pub(super) struct Running {
    pub(super) session: MachineSession,
    pub(super) guard: Arc<Guard>,
    pub(super) records: Records,
    pub(super) checkpoint: Option<Checkpoint>,
    /// Whether the last event was the checkpoint before a create request.
    pub(super) creating: bool,
    pub(super) resumed: Option<Resumed>,
    /// Whose default model a success becomes. `None` for a resumed one: what its user wished for the
    /// next time is not known.
    pub(super) remember: Option<Remember>,
    pub(super) remembered: Option<Remembered>,
    pub(super) left: Allowance,
}

/// Where a success is remembered.
pub(super) struct Remember {
    pub(super) runtime: Runtime,
    pub(super) user: String,
    pub(super) task: TaskType,
}

/// What became of the user's default model.
pub(super) type Remembered = Result<Option<PathBuf>, PreferenceFileError>;

/// How many more events there may be, how long all of them may take, and how long one.
pub(crate) struct Allowance {
    pub(crate) events: u32,
    pub(crate) time: Duration,
    pub(crate) call: Duration,
}

impl Running {
    /// The next event.
    pub(super) async fn advance(mut self) -> (Self, Result<Option<Event>, Error>) {
        let result = self.step().await;
        (self, result)
    }

    async fn step(&mut self) -> Result<Option<Event>, Error> {
        if std::mem::take(&mut self.creating) {
            self.guard.permit();
        }
        let mut event = match self.next().await {
            Ok(Some(event)) => event,
            // The contract has `finished` as the last event.
            Ok(None) => {
                let silence = wasmtime::format_err!("the component ended without an outcome");
                return Err(self.stopped(Stop::Trap(silence)).await);
            }
            Err(stop) => return Err(self.stopped(stop).await),
        };
        self.correct(&mut event);
        if let Event::Started(started) = &event {
            self.guard.tell(started);
        }
        self.guard.set_recording(true);
        let recorded = self.records.record(&event).await;
        self.guard.set_job(self.records.job().as_deref());
        if let (Event::Finished(Outcome::Success(success)), Some(remember)) =
            (&event, &self.remember)
        {
            let Remember {
                runtime,
                user,
                task,
            } = remember;
            self.remembered = runtime.remember_model(user, *task, success).await;
        }
        self.guard.set_recording(false);
        super::log::event(&event, self.records.job().as_deref());
        recorded.map_err(|source| self.unrecorded(source))?;
        if let Event::Checkpoint(checkpoint) = &event {
            self.creating = checkpoint.state == CheckpointState::Creating;
            self.checkpoint = Some(checkpoint.clone());
        }
        Ok(Some(event))
    }

    /// The next event of the component, within what is left to it.
    async fn next(&mut self) -> Result<Option<Event>, Stop> {
        let Self {
            session,
            guard,
            left,
            ..
        } = self;
        if left.time.is_zero() {
            return Err(Stop::Limit(Limit::Generation));
        }
        left.events = left
            .events
            .checked_sub(1)
            .ok_or(Stop::Limit(Limit::Events))?;
        let next = in_time(guard, left, session.next());
        let result = tokio::select! {
            biased;
            halt = guard.until_halted() => return Err(Stop::Halt(halt)),
            result = next => result,
        };
        // The component may have returned in the moment in which it was to be stopped.
        match guard.halted() {
            Some(halt) => Err(Stop::Halt(halt)),
            None => result,
        }
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

    /// The error of a component that was stopped. If it was before it could say that the task
    /// exists, the journal is told.
    async fn stopped(&mut self, stop: Stop) -> Error {
        let aftermath = self.aftermath();
        if let Some(claim) = &self.records.claim {
            note_task(claim, &self.guard).await;
        }
        stop.into_error(aftermath, self.guard.take_ledger_error())
    }

    fn aftermath(&self) -> Aftermath {
        aftermath(
            self.checkpoint.as_ref(),
            self.resumed.as_ref(),
            &self.guard,
            self.records.job(),
        )
    }

    /// The error of a checkpoint that was not kept. The create request after it never leaves, but
    /// that of a generation that was resumed may have left before.
    fn unrecorded(&self, source: StoreError) -> Error {
        if self.resumed.is_none() {
            return source.into();
        }
        let mut aftermath = self.aftermath();
        if matches!(source, StoreError::Conflict) {
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

/// Ends a call that takes too long. The time that its requests wait for a connection isn't charged
/// to it.
async fn in_time<T>(
    guard: &Guard,
    left: &mut Allowance,
    call: impl Future<Output = Result<T, Stop>>,
) -> Result<T, Stop> {
    let mut call = std::pin::pin!(call);
    guard.waited();
    let mut patience = left.call.min(left.time);
    loop {
        let begun = Instant::now();
        let result = timeout(patience, &mut call).await;
        left.time = left.time.saturating_sub(begun.elapsed());
        match (result, guard.waited()) {
            (Ok(result), _) => return result,
            (Err(_), Some(waited)) => {
                left.time = left.time.saturating_add(waited);
                patience = waited;
            }
            (Err(_), None) if left.time.is_zero() => return Err(Stop::Limit(Limit::Generation)),
            (Err(_), None) => return Err(Stop::Limit(Limit::Call)),
        }
    }
}

/// Writes down a task that the guard knows of and the component did not speak of.
pub(super) async fn note_task(claim: &Claim, guard: &Guard) {
    if let Some(task_id) = guard.task_id()
        && let Err(error) = claim.note_task(&task_id).await
    {
        tracing::error!(%error, "a paid task was not journalled");
    }
}

/// The truth about the money at the end of a component that was stopped.
pub(super) fn aftermath(
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

#[cfg(test)]
mod tests {
    use super::*;

    fn allowance() -> Allowance {
        let call = Duration::from_secs(1);
        Allowance {
            events: 1,
            time: Duration::from_secs(10),
            call,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_is_not_charged_for_its_wait_for_a_connection() {
        let hour = Duration::from_secs(3600);
        let guard = Guard::new();
        let waits = async {
            // Two at once are one wait.
            let two = async { tokio::join!(tokio::time::sleep(hour), tokio::time::sleep(hour)) };
            guard.permit_wait().over(two).await;
            Ok(7)
        };
        assert!(matches!(
            in_time(&guard, &mut allowance(), waits).await,
            Ok(7)
        ));

        let idles = async {
            guard.permit_wait().over(tokio::time::sleep(hour)).await;
            tokio::time::sleep(Duration::from_secs(2)).await;
            Ok(7)
        };
        let stopped = in_time(&guard, &mut allowance(), idles).await;
        assert!(matches!(stopped, Err(Stop::Limit(Limit::Call))));
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_of_a_generation_is_that_of_all_its_calls() {
        let guard = Guard::new();
        let mut left = allowance();
        left.call = Duration::from_secs(60);
        let second = || async {
            tokio::time::sleep(Duration::from_secs(6)).await;
            Ok(())
        };
        assert!(in_time(&guard, &mut left, second()).await.is_ok());
        let stopped = in_time(&guard, &mut left, second()).await;
        assert!(matches!(stopped, Err(Stop::Limit(Limit::Generation))));
    }
}
