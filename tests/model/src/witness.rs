//! Who watches a run from outside: what the driver has seen, what it could know from it, and
//! whether the session says and does what follows.
//!
//! All times here are on the session's own clock, which starts anew with every life of the driver.

mod checks;
mod outcome;

use crate::invariant::Watch;
use crate::network::End;
use crate::service::{Endpoint, Meaning};
use ima_core::Millis;
use ima_core::event::Checkpoint;
use ima_core::http::{ExchangeId, Sent};
use ima_core::outcome::Charge;
use std::collections::{BTreeMap, BTreeSet};

/// The longest fetch of the list: three exchanges of a minute, and a rest of up to a minute (the
/// longest `Retry-After` that is waited out before anything is paid) after the first and second.
const LISTING: Millis = 3 * 60_000 + 2 * 60_000;
/// How long the answer to a create request is waited for.
const ANSWER: Millis = 300_000;
/// The longest create request: three exchanges that turn out not to have left, and the rests of one and
/// two seconds, each up to a fifth longer.
const CREATING: Millis = 3 * ANSWER + 1_200 + 2_400;
/// A request is amended at most twice, each time perhaps after a fresh list.
const BEFORE_THE_TASK: Millis = 3 * (LISTING + CREATING);
/// The longest single wait before a task exists.
const ONE_WAIT: Millis = 60_000;
/// The shortest rest between two questions for a task: the first backoff, a fifth shorter.
const SHORTEST_REST: Millis = 800;
/// The longest: the last backoff, a fifth longer. The first question of all comes sooner.
const LONGEST_REST: Millis = 36_000;
/// How often the list is asked for, a create request that did not leave is tried, and a refused
/// one amended, the first time included.
const TRIES: u32 = 3;
/// How often in a row the service says that there is no such task before the session believes it.
const UNKNOWN: u32 = 12;
/// More outputs than any input brings at once.
const OUTPUTS_AT_ONCE: u32 = 40;

/// The create request of the current permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Create {
    /// None has left that may have been accepted.
    Free,
    /// One is under way.
    InFlight,
    /// One may have been accepted, or was.
    Spent,
}

/// An exchange that the session waits for.
#[derive(Clone, Copy, Debug)]
struct Open {
    exchange: ExchangeId,
    endpoint: Endpoint,
    deadline: Millis,
}

/// A rest between two questions for a task.
#[derive(Clone, Copy, Debug, Default)]
struct Quiet {
    since: Millis,
    /// At least so long, for the service's sake.
    least: Millis,
    /// At most so long, for the user's.
    most: Millis,
}

impl Quiet {
    /// A rest that may be over at once.
    fn short(since: Millis) -> Self {
        Self {
            since,
            least: 0,
            most: LONGEST_REST,
        }
    }

    /// The rest after an exchange, with the seconds of its `Retry-After`.
    fn after(endpoint: Endpoint, retry_after: Option<u64>, since: Millis) -> Self {
        if endpoint == Endpoint::Create {
            return Self::short(since);
        }
        let mut asked_for = retry_after.unwrap_or(0).saturating_mul(1_000);
        if endpoint == Endpoint::Detail {
            asked_for = asked_for.min(ONE_WAIT);
        }
        Self {
            since,
            least: SHORTEST_REST.max(asked_for),
            most: LONGEST_REST.max(asked_for),
        }
    }
}

/// How often the session has asked, since it last got on.
#[derive(Clone, Copy, Debug, Default)]
struct Tries {
    /// For the list, without a create request in between.
    lists: u32,
    /// To create, without a refusal in between.
    creates: u32,
    /// To create, and was refused.
    refusals: u32,
}

/// What the session has to report before it waits again.
#[derive(Clone, Debug)]
enum Due {
    /// The finished task, with these media.
    Success(Vec<String>),
    /// The failed task, with those media that are there.
    TaskFailed(Vec<String>),
    /// That the key is not accepted.
    Unauthorized,
    /// Any end.
    End,
}

