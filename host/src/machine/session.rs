//! One session of an instance, and the loop that runs it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use wasmtime::Store;
use wasmtime::component::ResourceAny;

use super::call::{Calling, SharedInstance};
use super::{Machines, exchange};
use crate::bindings::Request;
use crate::bindings::machines::{
    Command, GuestSession, Input, Misuse, Output, SessionSettings, Transmit,
};
use crate::clock::MonotonicClock;
use crate::egress::{Egress, ExchangeError, Guard};
use crate::engine::{Instance, Meter};
use crate::error::Stop;
use crate::resume::OnUnknown;
use crate::types::{Error, Event};

const NANOS: u64 = 1_000_000;

/// A session and what it needs of the host.
pub(crate) struct MachineSession {
    instance: Arc<SharedInstance>,
    charge: usize,
    handle: ResourceAny,
    /// Computing time of one call of `next`, and what is left of it.
    cpu: Duration,
    left: Duration,
    egress: Egress,
    guard: Arc<Guard>,
    clock: MonotonicClock,
    cancel: watch::Receiver<bool>,
    cancelled: bool,
    /// What the next call of `next` begins with.
    command: Option<Command>,
}

/// What a session is given.
pub(crate) struct SessionParts {
    pub(crate) egress: Egress,
    pub(crate) guard: Arc<Guard>,
    pub(crate) clock: MonotonicClock,
    /// Becomes true when the user stops waiting.
    pub(crate) cancel: watch::Receiver<bool>,
    /// How long to wait for the audio, in milliseconds.
    pub(crate) deadline_ms: Option<u64>,
}

type Opened = Result<MachineSession, Error>;

impl MachineSession {
    /// A new generation. Nothing is sent before its first event is asked for.
    pub(crate) async fn start(
        machines: &Machines,
        request: Request,
        size: usize,
        parts: SessionParts,
    ) -> Result<Opened, Stop> {
        Self::open(machines, size, parts, |inside, settings| {
            Box::pin(async move {
                let (sessions, store) = sessions(inside);
                sessions.call_create(store, &request, settings).await
            })
        })
        .await
    }

    /// A generation resumed from a continuation. With a task id its task is waited for, whatever the
    /// continuation says.
    pub(crate) async fn resume(
        machines: &Machines,
        continuation: String,
        task_id: Option<String>,
        on_unknown: OnUnknown,
        parts: SessionParts,
    ) -> Result<Opened, Stop> {
        let size = continuation.len();
        let adopted = task_id.is_some();
        let opened = Self::open(machines, size, parts, |inside, settings| {
            Box::pin(async move {
                let (sessions, store) = sessions(inside);
                match task_id {
                    Some(task_id) => {
                        sessions
                            .call_adopt(store, &continuation, &task_id, settings)
                            .await
                    }
                    None => sessions.call_restore(store, &continuation, settings).await,
                }
            })
        })
        .await?;
        let Ok(mut session) = opened else {
            return Ok(opened);
        };
        if on_unknown == OnUnknown::CreateAgain && !adopted && session.may_create_again().await? {
            session.command = Some(Command::CreateAgain);
        }
        Ok(Ok(session))
    }

