//! How a generation came about: from a request, from a continuation, or from a job of the journal.

use std::sync::Arc;

use crate::credential::Key;
use crate::egress::{Guard, Terms};
use crate::error::Error;
use crate::journal::Job;
use crate::types::{OnUnknown, Request};

/// How a generation came about, and how it is set up again after a cancellation.
#[derive(Clone)]
pub(crate) enum Beginning {
    Start(Box<Request>),
    Resume(Resumed, OnUnknown),
}

impl Beginning {
    /// Refuses one that holds the key.
    pub(super) fn without(&self, key: &Key) -> Result<(), Error> {
        match self {
            Self::Start(request) => key.stays_out_of(request),
            Self::Resume(resumed, _) => key.stays_out_of(&resumed.continuation),
        }
    }

    /// What watches over its create request. Where the task is known there is none: the component
    /// is told to create again, and the guard answers with the task.
    pub(super) fn guarded(&mut self) -> Arc<Guard> {
        if let Self::Resume(resumed, on_unknown) = self
            && let Some(task_id) = resumed.task_id.clone()
        {
            *on_unknown = OnUnknown::CreateAgain;
            return Guard::of_task(task_id);
        }
        if let Self::Start(request) = self {
            return Guard::under(Terms::of(request));
        }
        Guard::new()
    }

    pub(super) fn resumed(&self) -> Option<&Resumed> {
        match self {
            Self::Start(_) => None,
            Self::Resume(resumed, _) => Some(resumed),
        }
    }
}

/// What a generation was taken up from.
#[derive(Clone)]
pub(crate) struct Resumed {
    pub(super) continuation: String,
    /// Whether its task is known to exist.
    pub(super) paid: bool,
    /// Its task, which the continuation may not know yet.
    pub(super) task_id: Option<String>,
}

impl Resumed {
    /// A continuation of which nothing is known.
    pub(crate) fn unknown(continuation: &str) -> Self {
        Self {
            continuation: continuation.to_owned(),
            paid: false,
            task_id: None,
        }
    }

    /// A continuation and its task.
    pub(crate) fn task(continuation: &str, task_id: &str) -> Self {
        Self {
            continuation: continuation.to_owned(),
            paid: true,
            task_id: Some(task_id.to_owned()),
        }
    }

    pub(crate) fn continuation(&self) -> &str {
        &self.continuation
    }

    /// A job of the journal.
    pub(crate) fn job(job: &Job) -> Self {
        Self {
            continuation: job.continuation.clone(),
            paid: job.is_paid(),
            task_id: job.task_id.clone(),
        }
    }
}
