//! One run: the world's clock, and what happens between the driver, the network and the service.

mod crash;
mod output;
mod user;

use crate::coverage::Coverage;
use crate::driver::Driver;
use crate::invariant::Invariant::{Endless, KeyHeld, MisuseUntrue, SnapshotUnfaithful};
use crate::invariant::{Violation, Watch};
use crate::network::{End, Message, Network};
use crate::random::Random;
use crate::sabotage::{Sabotage, Saboteur};
use crate::scenario::{Odds, Scenario};
use crate::service::{KEY, Service};
use crate::trace::Trace;
use crate::twin::Twin;
use crate::witness::Witness;
use ima_core::Millis;
use ima_core::http::ExchangeId;
use ima_core::outcome::Outcome;
use ima_core::pump::{Command, Misuse, Output};
use std::collections::VecDeque;

/// More steps than any run takes, whatever happens in it.
const STEPS: u32 = 20_000;

/// A run in the making.
#[derive(Debug)]
pub(crate) struct Simulation {
    watch: Watch,
    now: Millis,
    random: Random,
    pub(crate) trace: Trace,
    pub(crate) coverage: Coverage,
    odds: Odds,
    service: Service,
    network: Network,
    driver: Driver,
    witness: Witness,
    saboteur: Saboteur,
    /// Answers that reached the driver and were not handed in yet.
    inbox: VecDeque<(ExchangeId, End)>,
    crashes_left: u32,
    resumes_left: u32,
    /// Inputs so far.
    inputs: u64,
    twin_after: Option<u64>,
    twin: Option<Twin>,
    /// When the present session began.
    began: Millis,
    /// Whether a create request of the present session was refused.
    amended: bool,
    outcome: Option<Outcome>,
}

impl Simulation {
    /// `None` where the request cannot be priced against any catalogue.
    pub(crate) fn new(seed: u64, traced: bool, saboteur: Saboteur, watch: Watch) -> Option<Self> {
        let mut random = Random::new(seed);
        let scenario = Scenario::draw(&mut random);
        let mut trace = Trace::new(traced);
        trace.note(0, "seed", || format!("{seed}: {scenario:?}"));
        let witness = Witness::new(scenario.request.budget, scenario.patience(), watch);
        let offset = random.below(1 << 40);
        Some(Self {
            watch,
            now: 0,
            trace,
            coverage: Coverage::default(),
            odds: scenario.odds,
            service: Service::new(scenario.plan, saboteur),
            network: Network::new(saboteur.is(Sabotage::TimeoutTrusted)),
            driver: Driver::new(scenario.request, scenario.settings, offset, saboteur, watch)?,
            witness,
            saboteur,
            inbox: VecDeque::new(),
            crashes_left: 8,
            resumes_left: 4,
            inputs: 0,
            twin_after: scenario.twin_after,
            twin: None,
            began: 0,
            amended: false,
            outcome: None,
            random,
        })
    }

    /// Plays it to its end.
    pub(crate) fn run(&mut self) -> Result<(), Violation> {
        self.witness.restored(None, self.driver.clock(self.now));
        self.command(Command::Start)?;
        let mut steps = 0;
        while self.step()? {
            steps += 1;
            if steps > STEPS {
                return Err(Endless.broken("too many steps"));
            }
        }
        // What is still under way may reach the service after everybody went home.
        while let Some(at) = self.network.next_at() {
            self.advance(at);
            self.check()?;
        }
        self.witness.settled(&self.service.ledger)
    }

    /// Whether something happens that is not to happen once all is calm.
    fn happens(&mut self, permille: u64) -> bool {
        self.twin.is_none() && self.random.chance(permille)
    }

    fn check(&self) -> Result<(), Violation> {
        let clock = self.driver.clock(self.now);
        self.witness
            .check(&self.service.ledger, self.driver.durable(), clock)
    }

    /// One output of the session, or something that comes in between. Tells whether it goes on.
    fn step(&mut self) -> Result<bool, Violation> {
        self.check()?;
        if self.crashes("between two outputs")? {
            return Ok(true);
        }
        if !self.witness.is_finished() && self.happens(self.odds.cancel) {
            self.cancel()?;
        }
        if self.happens(self.odds.late) {
            self.pause()?;
        }
        match self.driver.poll() {
            None => Ok(true),
            Some(Output::Event(event)) => self.event(event).map(|()| true),
            Some(Output::Transmit(transmit)) => self.transmit(transmit).map(|()| true),
            Some(Output::Wait(until)) => self.wait(until).map(|()| true),
            Some(Output::Done) => self.done(),
        }
    }

    /// Lets time pass: the service acts on what arrives, and answers pile up at the driver.
    fn advance(&mut self, to: Millis) {
        while let Some((at, message)) = self.network.arrived(to) {
            self.now = self.now.max(at);
            match message {
                Message::Request(parcel) => {
                    let authorization = format!("Bearer {KEY}");
                    let (service, now) = (&mut self.service, self.now);
                    let reply = service.handle(
                        parcel.endpoint,
                        &parcel.request,
                        &authorization,
                        parcel.permit,
                        now,
                    );
                    self.trace.note(now, "service", || {
                        format!("{} {:?}", parcel.endpoint.name(), reply.meaning)
                    });
                    self.network.answer(&parcel, reply, now, &mut self.random);
                }
                Message::End(life, exchange, end) if life == self.driver.life => {
                    self.inbox.push_back((exchange, *end));
                }
                Message::End(..) => {}
            }
        }
        self.now = self.now.max(to);
    }

