//! The model sees what it is there to see: each promise is broken on purpose, and found broken.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test"
)]

use ima_model::{Invariant, Options, Sabotage, play};
use std::collections::BTreeSet;

/// Within how many seeds each is found.
const SEEDS: u64 = 1_000;

#[test]
fn every_sabotage_is_found_by_each_promise_that_it_breaks() {
    for sabotage in Sabotage::ALL {
        for invariant in sabotage.breaks() {
            let options = Options {
                sabotage: Some(sabotage),
                only: Some(*invariant),
                ..Options::default()
            };
            let found = (0..SEEDS).find(|seed| play(*seed, options).violation.is_some());
            let seed = found.unwrap_or_else(|| panic!("{invariant:?} misses {sabotage:?}"));
            println!("{sabotage:?} breaks {invariant:?}: seed {seed}");
        }
    }
}

#[test]
fn every_promise_is_broken_by_a_sabotage() {
    let broken = Sabotage::ALL.iter().flat_map(|sabotage| sabotage.breaks());
    let broken: BTreeSet<_> = broken.copied().collect();
    assert_eq!(broken, BTreeSet::from(Invariant::ALL));
}