    async fn open(
        machines: &Machines,
        size: usize,
        parts: SessionParts,
        make: impl for<'a> FnOnce(
            &'a mut Instance,
            SessionSettings,
        ) -> Calling<'a, Result<ResourceAny, Error>>
        + Send
        + 'static,
    ) -> Result<Opened, Stop> {
        let settings = SessionSettings {
            deadline_ms: parts.deadline_ms,
            seed: seed()?,
        };
        let (instance, charge) = machines.acquire(size).await?;
        let cpu = machines.engine().limits().cpu;
        let mut left = cpu;
        let opened = instance
            .call(&mut left, move |inside| make(inside, settings))
            .await;
        let handle = match opened {
            Ok(Ok(handle)) => handle,
            Ok(Err(refused)) => {
                instance.leave(charge, None);
                return Ok(Err(refused));
            }
            Err(stop) => {
                instance.leave(charge, None);
                return Err(stop);
            }
        };
        Ok(Ok(Self {
            instance,
            charge,
            handle,
            cpu,
            left,
            egress: parts.egress,
            guard: parts.guard,
            clock: parts.clock,
            cancel: parts.cancel,
            cancelled: false,
            command: Some(Command::Start),
        }))
    }

    /// The next event, or `None` after the last. If this future is dropped, the session is to be
    /// given up.
    pub(crate) async fn next(&mut self) -> Result<Option<Event>, Stop> {
        self.left = self.cpu;
        if let Some(command) = self.command.take() {
            self.handle(Input::Command(command)).await?;
        }
        loop {
            // A component that never waits must leave room for others.
            tokio::task::consume_budget().await;
            self.cancel_if_asked().await?;
            match self.poll().await? {
                Output::Event(event) => return Ok(Some(event)),
                Output::Done => return Ok(None),
                Output::Wait(until) => {
                    let reached = self.clock.reached(until.saturating_mul(NANOS));
                    if unless_cancelled(&mut self.cancel, self.cancelled, reached)
                        .await
                        .is_some()
                    {
                        self.handle(Input::Timeout).await?;
                    }
                }
                Output::Transmit(transmit) => {
                    // In a box of its own: thousands rest most of the time, and need no room for it.
                    let end = Box::pin(self.exchange(transmit)).await;
                    self.handle(end).await?;
                }
            }
        }
    }

    /// Ends the waiting if the user asked for it: the following events give the outcome. A create
    /// request that has left is waited for first.
    async fn cancel_if_asked(&mut self) -> Result<(), Stop> {
        if self.cancelled || !*self.cancel.borrow() {
            return Ok(());
        }
        self.cancelled = true;
        self.guard.shut();
        self.handle(Input::Command(Command::Cancel)).await
    }

    /// Carries an exchange out. A cancellation breaks it off, unless it is a create request that has
    /// left; one that hasn't never will.
    async fn exchange(&mut self, transmit: Transmit) -> Input {
        let (id, left) = (
            transmit.exchange,
            transmit.deadline_ms.saturating_sub(self.now()),
        );
        let exchange = exchange::exchange(&self.egress, transmit, left);
        let mut exchange = std::pin::pin!(exchange);
        if let Some(end) =
            unless_cancelled(&mut self.cancel, self.cancelled, exchange.as_mut()).await
        {
            return end;
        }
        if self.guard.is_in_flight() {
            return exchange.await;
        }
        self.guard.shut();
        exchange::failed(id, ExchangeError::Denied)
    }

    fn now(&self) -> u64 {
        self.clock.now() / NANOS
    }

    async fn poll(&mut self) -> Result<Output, Stop> {
        let handle = self.handle;
        self.call(move |inside| {
            Box::pin(async move {
                let (sessions, store) = sessions(inside);
                sessions.call_poll(store, handle).await
            })
        })
        .await
    }

    async fn handle(&mut self, input: Input) -> Result<(), Stop> {
        let (handle, now) = (self.handle, self.now());
        let handled = self.call(move |inside| {
            Box::pin(async move {
                let (sessions, store) = sessions(inside);
                sessions.call_handle(store, handle, &input, now).await
            })
        });
        handled.await?.map_err(|misuse| {
            let (Misuse::AlreadyStarted | Misuse::NothingToRepeat | Misuse::UnknownExchange(_)) =
                misuse;
            Stop::Trap(wasmtime::format_err!(
                "the component refused an input: {misuse:?}"
            ))
        })
    }

    async fn may_create_again(&mut self) -> Result<bool, Stop> {
        let handle = self.handle;
        self.call(move |inside| {
            Box::pin(async move {
                let (sessions, store) = sessions(inside);
                sessions.call_may_create_again(store, handle).await
            })
        })
        .await
    }

    async fn call<T: Send + 'static>(
        &mut self,
        call: impl for<'a> FnOnce(&'a mut Instance) -> Calling<'a, T> + Send + 'static,
    ) -> Result<T, Stop> {
        self.instance.call(&mut self.left, call).await
    }
}

impl Drop for MachineSession {
    fn drop(&mut self) {
        self.instance.leave(self.charge, Some(self.handle));
    }
}

/// The result of `work`; `None` as soon as the user cancels, unless that was dealt with before.
async fn unless_cancelled<T>(
    cancel: &mut watch::Receiver<bool>,
    dealt_with: bool,
    work: impl Future<Output = T>,
) -> Option<T> {
    if dealt_with {
        return Some(work.await);
    }
    tokio::select! {
        biased;
        Ok(_) = cancel.wait_for(|asked| *asked) => None,
        done = work => Some(done),
    }
}

fn sessions(inside: &mut Instance) -> (GuestSession<'_>, &mut Store<Meter>) {
    let machines = inside.machine.ima_studio_machines();
    (machines.session(), &mut inside.store)
}

/// 128 random bits: the idempotency key of a generation is made of them.
pub(super) fn seed() -> Result<(u64, u64), Stop> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).map_err(|error| Stop::Trap(wasmtime::Error::new(error)))?;
    let [high, low] = [0, 8].map(|at| {
        let half = bits.iter().skip(at).take(8);
        half.fold(0, |seed, byte| seed << 8 | u64::from(*byte))
    });
    Ok((high, low))
}
