//! The driver: it owns the session, the clock that the session sees, the key and the journal.

use crate::invariant::Invariant::{MisuseUntrue, SnapshotUnfaithful};
use crate::invariant::{Violation, Watch};
use crate::network::End;
use crate::sabotage::{Sabotage, Saboteur};
use crate::service::{KEY, Meaning, Reply};
use ima_core::Millis;
use ima_core::event::{Checkpoint, CheckpointState, Event};
use ima_core::http::{ExchangeId, HttpResponse};
use ima_core::pump::{Command, Input, Misuse, Output, Pump as _};
use ima_core::request::Request;
use ima_core::session::{Session, Settings};

/// What survives a crash.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    last: Option<Checkpoint>,
    /// Written, but not durable yet: never for long, but for a sabotage.
    unflushed: Option<Checkpoint>,
    /// Whether the outcome is recorded.
    pub(crate) finished: bool,
}

impl Journal {
    fn flush(&mut self) {
        self.last = self.unflushed.take().or_else(|| self.last.take());
    }
}

/// One program that runs the session, life after life.
#[derive(Debug)]
pub(crate) struct Driver {
    request: Request,
    settings: Settings,
    session: Session,
    saboteur: Saboteur,
    watch: Watch,
    pub(crate) journal: Journal,
    /// Counts the restarts.
    pub(crate) life: u32,
    /// What this life's clock shows when the world's shows 0.
    offset: Millis,
    /// The latest time that the session was given.
    told: Millis,
}

impl Driver {
    /// `None` where the request could not be priced against any catalogue.
    pub(crate) fn new(
        request: Request,
        settings: Settings,
        offset: Millis,
        saboteur: Saboteur,
        watch: Watch,
    ) -> Option<Self> {
        Some(Self {
            session: Session::new(request.clone(), settings).ok()?,
            request,
            settings,
            saboteur,
            watch,
            journal: Journal::default(),
            life: 0,
            offset,
            told: 0,
        })
    }

    /// A world time on the session's clock.
    pub(crate) fn clock(&self, now: Millis) -> Millis {
        now.saturating_add(self.offset)
    }

    /// A time of the session's clock on the world's.
    pub(crate) fn world(&self, clock: Millis) -> Millis {
        clock.saturating_sub(self.offset)
    }

    /// The next output; `None` where a sabotage swallowed it.
    pub(crate) fn poll(&mut self) -> Option<Output<Event>> {
        let output = self.session.poll();
        if matches!(output, Output::Wait(_) | Output::Done) {
            self.journal.flush();
        }
        self.saboteur.output(output)
    }

    /// Makes a checkpoint durable.
    pub(crate) fn keep(&mut self, checkpoint: &Checkpoint) {
        if self.saboteur.is(Sabotage::CheckpointTooLate) {
            self.journal.unflushed = Some(checkpoint.clone());
        } else if !self.saboteur.is(Sabotage::CheckpointNotDurable) {
            self.journal.last = Some(checkpoint.clone());
        }
    }

    /// The last durable checkpoint.
    pub(crate) fn durable(&self) -> Option<&Checkpoint> {
        self.journal.last.as_ref()
    }

    /// Drops all that is not durable, and takes the generation up again: from the last checkpoint,
    /// or from nothing where there is none.
    pub(crate) fn restart(&mut self, offset: Millis) -> Result<(), Violation> {
        self.life += 1;
        self.offset = offset;
        self.told = 0;
        self.journal.unflushed = None;
        self.journal.finished = false;
        // Every process draws a seed of its own.
        self.settings.seed.1 = self.settings.seed.1.wrapping_add(1);
        let kept = self.journal.last.as_ref();
        self.session = match kept.filter(|_| !self.saboteur.is(Sabotage::ResumeStartsOver)) {
            Some(checkpoint) => restore(&checkpoint.continuation, self.settings)?,
            None => Session::new(self.request.clone(), self.settings)
                .map_err(|error| MisuseUntrue.broken(error.to_string()))?,
        };
        Ok(())
    }

