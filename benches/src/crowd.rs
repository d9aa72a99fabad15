//! Many generations at once in this process, which does nothing else: what they cost, and how late
//! their events are.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ima_core::event as native_event;
use ima_core::outcome::Outcome as NativeOutcome;
use ima_host::types::{CheckpointState, Event, Language, Outcome};
use ima_host::{Clock, Credential, Isolation, Request, Runtime};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::cost;
use crate::error::Error;
use crate::native::Native;
use crate::service::{KEY, folder};
use crate::stats::percentile;

/// How often a song's progress is told, in the time of the component.
const INTERVAL: Duration = Duration::from_secs(15);

/// How many generations may be on their way to their task at once. Those that start together would
/// each open a connection; later on they share a few.
const STARTING: usize = 32;

/// What runs the generations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// The native core over a bare HTTP client.
    Bare,
    /// The native core under the host's guard, over its client.
    Native,
    /// The machine, an instance for thousands.
    Shared,
    /// The machine, an instance for each.
    Alone,
}

/// What a crowd is to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) kind: Kind,
    pub(crate) origin: String,
    /// Generations in flight at the same time.
    pub(crate) at_once: usize,
    /// Generations in all.
    pub(crate) total: usize,
    /// How much faster time passes.
    pub(crate) rate: u32,
}

/// What a crowd has used.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Report {
    /// User and system time of the process, from the first start to the last end.
    pub(crate) cpu: Duration,
    pub(crate) wall: Duration,
    /// Resident memory before the first start, in bytes.
    pub(crate) before: u64,
    /// The most that was resident, in bytes.
    pub(crate) most: u64,
    /// The most generations that were waiting for their audio at the same time.
    pub(crate) waiting: usize,
    /// How many reports of progress came, and how late they were.
    pub(crate) events: usize,
    pub(crate) late: [Duration; 3],
    pub(crate) failed: usize,
}

/// Does what an [`Order`] in JSON says, and prints a [`Report`] in JSON.
pub(crate) fn run(order: &str) -> Result<(), Error> {
    let order: Order = serde_json::from_str(order).map_err(|_| Error::Output {
        program: "ima-bench".to_owned(),
        text: order.to_owned(),
    })?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::program("the runtime"))?;
    let report = runtime.block_on(crowd(order))?;
    println!(
        "{}",
        serde_json::to_string(&report).map_err(|_| Error::Empty)?
    );
    Ok(())
}

#[derive(Clone)]
enum Carrier {
    Native(Arc<Native>),
    Host(Runtime),
}

enum Generation {
    Native(Box<crate::native::Generation>),
    Host(Box<ima_host::Generation>),
}

/// What the measurement wants to know of an event.
enum Seen {
    Waiting,
    Progress,
    Success,
    Failure,
    Other,
}

/// What the generations of a crowd share.
struct Shared {
    carrier: Carrier,
    starting: Semaphore,
    interval: Duration,
    waiting: AtomicUsize,
    most_waiting: AtomicUsize,
    failed: AtomicUsize,
    memory: AtomicU64,
    late: Mutex<Vec<Duration>>,
}

async fn crowd(order: Order) -> Result<Report, Error> {
    let carrier = Carrier::new(&order).await?;
    let shared = Arc::new(Shared {
        carrier,
        starting: Semaphore::new(STARTING),
        interval: INTERVAL / order.rate,
        waiting: AtomicUsize::new(0),
        most_waiting: AtomicUsize::new(0),
        failed: AtomicUsize::new(0),
        memory: AtomicU64::new(0),
        late: Mutex::default(),
    });
    let places = Arc::new(Semaphore::new(order.at_once));
    let before = cost::resident()?;
    let (begin, cpu) = (Instant::now(), cost::own_cpu()?);
    let mut running = JoinSet::new();
    for _ in 0..order.total {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            break;
        };
        let shared = Arc::clone(&shared);
        running.spawn(async move {
            if !matches!(shared.generation().await, Ok(true)) {
                shared.failed.fetch_add(1, Ordering::Relaxed);
            }
            drop(place);
        });
        // Those that have ended take no room.
        while running.try_join_next().is_some() {}
    }
    while running.join_next().await.is_some() {}
    let (wall, cpu) = (begin.elapsed(), cost::own_cpu()? - cpu);

    let mut late = shared.late.lock().unwrap_or_else(PoisonError::into_inner);
    late.sort_unstable();
    let [half, most, last] = [0.5, 0.99, 1.0].map(|share| percentile(&late, share));
    Ok(Report {
        cpu,
        wall,
        before,
        most: shared.memory.load(Ordering::Relaxed),
        waiting: shared.most_waiting.load(Ordering::Relaxed),
        events: late.len(),
        late: [half?, most?, last?],
        failed: shared.failed.load(Ordering::Relaxed),
    })
}

