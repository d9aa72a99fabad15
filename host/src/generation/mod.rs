//! A generation: events one at a time, checkpoints made durable before they are handed out.

mod log;
mod records;
mod running;
mod start;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;
use ima_journal::{Claim, Job, StoreError};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tracing::{Instrument, Span};

use records::{Records, Unwritten};
pub(crate) use running::Allowance;
use running::{Remember, Remembered, Running, aftermath};
pub(crate) use start::{Resumed, Start};

use crate::egress::Guard;
use crate::error::Error;
use crate::preferences::PreferenceFileError;
use crate::runtime::Runtime;
use crate::types::{Checkpoint, CheckpointState, Event, Outcome};

/// One generation of music or speech.
///
/// Its events are taken one at a time, or as a [`Stream`]. Nothing happens unless an event is asked
/// for. Asking for the next event after a checkpoint states that the checkpoint is durable; with a
/// journal it already is, except a paid one that could not be written
/// ([`is_journalled`](Self::is_journalled)). Dropping a generation ends the waiting, not the task; a
/// create request that is under way is still seen through to its answer, and journalled.
pub struct Generation {
    journalled: bool,
    resumed: Option<Resumed>,
    guard: Arc<Guard>,
    running: Option<Running>,
    pending: Option<Pending>,
    checkpoint: Option<Checkpoint>,
    canceller: Canceller,
    ended: bool,
    job: Option<String>,
    claim: Option<Claim>,
    remembered: Option<Remembered>,
    unwritten: Arc<Unwritten>,
    span: Span,
    /// What sees a create request through if the generation is dropped on a thread of its own.
    handle: Option<Handle>,
}

/// A call into the component that has not returned. It owns what runs the generation, so that
/// dropping the future of [`Generation::next_event`] loses nothing: the next call goes on waiting for
/// it.
type Pending = Pin<Box<dyn Future<Output = (Running, Result<Option<Event>, Error>)> + Send>>;

impl Generation {
    pub(crate) async fn open(
        runtime: &Runtime,
        start: Start,
        deadline: Option<std::time::Duration>,
        job: Option<(Job, Claim)>,
    ) -> Result<Self, Error> {
        let key = runtime.key()?;
        let size = start.check(runtime.limits(), &key)?;
        let guard = start.guard();
        let mut records = Records {
            journal: runtime.journal().cloned(),
            claim: None,
            task: None,
            model_name: None,
            quote: None,
            unwritten: Arc::default(),
        };
        let mut remember = None;
        if let Start::New { request, .. } = &start {
            if request.quote.is_some() && records.journal.is_none() {
                return Err(StoreError::NoSuchQuote.into());
            }
            records.task = Some(request.task);
            records.quote.clone_from(&request.quote);
            remember = runtime.remembers(request).then(|| Remember {
                runtime: runtime.clone(),
                user: request.user().to_owned(),
                task: request.task,
            });
        }
        if let Some((job, claim)) = job {
            records.task = job.task.map(records::contract_task);
            records.model_name = job.model_name;
            records.claim = Some(claim);
        }
        let job = records.job();
        guard.set_job(job.as_deref());
        let canceller = Canceller(Arc::new(watch::Sender::new(false)));
        let parts = runtime.session_parts(&guard, key, canceller.0.subscribe(), deadline);
        let resumed = start.resumed().cloned();
        let span = tracing::info_span!("generation", job, resumed = resumed.is_some());
        let opened = start
            .clone()
            .session(runtime.machines(), size, parts)
            .instrument(span.clone());
        let session = opened.await.map_err(|stop| {
            let aftermath = aftermath(None, resumed.as_ref(), &guard, job.clone());
            stop.into_error(aftermath, None)
        })?;
        let session = session.map_err(Error::Rejected)?;
        span.in_scope(|| log::opened(&start, job.as_deref()));
        let (claim, unwritten) = (records.claim.clone(), Arc::clone(&records.unwritten));
        let running = Running {
            session,
            guard: Arc::clone(&guard),
            records,
            checkpoint: None,
            creating: false,
            resumed: resumed.clone(),
            remember,
            remembered: None,
            left: runtime.allowance(deadline),
        };
        Ok(Self {
            journalled: runtime.journal().is_some(),
            resumed,
            guard,
            running: Some(running),
            pending: None,
            checkpoint: None,
            canceller,
            ended: false,
            job,
            claim,
            remembered: None,
            unwritten,
            span,
            handle: Handle::try_current().ok(),
        })
    }

    /// The next event; `None` after [`Event::Finished`] or an error.
    ///
    /// The future may be dropped and the method called again: nothing is lost and nothing is sent
    /// twice.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`] and [`Error::Trap`] if the component misbehaves, [`Error::Ceiling`] if the
    /// runtime's ceilings don't allow the price, [`Error::Journal`] if a checkpoint could not be kept
    /// before the create request: nothing was spent. [`Error::Unrecorded`] if that happens to a
    /// generation that was resumed.
    pub async fn next_event(&mut self) -> Result<Option<Event>, Error> {
        if self.ended {
            return Ok(None);
        }
        if self.pending.is_none() {
            let Some(running) = self.running.take() else {
                return Ok(None);
            };
            let span = self.span.clone();
            self.pending = Some(Box::pin(running.advance().instrument(span)));
        }
        let Some(pending) = self.pending.as_mut() else {
            return Ok(None);
        };
        let (running, result) = pending.await;
        self.pending = None;
        self.note(running, &result);
        result
    }

