//! A generation: events one at a time, checkpoints made durable before they are handed out.

mod beginning;
mod journaling;
mod log;
mod session;
mod size;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::runtime::Handle;
use tokio::sync::watch;

pub(crate) use beginning::{Beginning, Resumed};
use journaling::{Arrears, Journaling};
use session::{Remembered, Session};

use crate::credential::Key;
use crate::egress::Guard;
use crate::error::Error;
use crate::journal::{Claim, Job};
use crate::preferences::PreferenceFileError;
use crate::runtime::Runtime;
use crate::types::{Checkpoint, CheckpointState, Event, OnUnknown, Outcome};

/// One generation of music or speech.
///
/// Its events are taken one at a time, or as a [`Stream`]. Nothing happens but while an event is
/// asked for. Asking for the next event after a checkpoint states that the checkpoint is durable;
/// with a journal it already is, but for a paid one that could not be written
/// ([`is_journalled`](Self::is_journalled)). Dropping a generation ends
/// the waiting, not the task; a create request that is under way is still seen through to its
/// answer, and journalled.
pub struct Generation {
    runtime: Runtime,
    beginning: Beginning,
    /// Read once: a cancellation must not fail for a key that is gone by then.
    key: Arc<Key>,
    guard: Arc<Guard>,
    session: Option<Session>,
    pending: Option<Pending>,
    checkpoint: Option<Checkpoint>,
    canceller: Canceller,
    /// Ends when a cancellation is asked for.
    cancellation: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    cancelled: bool,
    ended: bool,
    job: Option<String>,
    claim: Option<Arc<Claim>>,
    remembered: Option<Remembered>,
    arrears: Arc<Arrears>,
    /// What sees a create request through where the generation is dropped on a thread of its own.
    handle: Option<Handle>,
}

/// A call into the component that has not returned. It owns the session, so that dropping the
/// future of [`Generation::next`] loses nothing: the next call goes on waiting for it.
type Pending =
    Pin<Box<dyn Future<Output = (Option<Session>, Result<Option<Event>, Error>)> + Send>>;

impl Generation {
    pub(crate) async fn open(
        runtime: &Runtime,
        mut beginning: Beginning,
        job: Option<(Job, Arc<Claim>)>,
    ) -> Result<Self, Error> {
        beginning.check(&runtime.shared.limits)?;
        let key = runtime.key()?;
        beginning.without(&key)?;
        let guard = beginning.guarded();
        let mut journaling = Journaling {
            journal: runtime.shared.journal.clone(),
            claim: None,
            task: None,
            model_name: None,
            arrears: Arc::default(),
        };
        if let Beginning::Start(request) = &beginning {
            journaling.task = Some(request.task);
        }
        if let Some((job, claim)) = job {
            journaling.task = job.task;
            journaling.model_name = job.model_name;
            journaling.claim = Some(claim);
        }
        let (job, claim) = (journaling.job(), journaling.claim.clone());
        let arrears = Arc::clone(&journaling.arrears);
        let session = Session::open(
            runtime,
            &beginning,
            Arc::clone(&key),
            Arc::clone(&guard),
            journaling,
            None,
        )
        .await?;
        let canceller = Canceller(Arc::new(watch::Sender::new(false)));
        Ok(Self {
            runtime: runtime.clone(),
            beginning,
            key,
            guard,
            session: Some(session),
            pending: None,
            checkpoint: None,
            cancellation: Some(Box::pin(canceller.asked())),
            canceller,
            cancelled: false,
            ended: false,
            job,
            claim,
            remembered: None,
            arrears,
            handle: Handle::try_current().ok(),
        })
    }

    /// The next event; none after [`Event::Finished`] or an error.
    ///
    /// May be dropped and called again: nothing is lost and nothing is sent twice.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`] and [`Error::Trap`] where the component misbehaves, [`Error::Journal`]
    /// where a checkpoint could not be kept before the create request: nothing was spent.
    /// [`Error::Unrecorded`] where that happens to a generation that was taken up.
    pub async fn next(&mut self) -> Result<Option<Event>, Error> {
        if self.ended {
            return Ok(None);
        }
        if self.pending.is_none() {
            let Some(session) = self.session.take() else {
                return Ok(None);
            };
            let cancel = !self.cancelled && *self.canceller.0.borrow();
            self.cancelled |= cancel;
            self.pending = Some(Box::pin(session.advance(cancel)));
        }
        let (session, result) = loop {
            let Some(pending) = self.pending.as_mut() else {
                return Ok(None);
            };
            let Some(cancellation) = self.cancellation.as_mut().filter(|_| !self.cancelled) else {
                break pending.await;
            };
            tokio::select! {
                biased;
                done = pending => break done,
                () = cancellation => {}
            }
            self.cancellation = None;
            if self.may_interrupt() {
                self.cancelled = true;
                self.pending = Some(Box::pin(self.reopen()));
            }
        };
        self.pending = None;
        self.settle(session, &result);
        result
    }

