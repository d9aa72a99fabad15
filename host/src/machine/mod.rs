//! The component of world `machine`: one instance carries many sessions, the host does their HTTP.
//!
//! An instance has no import, so its calls need no `await` and a lock around it is held for
//! microseconds. The price of sharing is that sessions of one instance go down together: each then
//! ends with an error that tells the truth about its money, and can be taken up again.

mod exchange;
mod session;

pub(crate) use session::{Means, Session};

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use wasmtime::component::Linker;
use wasmtime::{Store, UpdateDeadline};

use crate::bindings::machine::{Machine, MachinePre};
use crate::error::Error;
use crate::instance::Stop;
use crate::limits::{Limit, Limits};
use crate::sandbox::{Meter, Sandbox};

/// The memory that a session is taken to need, besides what it begins with.
const SESSION: usize = 16 << 10;

/// How many bytes each byte of what a session begins with is taken to need: as text, as JSON with
/// escapes, as a tree of values.
const FACTOR: usize = 32;

/// The longest that one step of a session may keep the others of its instance waiting.
const STEP: Duration = Duration::from_secs(1);

/// The compiled component and its instances.
pub(crate) struct Pool {
    pre: MachinePre<Meter>,
    limits: Arc<Limits>,
    latest: Mutex<Weak<Vessel>>,
}

/// An instance, and the memory that the sessions that it carries are taken to need.
struct Vessel {
    inside: Mutex<Inside>,
    load: AtomicUsize,
    /// Whether it broke down.
    lost: AtomicBool,
}

struct Inside {
    store: Store<Meter>,
    machine: Machine,
}

impl Pool {
    /// Compiles the component. It must not import anything.
    pub(crate) fn new(
        sandbox: &Sandbox,
        bytes: &[u8],
        limits: &Arc<Limits>,
    ) -> Result<Self, Error> {
        let engine = sandbox.engine();
        let component = sandbox.compiled(bytes).map_err(Error::Engine)?;
        let imports: Vec<_> = component
            .component_type()
            .imports(engine)
            .map(|(name, _)| name.to_owned())
            .collect();
        if !imports.is_empty() {
            return Err(Error::UnknownImports(imports));
        }
        let pre = Linker::new(engine)
            .instantiate_pre(&component)
            .and_then(MachinePre::new)
            .map_err(Error::WrongWorld)?;
        Ok(Self {
            pre,
            limits: Arc::clone(limits),
            latest: Mutex::default(),
        })
    }

    /// An instance with room for one more session that begins with so many bytes, and what it is
    /// counted as from here on. A large one has its instance to itself: whatever becomes of it, it
    /// takes no other down.
    fn board(&self, size: usize) -> Result<(Arc<Vessel>, usize), Stop> {
        // What is left is for the answers of the service, while they are read.
        let room = self.limits.memory / 2;
        let weight = size.saturating_mul(FACTOR).saturating_add(SESSION);
        if weight > room / 16 {
            return Ok((self.launch(weight)?, weight));
        }
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(vessel) = latest.upgrade()
            && !vessel.lost.load(Ordering::Acquire)
            && vessel.load.load(Ordering::Acquire) + weight <= room
        {
            vessel.load.fetch_add(weight, Ordering::AcqRel);
            return Ok((vessel, weight));
        }
        let vessel = self.launch(weight)?;
        *latest = Arc::downgrade(&vessel);
        Ok((vessel, weight))
    }

    fn launch(&self, load: usize) -> Result<Arc<Vessel>, Stop> {
        let mut store = Store::new(self.pre.engine(), Meter::new(&self.limits));
        store.limiter(|meter| meter);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut context| {
            context.data_mut().tick()?;
            Ok(UpdateDeadline::Continue(1))
        });
        let machine = self.pre.instantiate(&mut store)?;
        Ok(Arc::new(Vessel {
            inside: Mutex::new(Inside { store, machine }),
            load: AtomicUsize::new(load),
            lost: AtomicBool::new(false),
        }))
    }
}

impl Vessel {
    /// Calls into the instance. The time that it takes is taken off what is `left`.
    fn call<T>(
        &self,
        left: &mut Duration,
        call: impl FnOnce(&mut Inside) -> wasmtime::Result<T>,
    ) -> Result<T, Stop> {
        // A session that spends its time in many small steps takes no other down.
        if left.is_zero() {
            return Err(Stop::Limit(Limit::Cpu));
        }
        let mut inside = self.lock();
        if self.lost.load(Ordering::Acquire) {
            return Err(Stop::Trap(wasmtime::format_err!(
                "the instance broke down in another generation"
            )));
        }
        inside.store.data_mut().allow(STEP.min(*left));
        inside.store.set_epoch_deadline(1);
        let begun = Instant::now();
        let result = call(&mut inside);
        *left = left.saturating_sub(begun.elapsed());
        result.map_err(|error| {
            self.lost.store(true, Ordering::Release);
            Stop::from(error)
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