    /// Runs to the end and returns how it ended. For callers with a journal, or who accept that a
    /// crash loses the continuation. The future may be dropped and the method called again, as
    /// [`next_event`](Self::next_event).
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event), and [`Error::Ended`] if the end was handed out before.
    pub async fn outcome(&mut self) -> Result<Outcome, Error> {
        while let Some(event) = self.next_event().await? {
            if let Event::Finished(outcome) = event {
                return Ok(outcome);
            }
        }
        Err(Error::Ended)
    }

    /// A handle that cancels this generation, from any task or thread.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// The id of the job in the journal, from the first checkpoint on.
    pub fn job(&self) -> Option<&str> {
        self.job.as_deref()
    }

    /// Whether the journal holds everything that it is to hold of this generation so far. Without a
    /// journal it never does.
    ///
    /// A checkpoint that can't be written before the create request ends the generation. One of a
    /// task that is paid does not: it is kept, and written with one of the next events. As long as
    /// this is false after such a checkpoint, only the continuation in it leads back to the task.
    pub fn is_journalled(&self) -> bool {
        self.journalled && self.unwritten.is_empty()
    }

    /// The last checkpoint that was handed out.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.checkpoint.as_ref()
    }

    /// What became of the user's default model after a success; `None` before it, and if it is not
    /// [kept](crate::Builder::preferences). If a damaged file was set aside, its new name.
    pub fn remembered(&self) -> Option<&Result<Option<PathBuf>, PreferenceFileError>> {
        self.remembered.as_ref()
    }

    /// Whether its task is known to exist.
    fn is_paid(&self) -> bool {
        let waiting = |it: &Checkpoint| it.state == CheckpointState::Waiting;
        self.checkpoint.as_ref().is_some_and(waiting)
            || self.resumed.as_ref().is_some_and(|it| it.paid)
    }

    /// Takes note of what a call gave.
    fn note(&mut self, mut running: Running, result: &Result<Option<Event>, Error>) {
        self.job = running.records.job();
        self.claim = running.records.claim.clone();
        self.remembered = running.remembered.take();
        match result {
            Ok(Some(Event::Finished(_)) | None) | Err(_) => {
                self.ended = true;
                drop(running);
                give_back(self.claim.take(), self.resumed.is_none(), &self.guard);
                return;
            }
            Ok(Some(Event::Checkpoint(checkpoint))) => self.checkpoint = Some(checkpoint.clone()),
            Ok(Some(_)) => {}
        }
        self.running = Some(running);
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        let (pending, claim) = (self.pending.take(), self.claim.take());
        if self.ended || self.is_paid() {
            return;
        }
        let fresh = self.resumed.is_none();
        // From here on no create request leaves. A checkpoint that is being written is waited for:
        // its job would stand for a request that never left.
        let unspent = self.guard.shut_if_unspent() && !self.guard.is_recording();
        if unspent || pending.is_none() && self.guard.task_id().is_none() {
            give_back(claim, fresh, &self.guard);
            return;
        }
        // The answer to a create request may be the only word of a paid task: it is waited for, and
        // the task is journalled, whatever the component says next.
        let Some(handle) = &self.handle else { return };
        let guard = Arc::clone(&self.guard);
        handle.spawn(async move {
            let claim = match pending {
                Some(pending) => pending.await.0.records.claim.clone(),
                None => claim,
            };
            if let Some(claim) = &claim {
                running::note_task(claim, &guard).await;
            }
            give_back(claim, fresh, &guard);
        });
    }
}

/// Gives a job back that goes on no further. If it began here and nothing was spent, it is over.
fn give_back(claim: Option<Claim>, fresh: bool, guard: &Guard) {
    if let Some(claim) = claim
        && fresh
        && guard.shut_if_unspent()
    {
        claim.release_unspent();
    }
}

impl Stream for Generation {
    type Item = Result<Event, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // All that `next_event` waits for is kept in the generation and remembers its waker there:
        // the future itself may be made anew for every poll.
        let next = pin!(self.get_mut().next_event());
        next.poll(context).map(Result::transpose)
    }
}

impl fmt::Debug for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generation")
            .field("job", &self.job)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

/// Cancels a generation. Cloneable, and usable from any thread.
///
/// The waiting ends at once, a pending request included; only a create request that has left is
/// waited for. The generation then ends with its own words for it, as an outcome `cancelled`.
#[derive(Debug, Clone)]
pub struct Canceller(Arc<watch::Sender<bool>>);

impl Canceller {
    /// Asks for the end of the waiting. The generation must go on being asked for its events.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }
}
