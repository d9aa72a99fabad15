//! What one seed is about: the user and the request, the service, and how bad the world is.

use crate::network::Fate;
use crate::random::Random;
use crate::service::Plan;
use ima_core::Millis;
use ima_core::request::{Language, OnMismatch, Request, TaskType, UnknownParameters};
use ima_core::session::Settings;
use serde_json::json;

/// How often things go wrong or are asked for, in a thousand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Odds {
    /// An exchange is not clean.
    pub(crate) fault: u64,
    /// What most of these faults are in this seed: troubles come in rows.
    pub(crate) favourite: Option<Fate>,
    /// The driver crashes, at each point where it can.
    pub(crate) crash: u64,
    /// The driver is slow or wakes late, at each point where it can.
    pub(crate) late: u64,
    /// The user cancels, at each point where she can.
    pub(crate) cancel: u64,
    /// The user says to create again after an unknown outcome.
    pub(crate) again: u64,
    /// The user resumes after a failure that can be.
    pub(crate) resume: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) request: Request,
    pub(crate) settings: Settings,
    pub(crate) plan: Plan,
    pub(crate) odds: Odds,
    /// After how many inputs a snapshot is taken and played beside the session itself.
    pub(crate) twin_after: Option<u64>,
}

impl Scenario {
    pub(crate) fn draw(random: &mut Random) -> Self {
        let odds = Odds {
            fault: random.pick(0, &[50, 150, 300, 600, 850]),
            favourite: random.chance(500).then(|| Fate::fault(random)),
            crash: random.pick(0, &[0, 8, 40, 120]),
            late: random.pick(0, &[0, 30, 150]),
            cancel: random.pick(0, &[0, 0, 10, 50]),
            again: random.pick(0, &[300, 600]),
            resume: random.pick(200, &[500, 900]),
        };
        let deadline = match random.below(4) {
            0 => Some(random.between(1, 900_000)),
            1 => Some(random.between(20_000, 120_000)),
            _ => None,
        };
        Self {
            request: request(random),
            settings: Settings {
                deadline,
                seed: (random.next(), random.next()),
            },
            plan: Plan::draw(random),
            odds,
            twin_after: random.chance(300).then(|| random.between(1, 20)),
        }
    }

    /// How long the session waits for a task.
    pub(crate) fn patience(&self) -> Millis {
        self.settings.deadline.unwrap_or(match self.request.task {
            TaskType::TextToMusic => 480_000,
            TaskType::TextToSpeech => 300_000,
        })
    }
}

fn request(random: &mut Random) -> Request {
    let task = random.pick(
        TaskType::TextToMusic,
        &[TaskType::TextToMusic, TaskType::TextToSpeech],
    );
    let language = random.pick(Language::En, &[Language::Zh]);
    let mut request = Request::new(task, "rain", language);
    request.model_id = match random.below(20) {
        0 => Some("none".to_owned()),
        1..=3 if task == TaskType::TextToMusic => Some("GenBGM".to_owned()),
        _ => None,
    };
    if task == TaskType::TextToMusic && request.model_id.is_none() {
        if random.chance(350) {
            request = request.with("tags", json!("jazz"));
        }
        if random.chance(250) {
            request = request.with("n", json!(2));
        }
    }
    if random.chance(70) {
        request = request.with("mood", json!("sad"));
    }
    if random.chance(500) {
        request.unknown = UnknownParameters::Drop;
    }
    if random.chance(150) {
        request.on_mismatch = OnMismatch::Stop;
    }
    request.budget = random
        .chance(300)
        .then(|| random.pick(1, &[5, 25, 27, 40, 100]));
    request
}
