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

use wasmtime::component::Linker;
use wasmtime::{Store, UpdateDeadline};

use crate::bindings::machine::{Machine, MachinePre};
use crate::error::Error;
use crate::instance::Stop;
use crate::limits::Limits;
use crate::sandbox::{Meter, Sandbox};

/// How many sessions share an instance: few enough for its memory limit, many enough for its own
/// memory not to matter.
const CREW: usize = 4_096;

/// The compiled component and its instances.
pub(crate) struct Pool {
    pre: MachinePre<Meter>,
    limits: Arc<Limits>,
    latest: Mutex<Weak<Vessel>>,
}

/// An instance and how many sessions it carries.
struct Vessel {
    inside: Mutex<Inside>,
    sessions: AtomicUsize,
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

    /// An instance with room for one more session, which is counted from here on.
    fn board(&self) -> Result<Arc<Vessel>, Stop> {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(vessel) = latest.upgrade()
            && !vessel.lost.load(Ordering::Acquire)
            && vessel.sessions.fetch_add(1, Ordering::AcqRel) < CREW
        {
            return Ok(vessel);
        }
        let mut store = Store::new(self.pre.engine(), Meter::new(&self.limits));
        store.limiter(|meter| meter);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut context| {
            context.data_mut().tick()?;
            Ok(UpdateDeadline::Continue(1))
        });
        let machine = self.pre.instantiate(&mut store)?;
        let vessel = Arc::new(Vessel {
            inside: Mutex::new(Inside { store, machine }),
            sessions: AtomicUsize::new(1),
            lost: AtomicBool::new(false),
        });
        *latest = Arc::downgrade(&vessel);
        Ok(vessel)
    }
}

impl Vessel {
    /// Calls into the instance. Computing time is counted from zero.
    fn call<T>(&self, call: impl FnOnce(&mut Inside) -> wasmtime::Result<T>) -> Result<T, Stop> {
        let mut inside = self.lock();
        if self.lost.load(Ordering::Acquire) {
            return Err(Stop::Trap(wasmtime::format_err!(
                "the instance broke down in another generation"
            )));
        }
        inside.store.data_mut().reset();
        call(&mut inside).map_err(|error| {
            self.lost.store(true, Ordering::Release);
            Stop::from(error)
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