    /// Runs to the end and returns how it ended. For callers with a journal, or who accept that a
    /// crash loses the continuation. May be dropped and called again, as [`next`](Self::next).
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next), and [`Error::Ended`] where the end was handed out before.
    pub async fn outcome(&mut self) -> Result<Outcome, Error> {
        while let Some(event) = self.next().await? {
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
        self.runtime.journal().is_some() && self.arrears.is_empty()
    }

    /// The last checkpoint that was handed out.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.checkpoint.as_ref()
    }

    /// What became of the user's usual model after a success; none before it, and where it is not
    /// [kept](crate::Builder::preferences). Where a damaged file was set aside, its new name.
    pub fn remembered(&self) -> Option<&Result<Option<PathBuf>, PreferenceFileError>> {
        self.remembered.as_ref()
    }

    /// Whether the pending call may be dropped: not while an event is being journalled, a create
    /// request is under way, or was answered and the component has yet to say so. Where it may,
    /// no create request leaves from here on.
    fn may_interrupt(&self) -> bool {
        if self.guard.is_recording() {
            return false;
        }
        if self.waiting().is_some() {
            self.guard.shut();
            return true;
        }
        self.guard.shut_if_unspent()
    }

    /// The last checkpoint where its task exists.
    fn waiting(&self) -> Option<&Checkpoint> {
        self.checkpoint
            .as_ref()
            .filter(|checkpoint| checkpoint.state == CheckpointState::Waiting)
    }

    /// A cancelled generation in a fresh instance: the old one stands in the middle of a call.
    fn reopen(
        &mut self,
    ) -> impl Future<Output = (Option<Session>, Result<Option<Event>, Error>)> + Send + use<> {
        let beginning = match (self.waiting(), &self.beginning) {
            (Some(checkpoint), _) => {
                let continuation = checkpoint.continuation.clone();
                let resumed = Resumed {
                    continuation,
                    paid: true,
                    task_id: None,
                };
                Beginning::Resume(resumed, OnUnknown::Report)
            }
            (None, Beginning::Start(request)) => Beginning::Start(request.clone()),
            (None, Beginning::Resume(resumed, _)) => {
                Beginning::Resume(resumed.clone(), OnUnknown::Report)
            }
        };
        let runtime = self.runtime.clone();
        let (key, guard) = (Arc::clone(&self.key), Arc::clone(&self.guard));
        let checkpoint = self.checkpoint.clone();
        let journaling = Journaling {
            journal: runtime.shared.journal.clone(),
            claim: self.claim.clone(),
            task: None,
            model_name: None,
            arrears: Arc::clone(&self.arrears),
        };
        async move {
            match Session::open(&runtime, &beginning, key, guard, journaling, checkpoint).await {
                Ok(session) => session.advance(true).await,
                Err(error) => (None, Err(error)),
            }
        }
    }

    /// Takes note of what a call gave.
    fn settle(&mut self, session: Option<Session>, result: &Result<Option<Event>, Error>) {
        if let Some(mut session) = session {
            self.job = session.journaling.job();
            self.claim = session.journaling.claim.clone();
            self.remembered = session.remembered.take();
            self.session = Some(session);
        }
        match result {
            Ok(Some(Event::Checkpoint(checkpoint))) => self.checkpoint = Some(checkpoint.clone()),
            Ok(Some(Event::Finished(_)) | None) | Err(_) => {
                self.ended = true;
                self.session = None;
                let fresh = self.beginning.resumed().is_none();
                give_back(self.claim.take(), fresh, &self.guard);
            }
            Ok(Some(_)) => {}
        }
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        let (pending, claim) = (self.pending.take(), self.claim.take());
        if self.ended || self.waiting().is_some() {
            return;
        }
        let fresh = self.beginning.resumed().is_none();
        // From here on no create request leaves. A checkpoint that is being written is waited for:
        // its job would stand for a request that never left.
        let seen = self.guard.shut_if_unspent() && !self.guard.is_recording();
        if seen || pending.is_none() && self.guard.task_id().is_none() {
            give_back(claim, fresh, &self.guard);
            return;
        }
        // The answer to a create request may be the only word of a paid task: it is waited for, and
        // the task is journalled, whatever the component says next.
        let Some(handle) = &self.handle else { return };
        let guard = Arc::clone(&self.guard);
        let journal = self.runtime.shared.journal.clone();
        handle.spawn(async move {
            let claim = match pending {
                Some(pending) => pending.await.0.and_then(|it| it.journaling.claim.clone()),
                None => claim,
            };
            if let (Some(journal), Some(claim)) = (&journal, &claim) {
                session::note_task(journal, claim, &guard).await;
            }
            give_back(claim, fresh, &guard);
        });
    }
}

/// Gives a job back that goes on no further. Where it began here and nothing was spent, it is over.
fn give_back(claim: Option<Arc<Claim>>, fresh: bool, guard: &Guard) {
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
        // All that `next` waits for is kept in the generation and remembers its waker there: the
        // future itself may be made anew for every poll.
        let next = pin!(self.get_mut().next());
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

    /// Waits until it is asked for.
    fn asked(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut asked = self.0.subscribe();
        async move {
            if asked.wait_for(|asked| *asked).await.is_err() {
                // Nobody is left who could ask.
                std::future::pending::<()>().await;
            }
        }
    }
}
