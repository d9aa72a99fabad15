//! Waiting for a paid task: no fault ends it but the deadline, and the deadline ends only the
//! waiting (money rules 5 and 6).

use super::snapshot::Waited;
use super::wire::{Exchange, ExchangeEnd, Wire};
use super::{backoff, pace};
use crate::Millis;
use crate::api::requests;
use crate::event::{Event, Fault, Phase, Progress};
use crate::outcome::{Cause, Media};
use crate::prelude::*;
use crate::status::TaskStatus;
use ima_wire::envelope::Answer;

/// The waiting for one task.
#[derive(Debug)]
pub(crate) struct Waiting {
    waited: Waited,
    /// When this waiting began, on the driver's clock.
    since: Millis,
    deadline: Millis,
    next_progress: Millis,
    faults: u32,
    /// How often in a row the service said that there is no such task.
    unknown: u32,
    /// The media that were there when the service was last asked (money rule 9).
    ready: Vec<Media>,
    step: Step,
}

/// How often in a row the service says that there is no such task before that is the end. With the
/// rests in between about four minutes, in which a task that was just made becomes known everywhere.
const UNKNOWN: u32 = 12;

#[derive(Debug)]
enum Step {
    Asked(Exchange),
    Resting { until: Millis },
}

/// What became of the task.
#[derive(Debug)]
pub(crate) enum WaitEnd {
    Ready(Vec<Media>),
    Failed(Cause, Vec<Media>),
}

impl Waiting {
    /// Waits for a task that was just created, by a request that left at `since`.
    pub(crate) fn begin(waited: Waited, since: Millis, now: Millis, patience: Millis) -> Self {
        // However short the caller's patience, the service is asked once within it.
        let rest = pace::first(waited.task.task, waited.task.estimate).min(patience / 2);
        Self::new(waited, since, now, patience, now.saturating_add(rest))
    }

    /// Takes up the waiting for a task after a restart: the first question is asked at once.
    pub(crate) fn resume(waited: Waited, now: Millis, patience: Millis) -> Self {
        Self::new(waited, now, now, patience, now)
    }

    fn new(waited: Waited, since: Millis, now: Millis, patience: Millis, first: Millis) -> Self {
        let interval = pace::progress_interval(waited.task.task, &waited.task.model_id);
        Self {
            since,
            deadline: now.saturating_add(patience),
            next_progress: now.saturating_add(interval),
            faults: 0,
            unknown: 0,
            ready: Vec::new(),
            step: Step::Resting { until: first },
            waited,
        }
    }

    pub(crate) fn exchange(&self) -> Option<Exchange> {
        match self.step {
            Step::Asked(exchange) => Some(exchange),
            Step::Resting { .. } => None,
        }
    }

    /// When the next thing happens by itself.
    pub(crate) fn wake(&self) -> Millis {
        let step = match self.step {
            Step::Asked(exchange) => exchange.deadline,
            Step::Resting { until } => until,
        };
        step.min(self.next_progress).min(self.deadline)
    }

    /// The task with the time that it has been waited for.
    pub(crate) fn waited(&self, now: Millis) -> Waited {
        Waited {
            elapsed_ms: self.elapsed(now),
            ..self.waited.clone()
        }
    }

    /// The media that are there although the task goes on.
    pub(crate) fn take_ready(&mut self) -> Vec<Media> {
        core::mem::take(&mut self.ready)
    }

    fn elapsed(&self, now: Millis) -> Millis {
        let here = now.saturating_sub(self.since);
        self.waited.elapsed_ms.saturating_add(here)
    }

    /// Takes the end of the current exchange.
    pub(crate) fn ended(
        &mut self,
        end: &ExchangeEnd,
        wire: &mut Wire<Event>,
        now: Millis,
    ) -> Option<WaitEnd> {
        let status = match end {
            Ok(response) => match Answer::read(response.status, &response.body) {
                Answer::Success(None) => Some(TaskStatus::Pending(Vec::new())),
                Answer::Success(Some(data)) => {
                    self.unknown = 0;
                    TaskStatus::read(&data, &self.waited.task.id)
                }
                // Nobody but the user can mend this, so waiting on would help nothing.
                Answer::Refused(refusal) if refusal.code == 401 => {
                    let ready = self.take_ready();
                    return Some(WaitEnd::Failed(Cause::Unauthorized, ready));
                }
                Answer::Refused(refusal) if refusal.is_unknown_task() => {
                    self.unknown = self.unknown.saturating_add(1);
                    if self.unknown >= UNKNOWN {
                        return Some(WaitEnd::Failed(Cause::UnknownTask, self.take_ready()));
                    }
                    None
                }
                Answer::Refused(_) | Answer::Broken => None,
            },
            Err(_) => None,
        };
        match status {
            Some(TaskStatus::Ready(medias)) => return Some(WaitEnd::Ready(medias)),
            Some(TaskStatus::Failed(fault, medias)) => {
                return Some(WaitEnd::Failed(Cause::TaskFailed(fault), medias));
            }
            Some(TaskStatus::Pending(ready)) => {
                // A media that was there once is not gone because an answer leaves it out.
                if !ready.is_empty() {
                    self.ready = ready;
                }
                self.faults = 0;
                let task = &self.waited.task;
                self.rest(pace::rest(task.task, task.estimate, self.elapsed(now)), now);
            }
            None => {
                let answer = end.as_ref().ok();
                self.fault(
                    answer.map(|response| response.status),
                    answer.and_then(|response| response.retry_after()),
                    wire,
                    now,
                );
            }
        }
        None
    }

    /// Takes that time has passed. Gives the end, or the progress that is due.
    pub(crate) fn timeout(
        &mut self,
        wire: &mut Wire<Event>,
        now: Millis,
    ) -> (Option<WaitEnd>, Option<Progress>) {
        if now >= self.deadline {
            let ready = self.take_ready();
            return (Some(WaitEnd::Failed(Cause::Deadline, ready)), None);
        }
        match self.step {
            Step::Asked(exchange) if now >= exchange.deadline => self.fault(None, None, wire, now),
            Step::Resting { until } if now >= until => {
                let task = &self.waited.task;
                let request = requests::detail(&task.id, self.waited.language);
                self.step = Step::Asked(wire.transmit(request, now, self.deadline));
            }
            Step::Asked(_) | Step::Resting { .. } => {}
        }
        (None, self.progress(now))
    }

    fn progress(&mut self, now: Millis) -> Option<Progress> {
        if now < self.next_progress {
            return None;
        }
        let task = &self.waited.task;
        let interval = pace::progress_interval(task.task, &task.model_id);
        self.next_progress = now.saturating_add(interval);
        Some(pace::progress(task.estimate, self.elapsed(now)))
    }

    fn rest(&mut self, rest: Millis, now: Millis) {
        self.step = Step::Resting {
            until: now.saturating_add(rest),
        };
    }

    fn fault(
        &mut self,
        status: Option<u16>,
        retry_after: Option<Millis>,
        wire: &mut Wire<Event>,
        now: Millis,
    ) {
        self.faults = self.faults.saturating_add(1);
        let asked = retry_after.map(|asked| asked.min(backoff::PATIENCE));
        let rest = backoff::rest(self.faults, asked, &mut wire.jitter);
        wire.event(Event::Fault(Fault {
            phase: Phase::Waiting,
            status,
            retry: rest,
        }));
        self.rest(rest, now);
    }
}
