//! Everything the service knows, behind one lock.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::audio::Sound;
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::create::Order;
use crate::envelope::{INSUFFICIENT_POINTS, Refusal};
use crate::fault::{Fault, Faults};
use crate::ledger::{Accounts, Charge};
use crate::random::Random;
use crate::request_log::RequestRecord;
use crate::task::{Task, TaskRecord};
use crate::timeline::Timeline;

/// What the server's handlers and the control share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Scheme, host and port under which the server is reached.
    pub(crate) origin: String,
    /// TCP connections accepted so far.
    pub(crate) accepted: AtomicU64,
    /// TLS handshakes completed so far.
    pub(crate) handshakes: AtomicU64,
    world: Mutex<World>,
}

impl Shared {
    pub(crate) fn new(origin: String, world: World) -> Self {
        Self {
            origin,
            accepted: AtomicU64::new(0),
            handshakes: AtomicU64::new(0),
            world: Mutex::new(world),
        }
    }

    /// The one lock. Never held across an await.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The state of the service.
#[derive(Debug)]
pub(crate) struct World {
    seed: u64,
    pub(crate) clock: Clock,
    pub(crate) catalogue: Catalogue,
    /// Whether parameters are refused that only the descriptions name.
    pub(crate) strict_form: bool,
    /// Whether a request without a key is the demo account's.
    pub(crate) keyless: bool,
    pub(crate) accounts: Accounts,
    pub(crate) timelines: BTreeMap<String, Timeline>,
    pub(crate) tasks: Vec<Task>,
    /// Where a task stands among them, by its id.
    places: BTreeMap<String, usize>,
    pub(crate) requests: Vec<RequestRecord>,
    pub(crate) faults: Faults,
}

impl World {
    pub(crate) fn new(seed: u64, speed: f64) -> Self {
        Self {
            seed,
            clock: Clock::new(speed),
            catalogue: Catalogue::new(),
            strict_form: false,
            keyless: false,
            accounts: Accounts::default(),
            timelines: BTreeMap::new(),
            tasks: Vec::new(),
            places: BTreeMap::new(),
            requests: Vec::new(),
            faults: Faults::default(),
        }
    }

    /// Records a request and gives the fault that it meets.
    pub(crate) fn receive(&mut self, record: RequestRecord) -> Option<Fault> {
        let endpoint = record.endpoint;
        self.requests.push(record);
        self.faults.next(endpoint)
    }

    /// Charges the account and creates the task; gives its id.
    pub(crate) fn accept(
        &mut self,
        account: &str,
        order: Order,
        body: Value,
    ) -> Result<String, Refusal> {
        let number = self.tasks.len();
        let mut random = Random::of(&format!("{}/{number}", self.seed));
        let id = format!("task_{:016x}", random.bits());
        let charge = Charge {
            task_id: id.clone(),
            model_id: order.model_id.clone(),
            points: order.points,
        };
        if !self.accounts.charge(account, charge) {
            return Err(Refusal::of(INSUFFICIENT_POINTS));
        }
        let timeline = self
            .timelines
            .get(&order.model_id)
            .cloned()
            .unwrap_or_default();
        let clips = timeline.clips(&order.model_id, order.n);
        self.places.insert(id.clone(), number);
        self.tasks.push(Task {
            account: account.to_owned(),
            created: self.clock.seconds(),
            total: timeline.total(&order.model_id, &mut random),
            timeline,
            sounds: (0..clips)
                .map(|index| Sound::of(&order.task_type, &order.parameters, index))
                .collect(),
            record: TaskRecord {
                id: id.clone(),
                model_id: order.model_id,
                body,
            },
        });
        Ok(id)
    }

    /// The task of this id.
    pub(crate) fn task(&self, id: &str) -> Option<&Task> {
        self.tasks.get(*self.places.get(id)?)
    }
}
