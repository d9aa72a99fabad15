//! The epoch: how often code that runs in an engine is interrupted, and a thread that sees to it while
//! there is any.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, Thread};
use std::time::Duration;
use std::{io, mem};

use wasmtime::{Engine, EngineWeak};

/// The length of an epoch. Code that runs longer lets other tasks of the process go on.
pub(crate) const TICK: Duration = Duration::from_millis(2);

/// How many epochs without a call the thread stays awake. Waking it costs more than a short call, and
/// calls come in groups.
const AWAKE: u32 = 10;

/// Advances the epoch of its engines while calls are under way, and a little longer; otherwise its
/// thread sleeps.
#[derive(Debug)]
pub(crate) struct Ticker {
    state: Arc<State>,
    thread: Thread,
}

#[derive(Debug, Default)]
struct State {
    calls: AtomicUsize,
    asleep: AtomicBool,
    over: AtomicBool,
    engines: Mutex<Vec<Weakly>>,
}

struct Weakly(EngineWeak);

impl std::fmt::Debug for Weakly {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

impl Ticker {
    /// Starts the thread.
    pub(crate) fn start() -> io::Result<Arc<Self>> {
        let state = Arc::new(State::default());
        let weak = Arc::downgrade(&state);
        let thread = thread::Builder::new()
            .name("ima-epoch".to_owned())
            .spawn(move || tick(&weak))?;
        Ok(Arc::new(Self {
            state,
            thread: thread.thread().clone(),
        }))
    }

    /// Advances the epoch of this engine too.
    pub(crate) fn add(&self, engine: &Engine) {
        self.state
            .with_engines(|engines| engines.push(Weakly(engine.weak())));
    }

    /// A call is under way until the result is dropped.
    pub(crate) fn running(self: &Arc<Self>) -> Running {
        if self.state.calls.fetch_add(1, Ordering::SeqCst) == 0
            && self.state.asleep.load(Ordering::SeqCst)
        {
            self.thread.unpark();
        }
        Running(Arc::clone(self))
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.state.over.store(true, Ordering::SeqCst);
        self.thread.unpark();
    }
}

impl State {
    fn with_engines<T>(&self, change: impl FnOnce(&mut Vec<Weakly>) -> T) -> T {
        change(&mut self.engines.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A call that is under way.
#[derive(Debug)]
pub(crate) struct Running(Arc<Ticker>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.state.calls.fetch_sub(1, Ordering::SeqCst);
    }
}

fn tick(state: &Weak<State>) {
    let mut idle = 0;
    loop {
        let Some(state) = state.upgrade() else { return };
        if state.over.load(Ordering::SeqCst) {
            return;
        }
        idle = match state.calls.load(Ordering::SeqCst) {
            0 => idle + 1,
            _ => 0,
        };
        if idle > AWAKE {
            idle = 0;
            // In this order: a call that begins in between sees that the thread is about to sleep,
            // and its `unpark` makes the next `park` return at once.
            state.asleep.store(true, Ordering::SeqCst);
            if state.calls.load(Ordering::SeqCst) == 0 && !state.over.load(Ordering::SeqCst) {
                thread::park();
            }
            state.asleep.store(false, Ordering::SeqCst);
            continue;
        }
        state.with_engines(|engines| {
            for engine in mem::take(engines) {
                if let Some(living) = engine.0.upgrade() {
                    living.increment_epoch();
                    engines.push(engine);
                }
            }
        });
        drop(state);
        thread::sleep(TICK);
    }
}
