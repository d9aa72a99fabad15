//! Calls into an instance that several sessions share: one at a time, never holding a worker for
//! longer than an epoch.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use wasmtime::component::ResourceAny;

use crate::engine::{Instance, MachineEngine, Release, TICK, Ticker};
use crate::error::Stop;
use crate::limits::Limit;

/// The longest that one call of a session may keep the others of its instance waiting.
const STEP: Duration = Duration::from_secs(1);

/// The least that a call into a shared instance is given: what is left to a session may be less than
/// an epoch, and a short call that an epoch happens to interrupt must not take the others down.
const LEAST: Duration = TICK.saturating_mul(10);

/// A call in the making: what it does to the instance.
pub(crate) type Calling<'a, T> = Pin<Box<dyn Future<Output = wasmtime::Result<T>> + Send + 'a>>;

/// An instance, and the memory that its sessions are charged for.
pub(crate) struct SharedInstance {
    inside: Arc<tokio::sync::Mutex<Instance>>,
    ticker: Arc<Ticker>,
    release: Arc<Release>,
    /// Whether others than the caller have sessions here.
    shared: bool,
    charged: AtomicUsize,
    lost: AtomicBool,
    /// Sessions that ended: their resources are dropped before the next call.
    ended: Mutex<Vec<ResourceAny>>,
}

impl SharedInstance {
    pub(super) fn new(
        instance: Instance,
        shared: bool,
        engine: &MachineEngine,
        charge: usize,
    ) -> Arc<Self> {
        Arc::new(Self {
            inside: Arc::new(tokio::sync::Mutex::new(instance)),
            ticker: Arc::clone(engine.ticker()),
            release: Arc::clone(engine.release()),
            shared,
            charged: AtomicUsize::new(charge),
            lost: AtomicBool::new(false),
            ended: Mutex::default(),
        })
    }

    /// Whether the instance broke down.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    /// Takes one more session in, if there is room for it.
    pub(super) fn join(&self, charge: usize, room: usize) -> bool {
        if self.is_lost() {
            return false;
        }
        let added = self.charged.fetch_add(charge, Ordering::AcqRel) + charge;
        if added > room {
            self.charged.fetch_sub(charge, Ordering::AcqRel);
        }
        added <= room
    }

    /// Gives back what a session was charged, and its resource.
    pub(super) fn leave(&self, charge: usize, session: Option<ResourceAny>) {
        self.charged.fetch_sub(charge, Ordering::AcqRel);
        if self.shared && !self.is_lost() {
            let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
            ended.extend(session);
        }
    }

    fn take_ended(&self) -> Vec<ResourceAny> {
        std::mem::take(&mut *self.ended.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Calls into the instance, after the calls that came before. What it computes is taken off
    /// `left`; waiting for the others isn't. A call into a shared instance that has begun goes on to
    /// its end even if this future is dropped: broken off, it would take the others' sessions along.
    pub(crate) async fn call<T: Send + 'static>(
        self: &Arc<Self>,
        left: &mut Duration,
        call: impl for<'a> FnOnce(&'a mut Instance) -> Calling<'a, T> + Send + 'static,
    ) -> Result<T, Stop> {
        // A session that spends its time in many small steps takes no other down.
        if left.is_zero() {
            return Err(Stop::Limit(Limit::Cpu));
        }
        let allowed = match self.shared {
            true => STEP.min(*left).max(LEAST),
            false => *left,
        };
        let (instance, begun) = (Arc::clone(self), Arc::new(AtomicBool::new(false)));
        let began = Arc::clone(&begun);
        let work = async move {
            let mut inside = Arc::clone(&instance.inside).lock_owned().await;
            began.store(true, Ordering::Relaxed);
            instance.run(&mut inside, allowed, call).await
        };
        let (result, computed) = Begun {
            work: Some(Box::pin(work)),
            begun: self.shared.then_some(begun),
        }
        .await;
        *left = left.saturating_sub(computed);
        if result.is_err() {
            // Whoever begins one generation after the other, each of which breaks down at once, would
            // never let others go on.
            tokio::task::yield_now().await;
        }
        result
    }

    async fn run<T>(
        &self,
        inside: &mut Instance,
        allowed: Duration,
        call: impl for<'a> FnOnce(&'a mut Instance) -> Calling<'a, T>,
    ) -> (Result<T, Stop>, Duration) {
        if self.is_lost() {
            let lost = "the instance broke down in another generation";
            return (
                Err(Stop::Trap(wasmtime::format_err!("{lost}"))),
                Duration::ZERO,
            );
        }
        inside.store.data_mut().allow(allowed);
        inside.store.set_epoch_deadline(1);
        let begun = Instant::now();
        let running = self.ticker.running();
        let called = async {
            for session in self.take_ended() {
                session.resource_drop_async(&mut inside.store).await?;
            }
            call(inside).await
        };
        let result = called.await;
        drop(running);
        // The time of a call that let others go on in between is counted in epochs.
        let computed = inside.store.data().computed();
        let computed = computed.unwrap_or_else(|| begun.elapsed());
        let result = result.map_err(|error| {
            self.lost.store(true, Ordering::Release);
            Stop::from(error)
        });
        (result, computed)
    }
}

impl Drop for SharedInstance {
    fn drop(&mut self) {
        let memory = |inside: tokio::sync::MutexGuard<'_, Instance>| inside.store.data().memory();
        if let Ok(memory) = self.inside.try_lock().map(memory) {
            self.release.begin(memory, Arc::clone(&self.inside));
        }
    }
}

/// A call that goes on by itself if it is dropped after it has begun.
struct Begun<T: Send + 'static> {
    work: Option<Pin<Box<dyn Future<Output = T> + Send>>>,
    /// Whether it has begun; `None` if it may be broken off.
    begun: Option<Arc<AtomicBool>>,
}

impl<T: Send + 'static> Future for Begun<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(work) = self.work.as_mut() else {
            return Poll::Pending;
        };
        let done = work.as_mut().poll(context);
        if done.is_ready() {
            self.work = None;
        }
        done
    }
}

impl<T: Send + 'static> Drop for Begun<T> {
    fn drop(&mut self) {
        let has_begun = |begun: &Arc<AtomicBool>| begun.load(Ordering::Relaxed);
        if let Some(work) = self.work.take()
            && self.begun.as_ref().is_some_and(has_begun)
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(async move { drop(work.await) });
        }
    }
}
