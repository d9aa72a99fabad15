//! What the seeds really reached: a model that never loses an answer proves nothing about lost
//! answers.

use ima_core::event::{CheckpointState, Event, Phase};
use ima_core::outcome::{Cause, Charge, Outcome, TaskFault};
use std::collections::BTreeMap;

/// How often each situation was reached, by kind and name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<(&'static str, &'static str), u64>);

impl Coverage {
    /// How often a situation was reached.
    pub fn count(&self, kind: &str, name: &str) -> u64 {
        let reached = self.0.iter();
        let named = reached.filter(|((own, other), _)| *own == kind && *other == name);
        named.map(|(_, count)| count).sum()
    }

    /// Adds what other seeds reached.
    pub fn merge(&mut self, other: &Self) {
        for (situation, count) in &other.0 {
            *self.0.entry(*situation).or_default() += count;
        }
    }

    /// Every situation, with how often it was reached.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        self.0
            .iter()
            .map(|((kind, name), count)| (*kind, *name, *count))
    }

    pub(crate) fn reach(&mut self, kind: &'static str, name: &'static str) {
        *self.0.entry((kind, name)).or_default() += 1;
    }

    pub(crate) fn event(&mut self, event: &Event) {
        let name = match event {
            Event::Checkpoint(checkpoint) => match checkpoint.state {
                CheckpointState::Creating => "checkpoint creating",
                CheckpointState::Waiting => "checkpoint waiting",
            },
            Event::Message(_) => "message",
            Event::Started(_) => "started",
            Event::Progress(_) => "progress",
            Event::Fault(fault) => match fault.phase {
                Phase::Listing => "fault listing",
                Phase::Creating => "fault creating",
                Phase::Waiting => "fault waiting",
            },
            Event::Attempt(attempt) => match (attempt.code, &attempt.amendment) {
                (None, _) => "attempt accepted",
                (Some(_), None) => "attempt refused",
                (Some(_), Some(amendment)) if amendment.defaults => "amended to the defaults",
                (Some(_), Some(amendment)) if amendment.fetched => "amended after a fresh list",
                (Some(_), Some(_)) => "amended",
            },
            Event::Dropped(_) => "dropped",
            Event::Finished(outcome) => {
                self.outcome(outcome);
                "finished"
            }
        };
        self.reach("event", name);
    }

    fn outcome(&mut self, outcome: &Outcome) {
        let failure = match outcome {
            Outcome::Success(success) => {
                let several = success.medias.len() > 1;
                return self.reach("success", if several { "several" } else { "one" });
            }
            Outcome::Failure(failure) => failure,
        };
        let kind = match failure.charge {
            Charge::No => "charge no",
            Charge::Yes => "charge yes",
            Charge::Unknown => "charge unknown",
        };
        let cause = match &failure.cause {
            Cause::Unauthorized => "unauthorized",
            Cause::InsufficientPoints => "insufficient points",
            Cause::SubscriptionRequired => "subscription required",
            Cause::UnknownModel(_) => "unknown model",
            Cause::Invalid(_) => "invalid",
            Cause::OverBudget { .. } => "over budget",
            Cause::PriceChanged { .. } => "price changed",
            Cause::NoPrice => "no price",
            Cause::Refused { .. } => "refused",
            Cause::RateLimited => "rate limited",
            Cause::Unavailable => "unavailable",
            Cause::Network => "network",
            Cause::OutcomeUnknown => "outcome unknown",
            Cause::TaskFailed(TaskFault::Resource) if !failure.medias.is_empty() => {
                "task failed in part"
            }
            Cause::TaskFailed(TaskFault::Status) => "task failed by status",
            Cause::TaskFailed(TaskFault::Content) => "task failed for its content",
            Cause::TaskFailed(_) => "task failed",
            Cause::UnknownTask => "unknown task",
            Cause::Deadline if !failure.medias.is_empty() => "deadline in part",
            Cause::Deadline => "deadline",
            Cause::Cancelled => "cancelled",
        };
        self.reach(kind, cause);
    }
}