    /// A new life that takes up a task whose id is known from elsewhere, and keeps what it took up.
    pub(crate) fn adopt(&mut self, task: &str, offset: Millis) -> Result<(), Violation> {
        self.restart(offset)?;
        let Some(checkpoint) = self.journal.last.as_ref() else {
            return Ok(());
        };
        self.session = Session::adopt(&checkpoint.continuation, task, self.settings)
            .map_err(|error| SnapshotUnfaithful.broken(error.to_string()))?;
        self.journal.last = Some(Checkpoint {
            state: CheckpointState::Waiting,
            task_id: Some(task.to_owned()),
            continuation: self.session.snapshot(),
        });
        Ok(())
    }

    /// Gives the session a command, and the time of it in return.
    pub(crate) fn command(&mut self, command: Command, now: Millis) -> Result<Millis, Misuse> {
        self.handle(Input::Command(command), self.clock(now))
    }

    /// Tells the session that time has passed, and the time of it in return.
    pub(crate) fn wake(&mut self, now: Millis) -> Result<Millis, Misuse> {
        self.handle(Input::Timeout, self.clock(now))
    }

    /// Hands in the end of an exchange, on a clock that may have gone back a little. Gives the
    /// latest time that the session knows.
    pub(crate) fn end(
        &mut self,
        exchange: ExchangeId,
        end: &End,
        clock: Millis,
    ) -> Result<Millis, Misuse> {
        let input = match end {
            End::Failure(failure) => Input::TransportFailure {
                exchange,
                failure: *failure,
            },
            End::Answer(reply) => Input::Response {
                exchange,
                response: response(reply),
            },
        };
        self.handle(input, clock)
    }

    fn handle(&mut self, input: Input, clock: Millis) -> Result<Millis, Misuse> {
        self.session.handle(self.saboteur.input(input), clock)?;
        self.told = self.told.max(clock);
        Ok(self.told)
    }

    /// The answer as it may be shown to what runs in the sandbox: without the key. The
    /// session never learns the key, so this is where it could creep in.
    pub(crate) fn redact(&self, mut reply: Reply) -> Reply {
        if self.saboteur.is(Sabotage::AnswersNotRedacted) {
            return reply;
        }
        let redact = |text: &mut String| {
            if text.contains(KEY) {
                *text = text.replace(KEY, "[redacted]");
            }
        };
        redact(&mut reply.body);
        if let Meaning::Ready(urls) | Meaning::Failed(urls) | Meaning::Pending(urls) =
            &mut reply.meaning
        {
            urls.iter_mut().for_each(redact);
        }
        reply
    }

    pub(crate) fn may_create_again(&self) -> bool {
        self.session.may_create_again()
    }

    pub(crate) fn snapshot(&self) -> String {
        self.saboteur.snapshot(self.session.snapshot())
    }

    /// Another session, from the snapshot of this one.
    pub(crate) fn twin(&self) -> Result<Session, Violation> {
        restore(&self.snapshot(), self.settings)
    }

    /// Something that the session must refuse as misuse, and that must change nothing.
    pub(crate) fn misuse(&mut self, input: Input, expected: Misuse) -> Result<(), Violation> {
        let before = self.session.snapshot();
        let mut refused = self.session.handle(input, self.told);
        if self.saboteur.is(Sabotage::MisuseTaken) {
            refused = Ok(());
        }
        self.watch
            .require(MisuseUntrue, refused == Err(expected), || {
                format!("{refused:?} instead of {expected:?}")
            })?;
        self.watch
            .require(MisuseUntrue, self.session.snapshot() == before, || {
                format!("{expected:?} changed the session")
            })
    }
}

fn restore(continuation: &str, settings: Settings) -> Result<Session, Violation> {
    Session::restore(continuation, settings)
        .map_err(|error| SnapshotUnfaithful.broken(format!("{error}: {continuation}")))
}

fn response(reply: &Reply) -> HttpResponse {
    let retry_after = reply.retry_after.map(|seconds| {
        // Names come in any case.
        ("Retry-After".to_owned(), seconds.to_string())
    });
    HttpResponse {
        status: reply.status,
        headers: retry_after.into_iter().collect(),
        body: reply.body.clone().into_bytes(),
    }
}
