//! The same script gives the same outputs natively and in the sandbox.

#![allow(clippy::unwrap_used, reason = "tests")]

use ima_machine_tests::machines::{Command, Input, Output, Sent};
use ima_machine_tests::service::{answer, failure, song, song_with_options, success, usual};
use ima_machine_tests::types::{Event, Outcome, Request};
use ima_machine_tests::{Instance, Native, Session};
use std::collections::BTreeSet;

const SCRIPTS: u64 = 300;

/// Bounds a script whose session does not end by itself.
const STEPS: u32 = 200;

/// A session in the sandbox and the same one outside, in step.
struct Pair<'a> {
    instance: &'a mut Instance,
    guest: Session,
    native: Native,
    seed: u64,
    now: u64,
}

impl<'a> Pair<'a> {
    fn create(instance: &'a mut Instance, request: &Request, seed: u64) -> Self {
        Self {
            guest: instance.create(request, seed).unwrap(),
            native: Native::create(request.clone(), seed).unwrap(),
            instance,
            seed,
            now: 1_000,
        }
    }

    fn handle(&mut self, input: Input) {
        let outside = self.native.handle(input.clone(), self.now);
        let inside = self.instance.handle(self.guest, &input, self.now);
        assert_eq!(inside, outside, "seed {}", self.seed);
    }

    fn poll(&mut self) -> Output {
        let (inside, outside) = (self.instance.poll(self.guest), self.native.poll());
        assert_eq!(inside, outside, "seed {}", self.seed);
        let snapshot = self.instance.snapshot(self.guest);
        assert_eq!(snapshot, self.native.snapshot(), "seed {}", self.seed);
        inside
    }

    /// Both crash and come back from what the one in the sandbox wrote, sometimes with the id of a
    /// task that only a ledger knows.
    fn crash(&mut self, adopt: bool) {
        let snapshot = self.instance.snapshot(self.guest);
        self.instance.drop(self.guest);
        if adopt {
            let adopted = self.instance.adopt(&snapshot, "task_9", self.seed);
            self.guest = adopted.unwrap();
            self.native = Native::adopt(&snapshot, "task_9", self.seed).unwrap();
            return;
        }
        self.guest = self.instance.restore(&snapshot, self.seed).unwrap();
        self.native = Native::restore(&snapshot, self.seed).unwrap();
    }
}

/// Numbers that follow from a seed (the generator of Steele, Lea and Flood, "SplitMix").
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// Plays one script and tells what kinds of output it came by.
fn play(instance: &mut Instance, seed: u64) -> BTreeSet<&'static str> {
    let mut numbers = Numbers(seed);
    let request = if seed.is_multiple_of(2) {
        song()
    } else {
        song_with_options()
    };
    let mut pair = Pair::create(instance, &request, seed);
    let mut seen = BTreeSet::new();
    pair.handle(Input::Command(Command::Start));
    for _ in 0..STEPS {
        match pair.poll() {
            Output::Event(event) => {
                seen.insert(kind(&event));
            }
            Output::Transmit(transmit) => {
                pair.now += numbers.below(3_000);
                let id = transmit.exchange;
                let input = match numbers.below(24) {
                    0 => answer(id, 429, ""),
                    1 => answer(id, 503, "<html>"),
                    2 => failure(id, Sent::No),
                    3 => failure(id, Sent::Maybe),
                    4 => answer(
                        id,
                        200,
                        r#"{"code":6009,"message":"Invalid product attribute"}"#,
                    ),
                    5 => answer(id, 200, r#"{"code":6010,"message":"\u96e8 \ud83c\udfb5"}"#),
                    6 => answer(id, 200, r#"{"code":4008}"#),
                    7 => success(id, "[1.5e3,{\"type\":3}]"),
                    8 => Input::Timeout,
                    9 => Input::Command(Command::Cancel),
                    10 => answer(id + 1_000, 200, "{}"),
                    roll => usual(&transmit, roll > 20),
                };
                pair.handle(input);
            }
            Output::Wait(until) => {
                pair.now = until.min(pair.now.saturating_add(1_000_000));
                pair.handle(Input::Timeout);
            }
            Output::Done => {
                if numbers.below(2) == 0 {
                    break;
                }
                pair.crash(numbers.below(4) == 0);
                let again = [Command::Start, Command::CreateAgain];
                pair.handle(Input::Command(
                    *again.get(numbers.below(2) as usize).unwrap(),
                ));
            }
        }
    }
    let guest = pair.guest;
    instance.drop(guest);
    seen
}

fn kind(event: &Event) -> &'static str {
    match event {
        Event::Checkpoint(_) => "checkpoint",
        Event::Message(_) => "message",
        Event::Started(_) => "started",
        Event::Progress(_) => "progress",
        Event::Fault(_) => "fault",
        Event::Attempt(_) => "attempt",
        Event::Dropped(_) => "dropped",
        Event::Finished(Outcome::Success(_)) => "success",
        Event::Finished(Outcome::Failure(_)) => "failure",
    }
}

#[test]
fn scripts_give_the_same_outputs_natively_and_in_the_sandbox() {
    let mut instance = Instance::new();
    let mut seen = BTreeSet::new();
    for seed in 0..SCRIPTS {
        seen.extend(play(&mut instance, seed));
    }
    let all = [
        "attempt",
        "checkpoint",
        "failure",
        "fault",
        "message",
        "progress",
        "started",
        "success",
    ];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), all);
}
