//! Generations that are cancelled or dropped, wherever they stand.

use super::*;

#[tokio::test]
async fn cancelling_before_create_ends_at_once_and_costs_nothing() {
    let bench = Bench::new(|_| Reply::Stall(Vec::new())).await;
    let mut generation = bench.start().await;
    let canceller = generation.canceller();
    let (outcome, ()) = tokio::join!(generation.outcome(), async {
        bench.server.saw("list").await;
        canceller.cancel();
    });
    assert_eq!(failure(outcome.unwrap()), (Cause::Cancelled, Charge::No));
    assert_eq!(bench.server.count("create"), 0);
}

#[tokio::test]
async fn cancelling_at_the_checkpoint_costs_nothing() {
    let bench = Bench::new(service).await;
    let mut generation = bench.start().await;
    until(&mut generation, CheckpointState::Creating).await;
    generation.canceller().cancel();
    let job = generation.job().unwrap().to_owned();
    assert_eq!(
        failure(generation.outcome().await.unwrap()),
        (Cause::Cancelled, Charge::No)
    );
    assert_eq!(bench.server.count("create"), 0);
    assert_eq!(
        bench.journal.get(&job).await.unwrap().unwrap().state,
        JobState::Failed
    );
}

#[tokio::test]
async fn cancelling_while_create_is_under_way_waits_for_its_answer() {
    let (bench, gate) = gated().await;
    let mut generation = bench.start().await;
    let canceller = generation.canceller();
    let (outcome, ()) = tokio::join!(generation.outcome(), async {
        bench.server.saw("create").await;
        canceller.cancel();
        gate.send_replace(true);
    });
    assert_eq!(failure(outcome.unwrap()), (Cause::Cancelled, Charge::Yes));
    let job = bench.journal.get("task_1").await.unwrap().unwrap();
    assert_eq!(job.state, JobState::Waiting);
    assert_eq!(bench.server.count("create"), 1);
}

#[tokio::test]
async fn cancelling_while_waiting_ends_at_once_and_can_be_resumed_for_nothing() {
    let gate = watch::Sender::new(false);
    let opening = gate.subscribe();
    let bench = Bench::new(move |request| match request.operation() {
        // The first question for the task is never answered.
        "detail" if !*opening.borrow() => Reply::Stall(Vec::new()),
        _ => service(request),
    })
    .await;
    let mut generation = bench.start().await;
    let canceller = generation.canceller();
    let (outcome, ()) = tokio::join!(generation.outcome(), async {
        bench.server.saw("detail").await;
        canceller.cancel();
    });
    let Outcome::Failure(failure) = outcome.unwrap() else {
        panic!()
    };
    assert_eq!(
        (failure.cause, failure.charge),
        (Cause::Cancelled, Charge::Yes)
    );

    gate.send_replace(true);
    let mut resumed = bench.runtime.resume(Resume::job("task_1")).await.unwrap();
    assert!(matches!(
        resumed.outcome().await.unwrap(),
        Outcome::Success(_)
    ));
    assert_eq!(bench.server.count("create"), 1);
    let mut again = bench
        .runtime
        .resume(Resume::continuation(failure.continuation.unwrap()))
        .await
        .unwrap();
    assert!(matches!(
        again.outcome().await.unwrap(),
        Outcome::Success(_)
    ));
}

#[tokio::test]
async fn a_dropped_call_of_next_loses_nothing() {
    let (bench, gate) = gated().await;
    let mut generation = create_under_way(&bench).await;
    gate.send_replace(true);
    assert!(matches!(
        generation.outcome().await.unwrap(),
        Outcome::Success(_)
    ));
    assert_eq!(bench.server.count("create"), 1);
}

#[tokio::test]
async fn a_generation_dropped_while_create_is_under_way_is_still_journalled() {
    let (bench, gate) = gated().await;
    let generation = create_under_way(&bench).await;
    drop(generation);
    gate.send_replace(true);
    let journalled = async {
        while bench.journal.get("task_1").await.unwrap().is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), journalled)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_key_is_read_once_for_a_generation() {
    let bench = Bench::new(service).await;
    let reads = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let runtime = Runtime::builder()
        .origin(&bench.server.origin())
        .credential(Credential::provider(move || {
            let first = reads.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
            first.then(|| "ima_test_key".into())
        }))
        .cache_folder(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/test-cache"))
        .build()
        .await
        .unwrap();
    let mut generation = runtime.start(request()).await.unwrap();
    until(&mut generation, CheckpointState::Waiting).await;
    // The cancellation comes in the middle of a call, which takes a fresh instance.
    let canceller = generation.canceller();
    let (outcome, ()) = tokio::join!(generation.outcome(), async { canceller.cancel() });
    assert_eq!(failure(outcome.unwrap()), (Cause::Cancelled, Charge::Yes));
}

#[tokio::test]
async fn cancelling_a_create_request_that_waits_for_its_turn_costs_nothing() {
    let gate = watch::Sender::new(false);
    let opening = gate.subscribe();
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let bench = Bench::with(limits, move |request| match request.operation() {
        "create" => Reply::Gated(opening.clone(), answer(CREATED)),
        _ => service(request),
    })
    .await;
    let mut waiting = bench.start().await;
    until(&mut waiting, CheckpointState::Creating).await;
    let mut busy = create_under_way(&bench).await;
    let canceller = waiting.canceller();
    let (outcome, ()) = tokio::join!(waiting.outcome(), async {
        tokio::task::yield_now().await;
        canceller.cancel();
    });
    assert_eq!(failure(outcome.unwrap()), (Cause::Cancelled, Charge::No));
    assert_eq!(bench.server.count("create"), 1);
    gate.send_replace(true);
    let outcome = busy.outcome().await.unwrap();
    assert!(matches!(outcome, Outcome::Success(_)), "{outcome:?}");
}
