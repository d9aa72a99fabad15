//! What a generation leaves in the journal.

use std::sync::{Arc, Mutex, PoisonError};

use crate::journal::{By, Claim, Entry, Journal, JournalError};
use crate::types::{Checkpoint, CheckpointState, Event, Outcome, TaskType};

/// What the journal has yet to be told of a generation.
#[derive(Default)]
pub(super) struct Arrears(Mutex<Missing>);

#[derive(Default)]
struct Missing {
    /// A paid task's last checkpoint.
    checkpoint: Option<Checkpoint>,
    outcome: bool,
}

impl Arrears {
    pub(super) fn is_empty(&self) -> bool {
        self.with(|missing| missing.checkpoint.is_none() && !missing.outcome)
    }

    fn with<T>(&self, change: impl FnOnce(&mut Missing) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What is written down along the way.
pub(super) struct Journaling {
    pub(super) journal: Option<Journal>,
    pub(super) claim: Option<Arc<Claim>>,
    pub(super) task: Option<TaskType>,
    pub(super) model_name: Option<String>,
    pub(super) arrears: Arc<Arrears>,
}

impl Journaling {
    /// The id of the job, once there is one.
    pub(super) fn job(&self) -> Option<String> {
        self.claim.as_ref().map(|claim| claim.job().to_owned())
    }

    pub(super) async fn record(&mut self, event: &Event) -> Result<(), JournalError> {
        let Some(journal) = self.journal.clone() else {
            return Ok(());
        };
        if let Event::Started(started) = event {
            self.model_name = Some(started.model_name.clone());
        }
        match event {
            Event::Checkpoint(checkpoint) if checkpoint.state == CheckpointState::Creating => {
                self.settle(&journal).await;
                self.keep(&journal, checkpoint).await?;
            }
            Event::Checkpoint(checkpoint) => {
                let checkpoint = Some(checkpoint.clone());
                self.arrears.with(|missing| missing.checkpoint = checkpoint);
                self.settle(&journal).await;
            }
            Event::Finished(outcome) => {
                self.settle(&journal).await;
                self.finish(&journal, outcome).await;
            }
            _ => self.settle(&journal).await,
        }
        Ok(())
    }

    /// Writes what is missing of a paid task. Losing sight of the task would be worse than a
    /// journal that lags behind, so a failure ends nothing: every later event tries again, and the
    /// caller has the continuation in the event.
    async fn settle(&mut self, journal: &Journal) {
        let Some(checkpoint) = self.arrears.with(|missing| missing.checkpoint.clone()) else {
            return;
        };
        match self.keep(journal, &checkpoint).await {
            Ok(()) => self.arrears.with(|missing| missing.checkpoint = None),
            Err(error) => tracing::error!(%error, "a paid task is not journalled"),
        }
    }

    async fn keep(
        &mut self,
        journal: &Journal,
        checkpoint: &Checkpoint,
    ) -> Result<(), JournalError> {
        let entry = self.entry(checkpoint);
        self.claim = Some(journal.checkpoint(entry).await?);
        Ok(())
    }

    fn entry(&self, checkpoint: &Checkpoint) -> Entry {
        Entry {
            claim: self.claim.clone(),
            task: self.task,
            model_name: self.model_name.clone(),
            checkpoint: checkpoint.clone(),
        }
    }

    async fn finish(&mut self, journal: &Journal, outcome: &Outcome) {
        let written = match (self.claim.clone(), outcome.task_id()) {
            (Some(claim), _) => journal.finish(claim, outcome).await,
            // Taken up from a continuation that the journal does not know: it may know the task.
            (None, Some(task)) => self.finish_task(journal, task, outcome).await,
            (None, None) => return,
        };
        if let Err(error) = written {
            self.arrears.with(|missing| missing.outcome = true);
            tracing::error!(%error, "an outcome was not journalled");
        }
    }

    async fn finish_task(
        &mut self,
        journal: &Journal,
        task: &str,
        outcome: &Outcome,
    ) -> Result<(), JournalError> {
        let claim = match journal.claim(By::Id(task.to_owned())).await {
            Ok(Some((job, claim))) if job.task_id.as_deref() == Some(task) => claim,
            // Whoever works on the job learns of its end too.
            Ok(_) | Err(JournalError::InUse(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        // The job has a continuation of its own; the task is all that connects it with this one.
        let mut outcome = outcome.clone();
        if let Outcome::Failure(failure) = &mut outcome {
            failure.continuation = None;
        }
        self.claim = Some(Arc::clone(&claim));
        journal.finish(claim, &outcome).await
    }
}

impl Drop for Journaling {
    fn drop(&mut self) {
        let missing = self.arrears.with(|missing| missing.checkpoint.clone());
        if let (Some(journal), Some(checkpoint)) = (&self.journal, missing) {
            journal.leave(self.entry(&checkpoint));
        }
    }
}
