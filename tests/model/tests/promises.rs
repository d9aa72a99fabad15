//! Every promise holds for every seed, and the seeds reach what they are about.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test"
)]

use ima_model::{Coverage, Options, known_seeds, play, sweep};

/// What fits into two minutes of a small machine.
const SEEDS: u64 = 100_000;

const TRACED: Options = Options {
    traced: true,
    sabotage: None,
    only: None,
};

#[test]
fn seeds_that_once_failed() {
    for seed in known_seeds() {
        let report = play(seed, Options::default());
        assert_eq!(
            report.violation, None,
            "cargo xtask soak --seed {seed} --trace"
        );
    }
}

#[test]
fn every_promise_holds_and_every_situation_is_reached() {
    let swept = sweep(0..SEEDS, Options::default());
    assert!(swept.failures.is_empty(), "{}", swept.complaints());
    assert_eq!(swept.played, SEEDS);
    let missing = missing(&swept.coverage);
    assert!(missing.is_empty(), "never reached: {missing:#?}");
}

#[test]
fn a_seed_always_plays_the_same() {
    for seed in 0..200 {
        let report = play(seed, TRACED);
        assert!(!report.trace.is_empty());
        assert_eq!(report, play(seed, TRACED));
    }
}

/// The situations that were never reached, of all that there are.
fn missing(coverage: &Coverage) -> Vec<(&'static str, &'static str)> {
    let situations = SITUATIONS.iter().flat_map(|(kinds, names)| {
        let pairs = |kind| names.iter().map(move |name| (kind, *name));
        kinds.iter().copied().flat_map(pairs)
    });
    situations
        .filter(|(kind, name)| coverage.count(kind, name) == 0)
        .collect()
}

/// Kinds of situations, and the names of each.
type Situations = (&'static [&'static str], &'static [&'static str]);

const SITUATIONS: [Situations; 13] = [
    (
        &["list", "create", "detail"],
        &[
            "clean",
            "not sent",
            "lost before the service acted",
            "lost before the service acted, unnoticed",
            "answered in place of the service",
            "held beyond its deadline",
            "lost after the service acted",
            "lost after the service acted, unnoticed",
            "answered after its deadline",
            "body cut, unnoticed",
            "answer cut off",
            "answer too large",
            "answer replaced",
            "answered twice",
            "not sent, as a code says",
            "lost after the service acted, as a code says",
        ],
    ),
    (&["list", "detail"], &["asked twice"]),
    (
        &["event"],
        &[
            "checkpoint creating",
            "checkpoint waiting",
            "message",
            "started",
            "progress",
            "fault listing",
            "fault creating",
            "fault waiting",
            "attempt accepted",
            "attempt refused",
            "amended",
            "amended after a fresh list",
            "amended to the defaults",
            "dropped",
            "finished",
        ],
    ),
    (&["success"], &["one", "several"]),
    // What ends a run before a task exists, also where an earlier create request is in doubt.
    (
        &["charge no", "charge unknown"],
        &[
            "unauthorized",
            "insufficient points",
            "subscription required",
            "over budget",
            "price changed",
            "no price",
            "refused",
            "rate limited",
            "unavailable",
            "network",
            "cancelled",
        ],
    ),
    (&["charge no"], &["unknown model", "invalid"]),
    (&["charge unknown"], &["outcome unknown"]),
    (
        &["charge yes"],
        &[
            "unauthorized",
            "task failed",
            "task failed in part",
            "task failed by status",
            "task failed for its content",
            "unknown task",
            "deadline",
            "deadline in part",
            "cancelled",
        ],
    ),
    (
        &["crash"],
        &[
            "between two outputs",
            "before a checkpoint is durable",
            "before a request is sent",
            "before the outcome is recorded",
            "waiting",
        ],
    ),
    (
        &["crash at", "user cancels"],
        &[
            "before the create request",
            "create request under way",
            "in doubt",
            "before another create request",
            "waiting",
        ],
    ),
    (
        &["user"],
        &[
            "creates again",
            "creates again in another session",
            "creates again after a crash",
            "resumes from the failure",
            "resumes from the journal",
            "adopts a task",
            "adopts a task after a crash",
            "cancels after a crash",
        ],
    ),
    (
        &["driver"],
        &[
            "slow",
            "woken late",
            "woken between outputs",
            "answer between outputs",
            "answer that nobody waits for",
            "clock went back",
            "misuse",
        ],
    ),
    (&["twin"], &["asked", "creating", "waiting"]),
];