/// Watches one generation, through all lives of its driver.
#[derive(Debug)]
pub(crate) struct Witness {
    watch: Watch,
    budget: Option<u32>,
    patience: Millis,
    /// The current permission of the user to spend: 0 is the first start.
    permit: usize,
    create: Create,
    /// Whether a create request of an earlier command or life may have been accepted.
    doubt: bool,
    /// The task, once the driver has seen its id.
    task: Option<String>,
    /// Since when waiting for the task is what the session does.
    known_at: Millis,
    began: Millis,
    /// How late the driver has been in all.
    slack: Millis,
    open: Option<Open>,
    /// Since when no exchange is open, and how long that may stay so.
    quiet: Quiet,
    /// The latest time at which the session was told that time has passed.
    timed_out: Millis,
    due: Option<Due>,
    cancelled: bool,
    finished: bool,
    /// The permissions whose outcome the user knows to be unknown.
    reported: BTreeSet<usize>,
    last_charge: Option<Charge>,
    /// The idempotency key of the create requests, under each permission.
    keys: BTreeMap<usize, String>,
    /// The price that was announced last, under each permission.
    announced: BTreeMap<usize, u32>,
    outputs: u32,
    tries: Tries,
    /// Whether this session has asked for the task.
    asked: bool,
    /// The media that were there when this session last asked for the task.
    ready: Vec<String>,
    /// How often in a row this session was told that there is no such task.
    unknown: u32,
}

impl Witness {
    pub(crate) fn new(budget: Option<u32>, patience: Millis, watch: Watch) -> Self {
        Self {
            watch,
            budget,
            patience,
            permit: 0,
            create: Create::Free,
            doubt: false,
            task: None,
            known_at: 0,
            began: 0,
            slack: 0,
            open: None,
            quiet: Quiet::default(),
            timed_out: 0,
            due: None,
            cancelled: false,
            finished: true,
            reported: BTreeSet::new(),
            last_charge: None,
            keys: BTreeMap::new(),
            announced: BTreeMap::new(),
            outputs: 0,
            tries: Tries::default(),
            asked: false,
            ready: Vec::new(),
            unknown: 0,
        }
    }

    pub(crate) fn permit(&self) -> usize {
        self.permit
    }

    pub(crate) fn patience(&self) -> Millis {
        self.patience
    }

    /// Whether the last event was reported.
    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Whether the run goes to an end of its own: it was not cancelled.
    pub(crate) fn is_going(&self) -> bool {
        !self.finished && !self.cancelled
    }

    pub(crate) fn is_waiting_for_an_answer(&self) -> bool {
        self.open.is_some()
    }

    /// The driver goes on after the end, by itself.
    pub(crate) fn reopened(&mut self) {
        self.finished = false;
    }