    /// The driver is slow; afterwards it may look at its inbox or its clock before it goes on.
    fn pause(&mut self) -> Result<(), Violation> {
        let span = match self.random.below(12) {
            0 => self.random.below(90_000),
            1..=3 => self.random.below(5_000),
            _ => self.random.below(100),
        };
        self.coverage.reach("driver", "slow");
        self.trace
            .note(self.now, "driver", || format!("slow for {span} ms"));
        self.advance(self.now + span);
        self.witness.late(span);
        if self.witness.is_finished() {
            return Ok(());
        }
        match self.random.below(4) {
            0 => {
                self.coverage.reach("driver", "answer between outputs");
                self.take_answer().map(|_| ())
            }
            1 => {
                self.coverage.reach("driver", "woken between outputs");
                self.wake()
            }
            _ => Ok(()),
        }
    }

    /// The session has nothing to do before `until`, unless an answer comes.
    fn wait(&mut self, until: Millis) -> Result<(), Violation> {
        let clock = self.driver.clock(self.now);
        self.trace
            .note(self.now, "< wait", || self.driver.world(until));
        self.witness.waits(until, clock, self.driver.durable())?;
        if self.take_answer()? {
            return Ok(());
        }
        let until = self.driver.world(until).max(self.now);
        let next = self.network.next_at();
        let horizon = next.unwrap_or(until).min(until);
        if self.happens(self.odds.cancel) {
            self.now = self.random.between(self.now, horizon);
            return self.cancel();
        }
        if self.may_crash() && self.happens(self.odds.crash) {
            self.now = self.random.between(self.now, horizon);
            return self.crash("waiting");
        }
        if let Some(at) = next
            && (at < until || (at == until && self.random.chance(500)))
        {
            self.advance(at);
            return self.take_answer().map(|_| ());
        }
        let late = if self.happens(self.odds.late) {
            self.coverage.reach("driver", "woken late");
            self.random.below(40_000)
        } else {
            0
        };
        self.advance(until + late);
        self.witness.late(late);
        if self.random.chance(500) && self.take_answer()? {
            return Ok(());
        }
        self.wake()
    }

    fn wake(&mut self) -> Result<(), Violation> {
        self.trace.note(self.now, "> timeout", String::new);
        let told = self.driver.wake(self.now).map_err(unexpected)?;
        self.witness.timed_out(told);
        self.took_input()
    }

    /// Hands in the first answer that the driver has. Tells whether there was one.
    fn take_answer(&mut self) -> Result<bool, Violation> {
        let Some((exchange, end)) = self.inbox.pop_front() else {
            return Ok(false);
        };
        let end = match end {
            End::Answer(reply) => End::Answer(self.driver.redact(reply)),
            End::Failure(failure) => End::Failure(failure),
        };
        let mut clock = self.driver.clock(self.now);
        if self.happens(self.odds.late) {
            self.coverage.reach("driver", "clock went back");
            clock = clock.saturating_sub(self.random.below(5_000));
        }
        self.trace.note(self.now, "> end", || match &end {
            End::Answer(reply) => {
                let (status, wait, meaning) = (reply.status, reply.retry_after, &reply.meaning);
                format!(
                    "{} {status} {wait:?} {meaning:?} {:?}",
                    exchange.0, reply.body
                )
            }
            End::Failure(failure) => format!("{} {failure:?}", exchange.0),
        });
        let told = self.driver.end(exchange, &end, clock).map_err(unexpected)?;
        let behind = self.driver.clock(self.now).saturating_sub(told);
        if !self.witness.ended(exchange, &end, told) {
            self.coverage
                .reach("driver", "answer that nobody waits for");
        }
        self.witness.late(behind);
        self.took_input()?;
        Ok(true)
    }

    fn command(&mut self, command: Command) -> Result<(), Violation> {
        self.trace
            .note(self.now, "> command", || format!("{command:?}"));
        self.driver.command(command, self.now).map_err(unexpected)?;
        self.took_input()
    }

    /// After every input the snapshot must say where the session stands, and another session must
    /// be able to go on from it.
    fn took_input(&mut self) -> Result<(), Violation> {
        self.inputs += 1;
        let snapshot = self.driver.snapshot();
        self.witness.snapshot(&snapshot)?;
        self.watch
            .require(KeyHeld, !snapshot.contains(KEY), || snapshot.clone())?;
        let twin = self.driver.twin()?;
        self.watch
            .require(SnapshotUnfaithful, twin.snapshot() == snapshot, || {
                format!("{snapshot} became {}", twin.snapshot())
            })?;
        let again = twin.may_create_again() || !self.driver.may_create_again();
        self.watch.require(SnapshotUnfaithful, again, || {
            "only the snapshotted session may create again".to_owned()
        })?;
        if self.twin_after.is_some_and(|after| self.inputs >= after)
            && self.twin.is_none()
            && self.witness.is_going()
            && self.service.is_settled(self.now)
        {
            let undisturbed = !self.amended && !self.witness.is_waiting_for_an_answer();
            let comparable = undisturbed && self.service.is_settled(self.began);
            self.trace.note(self.now, "twin", || snapshot.clone());
            let twin = Twin::play(
                twin,
                &snapshot,
                self.service.clone(),
                self.now,
                comparable,
                self.watch,
            )?;
            self.coverage.reach("twin", twin.stage());
            self.twin = Some(twin);
            self.twin_after = Some(self.inputs);
        }
        Ok(())
    }
}

/// A proper input that the session calls misuse.
fn unexpected(misuse: Misuse) -> Violation {
    MisuseUntrue.broken(misuse.to_string())
}
