//! Generations beside a component that takes all the computing time it gets: they get their turn or
//! a typed error, and so do the other tasks of the process. Each test has one thread: were it held,
//! nothing else would move.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::time::Duration;

use ima_host::types::{Charge, Language};
use ima_host::{ComponentSource, Error, Isolation, Limit, Limits};
use ima_test_kit::{HOSTILE_MACHINE, Stage, crime, try_play, with_endless_start};

const ISOLATIONS: [Isolation; 2] = [Isolation::PerGeneration, Isolation::Shared];

fn computing(milliseconds: u64) -> Limits {
    Limits {
        cpu: Duration::from_millis(milliseconds),
        ..Limits::default()
    }
}

/// The result of `work`, and how many steps another task made meanwhile.
async fn counting<T>(work: impl Future<Output = T>) -> (T, u32) {
    let mut steps = 0;
    let count = async {
        loop {
            steps += 1;
            tokio::task::yield_now().await;
        }
    };
    let done = tokio::select! {
        biased;
        done = work => done,
        () = count => unreachable!("it counts on"),
    };
    (done, steps)
}

#[tokio::test]
async fn another_task_goes_on_while_two_sessions_burn_computing_time() {
    for isolation in ISOLATIONS {
        let stage = Stage::hostile_machine(isolation, computing(100)).await;
        let first = stage.runtime.start(crime("loop")).await.unwrap();
        let second = stage.runtime.start(crime("loop")).await.unwrap();
        let burning = async { tokio::join!(try_play(first), try_play(second)) };
        let ((first, second), steps) = counting(burning).await;
        assert!(first.1.is_some() && second.1.is_some());
        assert!(steps >= 20, "{steps}");
    }
}

#[tokio::test]
async fn another_task_goes_on_whatever_two_components_do() {
    // Many short steps: a task is made to let others go on after some hundred of them.
    let limits = || Limits {
        requests: 1_000,
        events: 1_000,
        ..computing(100)
    };
    for name in ["toil", "spin", "chatter", "allocate", "many-refused"] {
        for isolation in ISOLATIONS {
            let stage = Stage::hostile_machine(isolation, limits()).await;
            let first = stage.runtime.start(crime(name)).await.unwrap();
            let second = stage.runtime.start(crime(name)).await.unwrap();
            let busy = async { tokio::join!(try_play(first), try_play(second)) };
            let (_, steps) = counting(busy).await;
            assert!(steps >= 3, "{name}, {isolation:?}: {steps}");
        }
    }
}

#[tokio::test]
async fn a_start_function_without_end_is_stopped_and_holds_nothing_up() {
    for isolation in ISOLATIONS {
        let source = ComponentSource::Bytes(with_endless_start(HOSTILE_MACHINE));
        let stage = Stage::with(|builder| {
            let builder = builder.component(source).limits(computing(100));
            builder.isolation(isolation)
        })
        .await;
        let (started, steps) = counting(stage.runtime.start(crime("behave"))).await;
        match started {
            Err(Error::Limit { limit, aftermath }) => {
                assert_eq!((limit, aftermath.charge), (Limit::Cpu, Charge::No));
            }
            other => panic!("{other:?}"),
        }
        assert!(steps >= 20, "{steps}");
        let (voices, steps) = counting(stage.runtime.voices(Language::En)).await;
        assert!(matches!(voices, Err(Error::Limit { .. })), "{voices:?}");
        assert!(steps >= 20, "{steps}");
    }
}