    /// Where the money stands, for the coverage of crashes.
    pub(crate) fn stage(&self) -> &'static str {
        match (self.finished, &self.task, self.create) {
            (true, ..) => "after the end",
            (_, Some(_), _) => "waiting",
            (_, None, Create::InFlight) => "create request under way",
            (_, None, Create::Spent) => "in doubt",
            (_, None, Create::Free) if self.doubt => "before another create request",
            (_, None, Create::Free) => "before the create request",
        }
    }

    /// A new session begins, in this or a new life, from what is durable.
    pub(crate) fn restored(&mut self, from: Option<&Checkpoint>, clock: Millis) {
        self.open = None;
        self.asked = false;
        self.ready = Vec::new();
        self.unknown = 0;
        self.quiet = Quiet::short(clock);
        self.due = None;
        self.timed_out = 0;
        self.tries = Tries::default();
        self.cancelled = false;
        self.finished = false;
        self.outputs = 0;
        self.slack = 0;
        self.began = clock;
        self.known_at = clock;
        self.task = from.and_then(|checkpoint| checkpoint.task_id.clone());
        self.doubt = from.is_some() && self.task.is_none();
        if from.is_some() {
            self.create = Create::Spent;
        }
    }

    /// The explicit command to create again.
    pub(crate) fn create_again(&mut self, clock: Millis) {
        // Whoever says this knows that the outcome so far is unknown.
        self.reported.extend(0..=self.permit);
        self.permit += 1;
        self.create = Create::Free;
        self.doubt = true;
        self.finished = false;
        self.cancelled = false;
        self.began = clock;
        self.slack = 0;
        self.quiet = Quiet::short(clock);
        self.tries = Tries::default();
    }

    pub(crate) fn cancelled(&mut self) {
        if self.finished {
            return;
        }
        self.cancelled = true;
        // A create request that has left is waited for: its answer decides about money.
        if self
            .open
            .is_none_or(|open| open.endpoint != Endpoint::Create)
        {
            self.open = None;
            self.due.get_or_insert(Due::End);
        }
    }

    /// The driver was late by so much.
    pub(crate) fn late(&mut self, by: Millis) {
        self.slack = self.slack.saturating_add(by);
    }

    /// An exchange ended: what the session learns from it, if it still waits for it.
    ///
    /// Tells whether it does.
    pub(crate) fn ended(&mut self, exchange: ExchangeId, end: &End, clock: Millis) -> bool {
        self.outputs = 0;
        let Some(open) = self.open.take_if(|open| open.exchange == exchange) else {
            return false;
        };
        let retry_after = match end {
            End::Answer(reply) => reply.retry_after,
            End::Failure(_) => None,
        };
        self.quiet = Quiet::after(open.endpoint, retry_after, clock);
        match (open.endpoint, end) {
            (Endpoint::List, _) => {}
            (Endpoint::Create, End::Answer(reply)) => match &reply.meaning {
                Meaning::Accepted(task) => {
                    self.create = Create::Spent;
                    self.task = Some(task.clone());
                    self.known_at = clock;
                    self.slack = 0;
                }
                Meaning::Refused | Meaning::Unauthorized => {
                    self.create = Create::Free;
                    self.tries.refusals += 1;
                    self.tries.creates = 0;
                }
                _ => self.doubtful(),
            },
            (Endpoint::Create, End::Failure(failure)) => match failure.sent {
                Sent::No => self.create = Create::Free,
                Sent::Maybe => self.doubtful(),
            },
            (Endpoint::Detail, End::Failure(_)) => {}
            (Endpoint::Detail, End::Answer(reply)) => {
                match &reply.meaning {
                    Meaning::Pending(urls) => {
                        self.unknown = 0;
                        if !urls.is_empty() {
                            self.ready.clone_from(urls);
                        }
                    }
                    Meaning::UnknownTask => self.unknown += 1,
                    _ => {}
                }
                let due = match &reply.meaning {
                    _ if self.unknown >= UNKNOWN => Some(Due::End),
                    Meaning::Ready(urls) => Some(Due::Success(urls.clone())),
                    Meaning::Failed(urls) => Some(Due::TaskFailed(urls.clone())),
                    Meaning::Unauthorized => Some(Due::Unauthorized),
                    _ => None,
                };
                self.due = self.due.take().or(due);
            }
        }
        if self.cancelled {
            self.due.get_or_insert(Due::End);
        }
        true
    }

    fn doubtful(&mut self) {
        self.create = Create::Spent;
        self.doubt = true;
        self.due = Some(Due::End);
    }

    /// The session is told the time, which it may have asked for.
    pub(crate) fn timed_out(&mut self, clock: Millis) {
        if clock > self.timed_out {
            self.outputs = 0;
        }
        self.timed_out = clock;
        if let Some(open) = self.open.take_if(|open| open.deadline <= clock) {
            self.quiet = Quiet::after(open.endpoint, None, clock);
            if open.endpoint == Endpoint::Create {
                self.doubtful();
            }
        }
        if !self.finished && self.task.is_some() && clock >= self.deadline() {
            self.due.get_or_insert(Due::End);
        }
    }

    fn deadline(&self) -> Millis {
        self.known_at.saturating_add(self.patience)
    }
}
