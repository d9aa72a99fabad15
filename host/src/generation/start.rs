//! How a generation came about: from a request, or resumed.

use std::sync::Arc;

use crate::credential::Key;
use crate::egress::{Guard, Terms};
use crate::error::Error;
use crate::error::Stop;
use crate::limits::Limits;
use crate::machine::{MachineSession, Machines, SessionParts};
use crate::request::{Request, check_text};
use crate::resume::OnUnknown;
use crate::types;

/// A continuation holds its request with escapes, of up to six bytes for one.
const ESCAPED: usize = 8;

/// How a generation came about.
#[derive(Clone)]
pub(crate) enum Start {
    New {
        request: Box<Request>,
        /// Whether the model is the user's default.
        habitual: bool,
    },
    Resumed(Resumed),
}

/// What a generation was resumed from.
#[derive(Clone)]
pub(crate) struct Resumed {
    pub(crate) continuation: String,
    /// Whether its task is known to exist.
    pub(crate) paid: bool,
    /// Its task, which the continuation may not know yet.
    pub(crate) task_id: Option<String>,
    pub(crate) on_unknown: OnUnknown,
}

impl Start {
    /// The bytes of its texts; an error if they are more than the limit, or hold the key.
    pub(super) fn check(&self, limits: &Limits, key: &Key) -> Result<usize, Error> {
        match self {
            Self::New { request, .. } => request.check(limits, key),
            Self::Resumed(resumed) => {
                let most = limits.input_size.saturating_mul(ESCAPED);
                check_text(&resumed.continuation, most, key)
            }
        }
    }

    /// What watches over its create request. There is none if the task is known.
    pub(super) fn guard(&self) -> Arc<Guard> {
        match self {
            Self::New { request, .. } => Guard::under(Terms::of(request)),
            Self::Resumed(Resumed {
                task_id: Some(task_id),
                ..
            }) => Guard::of_task(task_id.clone()),
            Self::Resumed(_) => Guard::new(),
        }
    }

    pub(super) fn resumed(&self) -> Option<&Resumed> {
        match self {
            Self::New { .. } => None,
            Self::Resumed(resumed) => Some(resumed),
        }
    }

    /// The session of it in a machine.
    pub(super) async fn session(
        self,
        machines: &Machines,
        size: usize,
        parts: SessionParts,
    ) -> Result<Result<MachineSession, types::Error>, Stop> {
        match self {
            Self::New { request, habitual } => {
                let request = request.into_contract(habitual);
                MachineSession::start(machines, request, size, parts).await
            }
            Self::Resumed(resumed) => {
                let Resumed {
                    continuation,
                    task_id,
                    on_unknown,
                    ..
                } = resumed;
                MachineSession::resume(machines, continuation, task_id, on_unknown, parts).await
            }
        }
    }
}
