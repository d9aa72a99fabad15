//! Snapshots of a session, as they are written into every checkpoint, and sessions made of them.

#![allow(
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    reason = "benchmark code"
)]

#[path = "support/list.rs"]
mod list;
#[path = "support/play.rs"]
mod play;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ima_core::session::{Session, Settings};
use play::Play;

fn snapshot(criterion: &mut Criterion) {
    let creating = || {
        let mut play = Play::start(play::session());
        play.answer(play::response(list::answer(3)));
        play
    };
    let waiting = || {
        let [created, ..] = play::answers();
        let mut play = creating();
        play.answer(created);
        play
    };
    let mut group = criterion.benchmark_group("snapshot");
    for (state, session) in [
        ("creating", creating().machine),
        ("waiting", waiting().machine),
    ] {
        group.bench_function(BenchmarkId::new("write", state), |bencher| {
            bencher.iter(|| session.snapshot());
        });
        let snapshot = session.snapshot();
        group.bench_function(BenchmarkId::new("restore", state), |bencher| {
            bencher.iter(|| Session::restore(&snapshot, Settings::default()));
        });
    }
    group.finish();
}

criterion_group!(benches, snapshot);
criterion_main!(benches);
