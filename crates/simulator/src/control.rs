//! What a test sees and steers, from within its own process.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;

use crate::fault::{Fault, NthRequest};
use crate::ledger::Ledger;
use crate::request_log::{Endpoint, RequestRecord};
use crate::task::TaskRecord;
use crate::timeline::Timeline;
use crate::world::Shared;

/// Reads and steers a running simulator. A cheap clone, usable from any thread.
#[derive(Clone)]
pub struct Control {
    shared: Arc<Shared>,
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control")
            .field("origin", &self.shared.origin)
            .finish_non_exhaustive()
    }
}

impl Control {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Adds an account with these points and no charges, or makes the one of that key new. The
    /// service accepts only keys that begin with `ima_`.
    pub fn add_account(&self, key: &str, points: u64) {
        self.shared.world().accounts.add(key, points);
    }

    /// The ledger of an account; an empty one where the key is unknown.
    pub fn ledger(&self, key: &str) -> Ledger {
        self.find_ledger(key).unwrap_or_default()
    }

    /// The ledger of an account, where there is one.
    pub(crate) fn find_ledger(&self, key: &str) -> Option<Ledger> {
        self.shared.world().accounts.get(key).cloned()
    }

    /// Every request so far, in order of arrival. One is recorded when it was read in full, before
    /// it meets its fault or its answer.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.shared.world().requests.clone()
    }

    /// TCP connections accepted so far, those to the HTTP control interface included.
    pub fn connections(&self) -> u64 {
        self.shared.accepted.load(Ordering::Acquire)
    }

    /// Scripts a fault. Where several meet a request, the one added last counts.
    pub fn fault(&self, endpoint: Endpoint, nth: NthRequest, fault: Fault) {
        self.shared.world().faults.add(endpoint, nth, fault);
    }

    /// Forgets all scripted faults. The counting of requests goes on.
    pub fn clear_faults(&self) {
        self.shared.world().faults.clear();
    }

    /// Replaces the `data` of the product list of this task type. Create requests are checked
    /// against the new one at once.
    pub fn set_catalogue(&self, task_type: &str, json: Value) {
        self.shared.world().catalogue.replace(task_type, json);
    }

    /// Sets how tasks of this model behave that are created from now on.
    pub fn set_timeline(&self, model_id: &str, timeline: Timeline) {
        let model_id = model_id.to_owned();
        self.shared.world().timelines.insert(model_id, timeline);
    }

    /// Every task so far, in order of creation.
    pub fn tasks(&self) -> Vec<TaskRecord> {
        let world = self.shared.world();
        world.tasks.iter().map(|task| task.record.clone()).collect()
    }

    /// Moves the simulated clock forward at once.
    pub fn advance(&self, by: Duration) {
        self.shared.world().clock.advance(by);
    }
}
