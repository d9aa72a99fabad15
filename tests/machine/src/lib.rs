//! The component of world `machine` in a bare engine, beside the same machine compiled natively.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up is to fail"
)]

mod bindings;
pub mod service;

pub use bindings::exports::ima::studio::{machines, types};

ima_guest::conversions!(crate::bindings::exports::ima::studio::types);
ima_guest::pump_conversions!(crate::bindings::exports::ima::studio::machines);

use bindings::Machine;
use ima_core::pump::Pump;
use machines::{Input, Misuse, Output, SessionSettings};
use types::{Error, Request};
use wasmtime::component::{Component, Linker, ResourceAny};
use wasmtime::{Engine, ResourceLimiter, Store};

/// The component.
pub use ima_components::MACHINE;

/// One instance of the component, which carries many sessions.
pub struct Instance {
    store: Store<Memory>,
    machine: Machine,
}

/// A session of an instance.
#[derive(Clone, Copy)]
pub struct Session(ResourceAny);

/// How much memory an instance has taken, in bytes. It never gives any back.
#[derive(Default)]
struct Memory(usize);

impl ResourceLimiter for Memory {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.0 += desired - current;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        _desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

impl Instance {
    /// An instance without any import.
    pub fn new() -> Self {
        let engine = Engine::default();
        let component = Component::from_binary(&engine, MACHINE).unwrap();
        let mut store = Store::new(&engine, Memory::default());
        store.limiter(|memory| memory);
        let linker = Linker::new(&engine);
        let machine = Machine::instantiate(&mut store, &component, &linker).unwrap();
        Self { store, machine }
    }

    /// The memory of the instance, in bytes.
    pub fn memory(&self) -> usize {
        self.store.data().0
    }

    /// A new session.
    pub fn create(&mut self, request: &Request, seed: u64) -> Result<Session, Error> {
        let sessions = self.machine.ima_studio_machines().session();
        let created = sessions.call_create(&mut self.store, request, settings(seed));
        created.unwrap().map(Session)
    }

    /// A session taken up again.
    pub fn restore(&mut self, continuation: &str, seed: u64) -> Result<Session, Error> {
        let sessions = self.machine.ima_studio_machines().session();
        let restored = sessions.call_restore(&mut self.store, continuation, settings(seed));
        restored.unwrap().map(Session)
    }

    /// A task taken up by its id.
    pub fn adopt(
        &mut self,
        continuation: &str,
        task_id: &str,
        seed: u64,
    ) -> Result<Session, Error> {
        let sessions = self.machine.ima_studio_machines().session();
        let store = &mut self.store;
        let adopted = sessions.call_adopt(store, continuation, task_id, settings(seed));
        adopted.unwrap().map(Session)
    }

    /// Tells a session what happened.
    pub fn handle(&mut self, session: Session, input: &Input, now: u64) -> Result<(), Misuse> {
        let sessions = self.machine.ima_studio_machines().session();
        let handled = sessions.call_handle(&mut self.store, session.0, input, now);
        handled.unwrap()
    }

    /// What a session wants next.
    pub fn poll(&mut self, session: Session) -> Output {
        let sessions = self.machine.ima_studio_machines().session();
        sessions.call_poll(&mut self.store, session.0).unwrap()
    }

    /// A session as it stands.
    pub fn snapshot(&mut self, session: Session) -> String {
        let sessions = self.machine.ima_studio_machines().session();
        sessions.call_snapshot(&mut self.store, session.0).unwrap()
    }

    /// Gives a session up.
    pub fn drop(&mut self, session: Session) {
        session.0.resource_drop(&mut self.store).unwrap();
    }
}

impl Default for Instance {
    fn default() -> Self {
        Self::new()
    }
}

fn settings(seed: u64) -> SessionSettings {
    SessionSettings {
        deadline_ms: None,
        seed: (0, seed),
    }
}

/// A session compiled for this machine, in the words of the contract.
pub struct Native(ima_core::session::Session);

impl Native {
    /// A new session.
    pub fn create(request: Request, seed: u64) -> Result<Self, Error> {
        let request = ima_core::request::Request::try_from(request)?;
        let settings = settings(seed).into();
        Ok(Self(ima_core::session::Session::new(request, settings)?))
    }

    /// A session taken up again.
    pub fn restore(continuation: &str, seed: u64) -> Result<Self, Error> {
        let settings = settings(seed).into();
        let session = ima_core::session::Session::restore(continuation, settings)?;
        Ok(Self(session))
    }

    /// A task taken up by its id.
    pub fn adopt(continuation: &str, task_id: &str, seed: u64) -> Result<Self, Error> {
        let settings = settings(seed).into();
        let session = ima_core::session::Session::adopt(continuation, task_id, settings)?;
        Ok(Self(session))
    }

    /// Tells it what happened.
    pub fn handle(&mut self, input: Input, now: u64) -> Result<(), Misuse> {
        Ok(self.0.handle(input.into(), now)?)
    }

    /// What it wants next.
    pub fn poll(&mut self) -> Output {
        self.0.poll().into()
    }

    /// It as it stands.
    pub fn snapshot(&self) -> String {
        self.0.snapshot()
    }
}
