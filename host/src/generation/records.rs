//! What a generation leaves in the journal.

use std::sync::{Arc, Mutex, PoisonError};

use ima_journal::{Claim, Entry, FindJob, JobEnd, Journal, StoreError};

use crate::types::{self, Cause, Charge, Checkpoint, CheckpointState, Event, Outcome, TaskType};

/// What the journal has yet to be told of a generation.
#[derive(Default)]
pub(super) struct Unwritten(Mutex<Missing>);

#[derive(Default)]
struct Missing {
    /// A paid task's last checkpoint.
    checkpoint: Option<Checkpoint>,
    outcome: bool,
}

impl Unwritten {
    pub(super) fn is_empty(&self) -> bool {
        self.with(|missing| missing.checkpoint.is_none() && !missing.outcome)
    }

    fn with<T>(&self, change: impl FnOnce(&mut Missing) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What is written down along the way.
pub(super) struct Records {
    pub(super) journal: Option<Journal>,
    pub(super) claim: Option<Claim>,
    pub(super) task: Option<TaskType>,
    pub(super) model_name: Option<String>,
    /// The quote that its job begins with.
    pub(super) quote: Option<String>,
    pub(super) unwritten: Arc<Unwritten>,
}

impl Records {
    /// The id of the job, once there is one.
    pub(super) fn job(&self) -> Option<String> {
        self.claim.as_ref().map(|claim| claim.job().to_owned())
    }

    pub(super) async fn record(&mut self, event: &Event) -> Result<(), StoreError> {
        let Some(journal) = self.journal.clone() else {
            return Ok(());
        };
        if let Event::Started(started) = event {
            self.model_name = Some(started.model_name.clone());
        }
        match event {
            Event::Checkpoint(checkpoint) if checkpoint.state == CheckpointState::Creating => {
                self.write_missing(&journal).await;
                self.keep(&journal, checkpoint).await?;
            }
            Event::Checkpoint(checkpoint) => {
                let checkpoint = Some(checkpoint.clone());
                self.unwritten
                    .with(|missing| missing.checkpoint = checkpoint);
                self.write_missing(&journal).await;
            }
            Event::Finished(outcome) => {
                self.write_missing(&journal).await;
                self.finish(&journal, outcome).await;
            }
            _ => self.write_missing(&journal).await,
        }
        Ok(())
    }

    /// Writes what is missing of a paid task. Losing sight of the task would be worse than a
    /// journal that lags behind, so a failure ends nothing: every later event tries again, and the
    /// caller has the continuation in the event.
    async fn write_missing(&mut self, journal: &Journal) {
        let Some(checkpoint) = self.unwritten.with(|missing| missing.checkpoint.clone()) else {
            return;
        };
        match self.keep(journal, &checkpoint).await {
            Ok(()) => self.unwritten.with(|missing| missing.checkpoint = None),
            Err(error) => tracing::error!(%error, "a paid task is not journalled"),
        }
    }

    async fn keep(&mut self, journal: &Journal, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        let entry = self.entry(checkpoint);
        match (&self.claim, &self.quote) {
            (Some(claim), _) => claim.checkpoint(entry).await?,
            (None, Some(quote)) => self.claim = Some(journal.begin_quoted(quote, entry).await?),
            (None, None) => self.claim = Some(journal.begin(entry).await?),
        }
        Ok(())
    }

    fn entry(&self, checkpoint: &Checkpoint) -> Entry {
        Entry {
            task: self.task.map(task_type),
            model_name: self.model_name.clone(),
            state: match checkpoint.state {
                CheckpointState::Creating => ima_journal::CheckpointState::Creating,
                CheckpointState::Waiting => ima_journal::CheckpointState::Waiting,
            },
            task_id: checkpoint.task_id.clone(),
            continuation: checkpoint.continuation.clone(),
        }
    }

    async fn finish(&mut self, journal: &Journal, outcome: &Outcome) {
        let written = match (self.claim.clone(), outcome.task_id()) {
            (Some(claim), _) => claim.finish(end(outcome)).await,
            // Resumed from a continuation that the journal does not know: it may know the task.
            (None, Some(task)) => self.finish_task(journal, task, outcome).await,
            (None, None) => return,
        };
        if let Err(error) = written {
            self.unwritten.with(|missing| missing.outcome = true);
            tracing::error!(%error, "an outcome was not journalled");
        }
    }

    async fn finish_task(
        &mut self,
        journal: &Journal,
        task: &str,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        let claim = match journal.claim(FindJob::Id(task.to_owned())).await {
            Ok(Some((job, claim))) if job.task_id.as_deref() == Some(task) => claim,
            // Whoever works on the job learns of its end too.
            Ok(_) | Err(StoreError::InUse(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        self.claim = Some(claim.clone());
        // The job has a continuation of its own; the task is all that connects it with this one.
        let end = JobEnd {
            continuation: None,
            ..end(outcome)
        };
        claim.finish(end).await
    }
}

impl Drop for Records {
    fn drop(&mut self) {
        let missing = self.unwritten.with(|missing| missing.checkpoint.clone());
        if let (Some(journal), Some(checkpoint)) = (&self.journal, missing) {
            journal.enqueue_checkpoint(self.claim.as_ref(), self.entry(&checkpoint));
        }
    }
}

/// What an outcome makes of a job.
fn end(outcome: &Outcome) -> JobEnd {
    match outcome {
        Outcome::Success(success) => JobEnd::success(success.task_id.clone()),
        Outcome::Failure(failure) => JobEnd::failure(
            match failure.charge {
                Charge::No => ima_journal::Charge::No,
                Charge::Yes => ima_journal::Charge::Yes,
                Charge::Unknown => ima_journal::Charge::Unknown,
            },
            matches!(failure.cause, Cause::TaskFailed(_)),
            failure.task_id.clone(),
            failure.continuation.clone(),
        ),
    }
}

fn task_type(task: TaskType) -> ima_journal::TaskType {
    match task {
        types::TaskType::TextToMusic => ima_journal::TaskType::Music,
        types::TaskType::TextToSpeech => ima_journal::TaskType::Speech,
    }
}

/// The contract's word for a task of the journal.
pub(super) fn contract_task(task: ima_journal::TaskType) -> TaskType {
    match task {
        ima_journal::TaskType::Music => TaskType::TextToMusic,
        ima_journal::TaskType::Speech => TaskType::TextToSpeech,
    }
}