impl Shared {
    /// Runs one generation; whether it brought audio.
    async fn generation(&self) -> Result<bool, Error> {
        let mut starting = self.starting.acquire().await.ok();
        let mut generation = self.carrier.start().await?;
        let mut last = None;
        let mut waiting = false;
        let mut done = false;
        while let Some(seen) = generation.next().await? {
            let now = Instant::now();
            match seen {
                Seen::Waiting => {
                    drop(starting.take());
                    last = Some(now);
                    waiting = true;
                    self.count();
                }
                Seen::Progress => {
                    if let Some(last) = last.replace(now) {
                        let late = (now - last).saturating_sub(self.interval);
                        let mut all = self.late.lock().unwrap_or_else(PoisonError::into_inner);
                        all.push(late);
                    }
                }
                Seen::Success => done = true,
                Seen::Failure | Seen::Other => {}
            }
        }
        if waiting {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        Ok(done)
    }

    /// Counts one more that waits. Every hundredth looks at the memory, and so does the last.
    fn count(&self) {
        let waiting = self.waiting.fetch_add(1, Ordering::Relaxed) + 1;
        let before = self.most_waiting.fetch_max(waiting, Ordering::Relaxed);
        if waiting > before && (waiting < 100 || waiting.is_multiple_of(50)) {
            self.memory
                .fetch_max(cost::resident().unwrap_or_default(), Ordering::Relaxed);
        }
    }
}

impl Carrier {
    /// Sets up a carrier that has already asked the service once.
    async fn new(order: &Order) -> Result<Self, Error> {
        let native = |host| Self::Native(Arc::new(Native::new(&order.origin, order.rate, host)));
        if order.kind == Kind::Bare {
            return Ok(native(None));
        }
        let isolation = match order.kind {
            Kind::Alone => Isolation::PerGeneration,
            _ => Isolation::Shared,
        };
        let runtime = Runtime::builder()
            .origin(&order.origin)
            .credential(Credential::literal(KEY))
            .cache_folder(folder("cache")?)
            .clock(Clock::accelerated(order.rate))
            .isolation(isolation)
            .build()
            .await?;
        if order.kind == Kind::Native {
            return Ok(native(Some(runtime)));
        }
        runtime.quote(request()).await?;
        Ok(Self::Host(runtime))
    }

    async fn start(&self) -> Result<Generation, Error> {
        Ok(match self {
            Self::Native(native) => Generation::Native(Box::new(native.start(PROMPT)?)),
            Self::Host(runtime) => Generation::Host(Box::new(runtime.start(request()).await?)),
        })
    }
}

const PROMPT: &str = "upbeat lo-fi hip hop, 90 BPM, no vocals";

fn request() -> Request {
    Request::music(PROMPT, Language::En)
}

impl Generation {
    async fn next(&mut self) -> Result<Option<Seen>, Error> {
        Ok(match self {
            Self::Native(generation) => generation.next().await?.map(|event| match event {
                native_event::Event::Checkpoint(checkpoint)
                    if checkpoint.state == native_event::CheckpointState::Waiting =>
                {
                    Seen::Waiting
                }
                native_event::Event::Progress(_) => Seen::Progress,
                native_event::Event::Finished(NativeOutcome::Success(_)) => Seen::Success,
                native_event::Event::Finished(_) => Seen::Failure,
                _ => Seen::Other,
            }),
            Self::Host(generation) => generation.next_event().await?.map(|event| match event {
                Event::Checkpoint(checkpoint) if checkpoint.state == CheckpointState::Waiting => {
                    Seen::Waiting
                }
                Event::Progress(_) => Seen::Progress,
                Event::Finished(Outcome::Success(_)) => Seen::Success,
                Event::Finished(_) => Seen::Failure,
                _ => Seen::Other,
            }),
        })
    }
}
