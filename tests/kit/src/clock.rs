//! A monotonic clock for components of world `plugin` that stands still until they wait, and then
//! jumps: in the place of the one that wasmtime-wasi links.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

/// A clock that hears of its jumps.
#[derive(Clone)]
pub(crate) struct SteppedClock {
    nanoseconds: Arc<AtomicU64>,
    jumped: Arc<dyn Fn(Duration) + Send + Sync>,
}

impl SteppedClock {
    pub(crate) fn new(jumped: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        Self {
            nanoseconds: Arc::default(),
            jumped: Arc::new(jumped),
        }
    }
}

/// The view of a store that implements the interface.
pub(crate) struct View<'a> {
    pub(crate) clock: &'a SteppedClock,
    pub(crate) table: &'a mut ResourceTable,
}

struct HasClock;

impl HasData for HasClock {
    type Data<'a> = View<'a>;
}

/// Puts the clock that `of` finds in a store in the place of the linked one.
pub(crate) fn shadow<T: Send + 'static>(
    linker: &mut Linker<T>,
    of: fn(&mut T) -> View<'_>,
) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    monotonic_clock::add_to_linker::<T, HasClock>(linker, of)?;
    linker.allow_shadowing(false);
    Ok(())
}

impl monotonic_clock::Host for View<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(self.clock.nanoseconds.load(Ordering::Relaxed))
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(1)
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let alarm = self.table.push(Alarm {
            clock: self.clock.clone(),
            when,
        })?;
        subscribe(self.table, alarm)
    }

    fn subscribe_duration(&mut self, duration: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let now = self.clock.nanoseconds.load(Ordering::Relaxed);
        self.subscribe_instant(now.saturating_add(duration))
    }
}

/// Rings at a moment.
struct Alarm {
    clock: SteppedClock,
    when: u64,
}

#[async_trait]
impl Pollable for Alarm {
    async fn ready(&mut self) {
        let before = self
            .clock
            .nanoseconds
            .fetch_max(self.when, Ordering::Relaxed);
        if self.when > before {
            (self.clock.jumped)(Duration::from_nanos(self.when - before));
        }
    }
}