#[tokio::test]
async fn a_session_in_the_instance_of_one_that_never_returns_gets_its_turn_or_a_typed_error() {
    let stage = Stage::hostile_machine(Isolation::Shared, computing(100)).await;
    let quiet = stage.runtime.start(crime("behave")).await.unwrap();
    let burning = stage.runtime.start(crime("loop")).await.unwrap();
    let burning = tokio::spawn(try_play(burning));
    // Now it is inside.
    tokio::task::yield_now().await;
    match try_play(quiet).await {
        (events, None) => assert!(!events.is_empty()),
        (_, Some(Error::Trap { aftermath, .. } | Error::Limit { aftermath, .. })) => {
            assert_eq!(aftermath.charge, Charge::No);
        }
        (_, other) => panic!("{other:?}"),
    }
    let (_, error) = burning.await.unwrap();
    assert!(
        matches!(
            error,
            Some(Error::Limit {
                limit: Limit::Cpu,
                ..
            })
        ),
        "{error:?}"
    );
    // The instance is not used again.
    let answer = stage.report(&crime("behave")).await;
    assert!(answer.starts_with("answered 200"), "{answer}");
}

#[tokio::test]
async fn a_session_in_an_instance_of_its_own_does_not_wait_for_one_that_never_returns() {
    let stage = Stage::hostile_machine(Isolation::PerGeneration, computing(600_000)).await;
    let burning = stage.runtime.start(crime("loop")).await.unwrap();
    let burning = tokio::spawn(try_play(burning));
    tokio::task::yield_now().await;
    let answer = stage.report(&crime("behave")).await;
    assert!(answer.starts_with("answered 200"), "{answer}");
    assert!(!burning.is_finished());
    burning.abort();
}

#[tokio::test]
async fn a_generation_dropped_in_the_middle_of_a_call_leaves_its_neighbours_alone() {
    let stage = Stage::hostile_machine(Isolation::Shared, Limits::default()).await;
    let mut neighbour = stage.runtime.start(crime("behave")).await.unwrap();
    let mut toiling = stage.runtime.start(crime("toil")).await.unwrap();
    tokio::select! {
        biased;
        event = toiling.next_event() => panic!("it was done at once: {event:?}"),
        // It computes, and made room for this.
        () = tokio::task::yield_now() => {}
    }
    drop(toiling);
    neighbour.outcome().await.unwrap();
    // The instance goes on with what comes.
    let answer = stage.report(&crime("behave")).await;
    assert!(answer.starts_with("answered 200"), "{answer}");
}

#[tokio::test]
async fn a_session_that_never_waits_leaves_room_for_others() {
    for isolation in ISOLATIONS {
        let stage = Stage::hostile_machine(isolation, computing(600_000)).await;
        let mut other = stage.runtime.start(crime("behave")).await.unwrap();
        let mut spin = stage.runtime.start(crime("spin")).await.unwrap();
        let spinning = tokio::spawn(async move { spin.outcome().await });
        other.outcome().await.unwrap();
        assert!(!spinning.is_finished());
        spinning.abort();
    }
}

#[tokio::test]
async fn a_session_that_spends_its_time_in_small_steps_takes_no_other_down() {
    let stage = Stage::hostile_machine(Isolation::Shared, computing(50)).await;
    let mut other = stage.runtime.start(crime("behave")).await.unwrap();
    let spin = stage.runtime.start(crime("spin")).await.unwrap();
    let (_, error) = try_play(spin).await;
    assert!(
        matches!(
            error,
            Some(Error::Limit {
                limit: Limit::Cpu,
                ..
            })
        ),
        "{error:?}"
    );
    other.outcome().await.unwrap();
}

#[tokio::test]
async fn a_large_session_does_not_take_its_neighbours_down() {
    let limits = Limits {
        memory: 8 << 20,
        ..Limits::default()
    };
    let stage = Stage::hostile_machine(Isolation::Shared, limits).await;
    let mut small = stage.runtime.start(crime("behave")).await.unwrap();
    let mut large = crime("allocate");
    large.model_id = Some("m".repeat(1 << 16));
    let generation = stage.runtime.start(large).await.unwrap();
    let (_, error) = try_play(generation).await;
    assert!(matches!(error, Some(Error::Limit { .. })), "{error:?}");
    small.outcome().await.unwrap();
}
