//! A session from the start to two clips, without any I/O: the answers are prepared. What the list
//! takes of it is shown beside it (aim: at most 50 µs without that).

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

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use ima_core::inquiry::Inquiry;
use ima_core::request::{Language, TaskType};
use play::Play;

fn session(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("session");
    let body = list::answer(3);
    group.bench_function("start to finish", |bencher| {
        let prepare = || {
            (
                play::session(),
                play::response(body.clone()),
                play::answers(),
            )
        };
        let run = |(session, list, answers)| {
            let mut play = Play::start(session);
            play.answer(list);
            for answer in answers {
                play.answer(answer);
            }
            assert_eq!(play.exchange(), None, "the session is over");
            play
        };
        bencher.iter_batched(prepare, run, BatchSize::SmallInput);
    });
    group.bench_function("the list alone", |bencher| {
        let prepare = || {
            let inquiry = Inquiry::new(TaskType::TextToMusic, Language::En, 0);
            (inquiry, play::response(body.clone()))
        };
        let run = |(inquiry, list)| {
            let mut play = Play::start(inquiry);
            play.answer(list);
            play
        };
        bencher.iter_batched(prepare, run, BatchSize::SmallInput);
    });
    group.finish();
}

criterion_group!(benches, session);
criterion_main!(benches);
