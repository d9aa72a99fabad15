//! What a runtime of agents relies on: generations as streams, moved between tasks, left and taken up
//! again.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::time::Duration;

use futures_util::{Stream, StreamExt};
use ima_host::types::{Cause, Event, Outcome};
use ima_host::{Canceller, Error, Generation, Journal, Runtime};
use ima_simulator::{Endpoint, Fault};
use ima_test_kit::{Stage, song};

const fn shared<T: Send + Sync + 'static>() {}
const fn sent<T: Send + Unpin + 'static>() {}
const fn streamed<T: Stream<Item = Result<Event, Error>>>() {}

// Held by the compiler.
const _: () = {
    shared::<Runtime>();
    shared::<Journal>();
    shared::<Canceller>();
    shared::<Error>();
    sent::<Generation>();
    streamed::<Generation>();
};

fn is_sent<T: Send>(future: T) -> T {
    future
}

#[tokio::test]
async fn a_generation_is_a_stream_that_ends_with_its_outcome() {
    let stage = Stage::new().await;
    let generation = is_sent(stage.runtime.start(song())).await.unwrap();
    let events: Vec<_> = is_sent(generation.collect::<Vec<_>>()).await;
    assert!(matches!(
        events.last(),
        Some(Ok(Event::Finished(Outcome::Success(_))))
    ));
    assert_eq!(stage.charges(), 1);
}

#[tokio::test]
async fn a_stream_that_waits_is_woken_by_a_cancellation() {
    let stage = Stage::new().await;
    stage.fault(
        Endpoint::ProductList,
        1,
        Fault::Delay(Duration::from_secs(3_600)),
    );
    let generation = stage.runtime.start(song()).await.unwrap();
    let canceller = generation.canceller();
    // In a task of its own nothing polls it but its waker.
    let collected = tokio::spawn(generation.collect::<Vec<_>>());
    while stage.requests(Endpoint::ProductList) == 0 {
        tokio::task::yield_now().await;
    }
    canceller.cancel();
    let events = collected.await.unwrap();
    match events.last() {
        Some(Ok(Event::Finished(Outcome::Failure(failure)))) => {
            assert_eq!(failure.cause, Cause::Cancelled);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_outcome_may_be_left_and_waited_for_again() {
    let stage = Stage::new().await;
    let mut generation = stage.runtime.start(song()).await.unwrap();
    tokio::select! {
        biased;
        outcome = is_sent(generation.outcome()) => panic!("{outcome:?}"),
        () = tokio::task::yield_now() => {}
    }
    let outcome = generation.outcome().await.unwrap();
    assert!(matches!(outcome, Outcome::Success(_)), "{outcome:?}");
    assert!(matches!(generation.outcome().await, Err(Error::Ended)));
    assert_eq!(stage.charges(), 1);
}
