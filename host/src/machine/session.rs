//! One session of an instance, and the driver that runs it.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use wasmtime::component::ResourceAny;

use super::{Inside, Pool, Vessel};
use crate::bindings::machine::exports::ima::studio::machines::{
    Command, Input, Misuse, Output, SessionSettings, Transmit,
};
use crate::clock::MonotonicClock;
use crate::egress::Egress;
use crate::instance::Stop;
use crate::types::{Error, Event, OnUnknown, Request};

const NANOS: u64 = 1_000_000;

/// A session and what it needs of the host.
pub(crate) struct Session {
    vessel: Arc<Vessel>,
    weight: usize,
    handle: ResourceAny,
    /// Computing time of one call of `next`, and what is left of it.
    cpu: Duration,
    left: Duration,
    egress: Egress,
    clock: MonotonicClock,
    /// What the next call of `next` begins with.
    command: Option<Command>,
}

/// The way out and the time of one session.
pub(crate) struct Means {
    pub(crate) egress: Egress,
    pub(crate) clock: MonotonicClock,
    /// How long to wait for the audio, in milliseconds.
    pub(crate) deadline_ms: Option<u64>,
}

impl Session {
    /// A new generation. Nothing is sent before its first event is asked for.
    pub(crate) fn start(
        pool: &Pool,
        request: &Request,
        size: usize,
        means: Means,
    ) -> Result<Result<Self, Error>, Stop> {
        Self::board(pool, size, means, Command::Start, |inside, settings| {
            let sessions = inside.machine.ima_studio_machines().session();
            sessions.call_create(&mut inside.store, request, settings)
        })
    }

    /// A generation taken up from a continuation.
    pub(crate) fn resume(
        pool: &Pool,
        continuation: &str,
        on_unknown: OnUnknown,
        means: Means,
    ) -> Result<Result<Self, Error>, Stop> {
        let size = continuation.len();
        let resumed = Self::board(pool, size, means, Command::Start, |inside, settings| {
            let sessions = inside.machine.ima_studio_machines().session();
            sessions.call_restore(&mut inside.store, continuation, settings)
        })?;
        let Ok(mut session) = resumed else {
            return Ok(resumed);
        };
        if on_unknown == OnUnknown::CreateAgain {
            let handle = session.handle;
            let may = session.vessel.call(&mut session.left, |inside| {
                let sessions = inside.machine.ima_studio_machines().session();
                sessions.call_may_create_again(&mut inside.store, handle)
            })?;
            if may {
                session.command = Some(Command::CreateAgain);
            }
        }
        Ok(Ok(session))
    }

    fn board(
        pool: &Pool,
        size: usize,
        means: Means,
        command: Command,
        make: impl FnOnce(&mut Inside, SessionSettings) -> wasmtime::Result<Result<ResourceAny, Error>>,
    ) -> Result<Result<Self, Error>, Stop> {
        let settings = SessionSettings {
            deadline_ms: means.deadline_ms,
            // Only the jitter of delays hangs on it.
            seed: RandomState::new().hash_one(0),
        };
        let (vessel, weight) = pool.board(size)?;
        let cpu = pool.limits.cpu;
        let mut left = cpu;
        match vessel.call(&mut left, |inside| make(inside, settings)) {
            Ok(Ok(handle)) => Ok(Ok(Self {
                vessel,
                weight,
                handle,
                cpu,
                left,
                egress: means.egress,
                clock: means.clock,
                command: Some(command),
            })),
            Ok(Err(refused)) => {
                vessel.leave(weight);
                Ok(Err(refused))
            }
            Err(stop) => {
                vessel.leave(weight);
                Err(stop)
            }
        }
    }

    /// The next event, or none after the last. May be dropped while it waits; the session is then
    /// to be given up.
    pub(crate) async fn next(&mut self) -> Result<Option<Event>, Stop> {
        self.left = self.cpu;
        if let Some(command) = self.command.take() {
            self.handle(&Input::Command(command))?;
        }
        loop {
            // A component that never waits must leave room for others.
            tokio::task::consume_budget().await;
            match self.poll()? {
                Output::Event(event) => return Ok(Some(event)),
                Output::Done => return Ok(None),
                Output::Wait(until) => {
                    self.clock.reached(until.saturating_mul(NANOS)).await;
                    self.handle(&Input::Timeout)?;
                }
                Output::Transmit(transmit) => {
                    // In a box of its own: thousands rest most of the time, and need no room for it.
                    let end = Box::pin(self.exchange(transmit)).await;
                    self.handle(&end)?;
                }
            }
        }
    }

    /// Ends the waiting: the following events give the outcome.
    pub(crate) fn cancel(&mut self) {
        self.command = Some(Command::Cancel);
    }

    async fn exchange(&self, transmit: Transmit) -> Input {
        let left = transmit.deadline_ms.saturating_sub(self.now());
        super::exchange::exchange(&self.egress, transmit, left).await
    }

    fn now(&self) -> u64 {
        self.clock.now() / NANOS
    }

    fn poll(&mut self) -> Result<Output, Stop> {
        let handle = self.handle;
        self.vessel.call(&mut self.left, |inside| {
            let sessions = inside.machine.ima_studio_machines().session();
            sessions.call_poll(&mut inside.store, handle)
        })
    }

    fn handle(&mut self, input: &Input) -> Result<(), Stop> {
        let (handle, now) = (self.handle, self.now());
        let handled = self.vessel.call(&mut self.left, |inside| {
            let sessions = inside.machine.ima_studio_machines().session();
            sessions.call_handle(&mut inside.store, handle, input, now)
        })?;
        handled.map_err(|misuse| {
            Stop::Trap(match misuse {
                Misuse::AlreadyStarted | Misuse::NothingToRepeat | Misuse::UnknownExchange(_) => {
                    wasmtime::format_err!("the component refused an input: {misuse:?}")
                }
            })
        })
    }
}

impl Vessel {
    fn leave(&self, weight: usize) {
        self.load.fetch_sub(weight, Ordering::AcqRel);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let handle = self.handle;
        // Where the instance broke down there is nothing left to give back.
        let _ = self.vessel.call(&mut self.cpu, |inside| {
            handle.resource_drop(&mut inside.store)
        });
        self.vessel.leave(self.weight);
    }
}
