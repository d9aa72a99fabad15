//! What a generation leaves in the journal.

use std::sync::Arc;

use crate::journal::{Claim, Entry, Journal, JournalError};
use crate::types::{CheckpointState, Event, TaskType};

/// What is written down along the way.
pub(super) struct Journaling {
    pub(super) journal: Option<Journal>,
    pub(super) claim: Option<Arc<Claim>>,
    pub(super) task: Option<TaskType>,
    pub(super) model_name: Option<String>,
}

impl Journaling {
    /// The id of the job, once there is one.
    pub(super) fn job(&self) -> Option<String> {
        self.claim.as_ref().map(|claim| claim.job().to_owned())
    }

    pub(super) async fn record(&mut self, event: &Event) -> Result<(), JournalError> {
        let Some(journal) = &self.journal else {
            return Ok(());
        };
        match event {
            Event::Started(started) => self.model_name = Some(started.model_name.clone()),
            Event::Checkpoint(checkpoint) => {
                let entry = Entry {
                    claim: self.claim.clone(),
                    task: self.task,
                    model_name: self.model_name.clone(),
                    checkpoint: checkpoint.clone(),
                };
                match journal.checkpoint(entry).await {
                    Ok(claim) => self.claim = Some(claim),
                    Err(error) if checkpoint.state == CheckpointState::Creating => {
                        return Err(error);
                    }
                    // The task is paid: losing sight of it now would be worse than a journal that
                    // lags behind. The caller has the continuation in the event.
                    Err(error) => tracing::error!(%error, "a paid task was not journalled"),
                }
            }
            Event::Finished(outcome) => {
                if let Some(claim) = self.claim.clone()
                    && let Err(error) = journal.finish(claim, outcome).await
                {
                    tracing::error!(%error, "an outcome was not journalled");
                }
            }
            Event::Message(_)
            | Event::Progress(_)
            | Event::Fault(_)
            | Event::Attempt(_)
            | Event::Dropped(_) => {}
        }
        Ok(())
    }
}
