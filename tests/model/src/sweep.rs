//! Many seeds on several threads.

use crate::{Coverage, Options, Violation, play};
use std::ops::Range;
use std::thread;

/// What a range of seeds came to.
#[derive(Clone, Debug, Default)]
pub struct Sweep {
    /// How many seeds were played.
    pub played: u64,
    /// The first failing seed of each thread, in order.
    pub failures: Vec<(u64, Violation)>,
    /// What all of them reached.
    pub coverage: Coverage,
}

impl Sweep {
    /// What to tell about each failing seed: the promise, and the command that replays it.
    pub fn complaints(&self) -> String {
        let complaint = |(seed, violation): &(u64, Violation)| {
            format!("seed {seed}: {violation}\n  cargo xtask soak --seed {seed} --trace\n")
        };
        self.failures.iter().map(complaint).collect()
    }

    fn merge(&mut self, other: Self) {
        self.played += other.played;
        self.failures.extend(other.failures);
        self.failures.sort_by_key(|(seed, _)| *seed);
        self.coverage.merge(&other.coverage);
    }
}

/// Plays every seed of a range; each thread stops at its first failing one.
pub fn sweep(seeds: Range<u64>, options: Options) -> Sweep {
    let threads = thread::available_parallelism().map_or(2, |threads| threads.get() as u64);
    let mut whole = Sweep::default();
    thread::scope(|scope| {
        let every = |first: u64| seeds.clone().skip(first as usize).step_by(threads as usize);
        let workers: Vec<_> = (0..threads)
            .map(|first| scope.spawn(move || one_thread(every(first), options)))
            .collect();
        for worker in workers {
            match worker.join() {
                Ok(part) => whole.merge(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    whole
}

fn one_thread(seeds: impl Iterator<Item = u64>, options: Options) -> Sweep {
    let mut sweep = Sweep::default();
    for seed in seeds {
        let report = play(seed, options);
        sweep.played += 1;
        sweep.coverage.merge(&report.coverage);
        if let Some(violation) = report.violation {
            sweep.failures.push((seed, violation));
            break;
        }
    }
    sweep
}

/// The seeds that once failed, oldest first (`seeds.txt`: one a line, `#` begins a comment).
pub fn known_seeds() -> Vec<u64> {
    let lines = include_str!("../seeds.txt").lines();
    let numbers = lines.filter_map(|line| line.split('#').next()?.trim().parse().ok());
    numbers.collect()
}
