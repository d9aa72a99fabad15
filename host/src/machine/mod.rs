//! The component of world `machine`: generations are sessions in it, and the host does their HTTP.
//!
//! With [`Isolation::PerGeneration`] each generation has an instance to itself. With
//! [`Isolation::Shared`] thousands share one; they go down together if it breaks down: each then ends
//! with an error that tells the truth about its money, and can be resumed.

mod call;
mod exchange;
mod inquiry;
mod session;

pub(crate) use call::{Calling, SharedInstance};
pub(crate) use inquiry::Inquiry;
pub(crate) use session::{MachineSession, SessionParts};

use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::engine::{Instance, MachineEngine};
use crate::error::Stop;

/// How far generations are kept apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Isolation {
    /// An instance for each generation: whatever becomes of one, no other notices.
    #[default]
    PerGeneration,
    /// One instance carries thousands of generations, at some five kilobytes each. A generation that
    /// begins with much text has an instance to itself all the same.
    Shared,
}

/// The memory that a session is charged for, besides what it begins with.
const SESSION: usize = 16 << 10;

/// Each session is charged this many times the size of what it begins with: it is held as text, as
/// JSON with escapes, and as a tree of values.
const FACTOR: usize = 32;

/// The compiled component and its instances.
pub(crate) struct Machines {
    engine: MachineEngine,
    isolation: Isolation,
    /// The instance that the next small session joins.
    latest: Mutex<Weak<SharedInstance>>,
    /// The instance for calls that spend nothing: quotes, lists, language, preferences.
    kept: Mutex<Option<Arc<SharedInstance>>>,
}

impl Machines {
    pub(crate) fn new(engine: MachineEngine, isolation: Isolation) -> Self {
        Self {
            engine,
            isolation,
            latest: Mutex::default(),
            kept: Mutex::default(),
        }
    }

    pub(crate) fn engine(&self) -> &MachineEngine {
        &self.engine
    }

    /// An instance with room for one more session that begins with `size` bytes, and what the
    /// session is charged.
    async fn acquire(&self, size: usize) -> Result<(Arc<SharedInstance>, usize), Stop> {
        // What is left is for the answers of the service, while they are read.
        let room = self.engine.limits().memory / 2;
        let charge = size.saturating_mul(FACTOR).saturating_add(SESSION);
        if self.isolation == Isolation::PerGeneration || charge > room / 16 {
            let instance = self.instantiate().await?;
            return Ok((
                SharedInstance::new(instance, false, &self.engine, charge),
                charge,
            ));
        }
        let joined = |latest: &Weak<SharedInstance>| {
            let instance = latest.upgrade()?;
            instance.join(charge, room).then_some(instance)
        };
        if let Some(instance) = joined(&lock(&self.latest)) {
            return Ok((instance, charge));
        }
        // Several may find it full at once: each then begins an instance, and all are used.
        let instance = self.instantiate().await?;
        let instance = SharedInstance::new(instance, true, &self.engine, charge);
        *lock(&self.latest) = Arc::downgrade(&instance);
        Ok((instance, charge))
    }

    /// The instance for calls that spend nothing; a new one if the last one broke down.
    pub(crate) async fn kept(&self) -> Result<Arc<SharedInstance>, Stop> {
        let living = |kept: &Option<Arc<SharedInstance>>| {
            let instance = kept.as_ref()?;
            (!instance.is_lost()).then(|| Arc::clone(instance))
        };
        if let Some(instance) = living(&lock(&self.kept)) {
            return Ok(instance);
        }
        let instance = self.instantiate().await?;
        let instance = SharedInstance::new(instance, true, &self.engine, 0);
        *lock(&self.kept) = Some(Arc::clone(&instance));
        Ok(instance)
    }

    async fn instantiate(&self) -> Result<Instance, Stop> {
        Ok(self.engine.instantiate().await?)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
