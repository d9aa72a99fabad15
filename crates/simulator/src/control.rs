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

    /// TLS handshakes completed so far, those for the HTTP control interface included.
    pub fn handshakes(&self) -> u64 {
        self.shared.handshakes.load(Ordering::Acquire)
    }

    /// How many requests [`requests`](Self::requests) holds.
    pub fn request_count(&self) -> usize {
        self.shared.world().requests.len()
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

    /// Changes what a model costs, in every list and every version of it, from now on. Tells
    /// whether there is such a model.
    ///
    /// The price is set for the rule that has this attribute id; where none has it, for the rule
    /// marked as default, else the first, which gets the id. A create request that still names the
    /// old id is refused with `Invalid product attribute`, one that names the old points with 6006.
    pub fn reprice(&self, model_id: &str, points: u64, attribute_id: u64) -> bool {
        let mut world = self.shared.world();
        world.catalogue.reprice(model_id, points, attribute_id)
    }

    /// Answers the next `count` product lists, of any task type, with what was listed before
    /// [`Control::reprice`] was called since the last call of this; where it was not, with what is
    /// listed now, whatever changes meanwhile. Create requests are checked against the new prices
    /// all the same. 0 ends it.
    pub fn serve_stale_list(&self, count: u32) {
        self.shared.world().catalogue.serve_stale(count);
    }

    /// Whether the service refuses, with 6009, the parameters that it is only described to take
    /// and that no form and no price rule lists: `lyrics` of Suno, `audio_params` and `additions`
    /// of seed-tts-2.0. It does not at first.
    pub fn strict_form(&self, strict: bool) {
        self.shared.world().strict_form = strict;
    }

    /// Takes requests without a key for those of the account [`DEMO_KEY`](crate::DEMO_KEY), for clients
    /// whose host adds no header.
    pub fn keyless(&self, accept: bool) {
        self.shared.world().keyless = accept;
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
