//! The list of models: from the answer to a model that can be priced, against what `serde_json`
//! needs to make a `Value` of the same bytes (aim: at most 0.7 times).
//!
//! Neither side is billed for dropping what it made.

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

use criterion::{
    BatchSize, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use ima_core::catalogue::Leaf;
use ima_core::http::HttpResponse;
use ima_core::inquiry::Inquiry;
use ima_core::pump::Input;
use ima_core::request::{Language, TaskType};
use play::Play;

/// An inquiry that waits for its answer, and the answer.
fn asked(body: &[u8]) -> (Play<Inquiry>, HttpResponse) {
    let inquiry = Inquiry::new(TaskType::TextToMusic, Language::En, 0);
    (Play::start(inquiry), play::response(body.to_vec()))
}

/// Reads the answer and takes a model out of it.
fn find((mut play, response): (Play<Inquiry>, HttpResponse)) -> Option<(Play<Inquiry>, Leaf)> {
    let exchange = play.exchange()?;
    play.handle(Input::Response { exchange, response });
    let leaf = play.machine.catalogue().ok()?.find("sonic", None)?;
    Some((play, leaf))
}

fn catalogue(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("catalogue");
    for leaves in [10, 1_000, 100_000] {
        let body = list::answer(leaves);
        assert!(find(asked(&body)).is_some(), "the list is read");
        group.throughput(Throughput::Bytes(body.len() as u64));
        if leaves > 1_000 {
            group.sample_size(10).sampling_mode(SamplingMode::Flat);
        }
        group.bench_function(BenchmarkId::new("find", leaves), |bencher| {
            bencher.iter_batched(|| asked(&body), find, BatchSize::PerIteration);
        });
        group.bench_function(BenchmarkId::new("value", leaves), |bencher| {
            let value = |body: Vec<u8>| serde_json::from_slice::<serde_json::Value>(&body);
            bencher.iter_batched(|| body.clone(), value, BatchSize::PerIteration);
        });
    }
    group.finish();
}

criterion_group!(benches, catalogue);
criterion_main!(benches);
