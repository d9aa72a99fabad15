//! A session restored from a snapshot, played to its end in a calm copy of the world, and held
//! against the end that the snapshotted session itself comes to.

use crate::invariant::Invariant::SnapshotUnfaithful;
use crate::invariant::{Violation, Watch};
use crate::service::{Endpoint, KEY, Service};
use ima_core::Millis;
use ima_core::event::Event;
use ima_core::http::{HttpResponse, Transmit};
use ima_core::outcome::{Cause, Charge, Outcome};
use ima_core::pump::{Command, Input, Misuse, Output, Pump as _};
use ima_core::session::Session;
use std::mem::discriminant;

/// The time of one calm exchange, in milliseconds.
const EXCHANGE: Millis = 50;
/// More inputs than a calm run takes.
const INPUTS: u32 = 2_000;
/// The longest time between two polls in a calm world: the fifth backoff, for a task that the
/// service denies at first, rounded up.
const BETWEEN_POLLS: Millis = 40_000;

/// How the restored session ended.
#[derive(Debug)]
pub(crate) struct Twin {
    watch: Watch,
    stage: &'static str,
    began: Millis,
    /// Whether the two ends can be compared although no task existed yet.
    comparable: bool,
    outcome: Outcome,
}

impl Twin {
    /// Plays a restored session to its end.
    pub(crate) fn play(
        mut session: Session,
        snapshot: &str,
        mut service: Service,
        began: Millis,
        comparable: bool,
        watch: Watch,
    ) -> Result<Self, Violation> {
        let stages = ["asked", "creating", "waiting"];
        let is_at = |stage: &&str| snapshot.contains(&format!(r#""state":{{"{stage}":"#));
        let Some(stage) = stages.into_iter().find(is_at) else {
            return Err(SnapshotUnfaithful.broken(format!("no stage in {snapshot}")));
        };
        let mut now = began;
        let mut outcome = None;
        let mut input = Some(Input::Command(Command::Start));
        let mut requests = 0;
        for _ in 0..INPUTS {
            let Some(next) = input.take() else { break };
            session.handle(next, now).map_err(misused)?;
            while input.is_none() {
                match session.poll() {
                    Output::Event(Event::Finished(end)) => outcome = Some(end),
                    Output::Event(_) => {}
                    Output::Transmit(transmit) => {
                        requests += 1;
                        now += EXCHANGE;
                        input = Some(answer(&mut service, &transmit, now)?);
                    }
                    Output::Wait(until) => {
                        now = now.max(until);
                        input = Some(Input::Timeout);
                    }
                    Output::Done => break,
                }
            }
        }
        let Some(outcome) = outcome else {
            return Err(SnapshotUnfaithful.broken("the restored session does not end"));
        };
        if stage == "creating" {
            let unknown = matches!(&outcome, Outcome::Failure(failure)
                if failure.charge == Charge::Unknown && failure.cause == Cause::OutcomeUnknown);
            watch.require(SnapshotUnfaithful, unknown && requests == 0, || {
                format!("restored in doubt: {requests} requests, {outcome:?}")
            })?;
        }
        Ok(Self {
            watch,
            stage,
            began,
            comparable,
            outcome,
        })
    }

    pub(crate) fn stage(&self) -> &'static str {
        self.stage
    }

    /// Whether the snapshotted session came to the same end; `decided`: without another input.
    pub(crate) fn agrees(
        &self,
        continued: &Outcome,
        decided: bool,
        now: Millis,
        patience: Millis,
    ) -> Result<(), Violation> {
        let same = match self.stage {
            "waiting" => self.same_task(continued, now, patience),
            "asked" => decided || !self.comparable || self.same_request(continued),
            _ => true,
        };
        self.watch.require(SnapshotUnfaithful, same, || {
            format!("restored: {:?}; continued: {continued:?}", self.outcome)
        })
    }

    /// A restored session waits under a new deadline, so it may see what the other gave up on.
    fn same_task(&self, continued: &Outcome, now: Millis, patience: Millis) -> bool {
        // What the other saw just before this one's deadline may fall between two polls.
        let close = now.saturating_add(BETWEEN_POLLS) >= self.began.saturating_add(patience);
        match (continued, &self.outcome) {
            (Outcome::Success(own), Outcome::Success(twin)) => {
                (&own.task_id, &own.medias, &own.model_id, own.points)
                    == (&twin.task_id, &twin.medias, &twin.model_id, twin.points)
                    && own.model_name == twin.model_name
            }
            (Outcome::Failure(own), _) if own.cause == Cause::Deadline => true,
            (_, Outcome::Failure(twin)) if twin.cause == Cause::Deadline => close,
            (Outcome::Failure(own), Outcome::Failure(twin)) => {
                (&own.cause, own.charge, &own.task_id, &own.medias)
                    == (&twin.cause, twin.charge, &twin.task_id, &twin.medias)
                    && own.alternatives == twin.alternatives
            }
            _ => false,
        }
    }

    /// A restored session lists and creates anew; what the other had left of its tries, or under
    /// way, it does not know.
    fn same_request(&self, continued: &Outcome) -> bool {
        let open = |outcome: &Outcome| match outcome {
            Outcome::Success(_) => false,
            Outcome::Failure(failure) => matches!(
                failure.cause,
                Cause::Network | Cause::Unavailable | Cause::RateLimited | Cause::Deadline
            ),
        };
        if open(continued) || open(&self.outcome) {
            return true;
        }
        match (continued, &self.outcome) {
            (Outcome::Success(own), Outcome::Success(twin)) => {
                (&own.model_id, own.points) == (&twin.model_id, twin.points)
            }
            (Outcome::Failure(own), Outcome::Failure(twin)) => {
                discriminant(&own.cause) == discriminant(&twin.cause) && own.charge == twin.charge
            }
            _ => false,
        }
    }
}

fn answer(service: &mut Service, transmit: &Transmit, now: Millis) -> Result<Input, Violation> {
    let request = &transmit.request;
    let Some(endpoint) = Endpoint::of(request) else {
        return Err(SnapshotUnfaithful.broken(format!("no such endpoint: {}", request.path)));
    };
    let reply = service.handle(endpoint, request, &format!("Bearer {KEY}"), 0, now);
    let retry_after = reply.retry_after;
    let header = |seconds: u64| ("retry-after".to_owned(), seconds.to_string());
    Ok(Input::Response {
        exchange: transmit.exchange,
        response: HttpResponse {
            status: reply.status,
            headers: retry_after.map(header).into_iter().collect(),
            body: reply.body.replace(KEY, "[redacted]").into_bytes(),
        },
    })
}

fn misused(misuse: Misuse) -> Violation {
    SnapshotUnfaithful.broken(misuse.to_string())
}
