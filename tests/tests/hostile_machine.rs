//! The shared instance against a component that misbehaves: every session of it is held to the same
//! policy and limits as an instance of its own.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::time::Duration;

use ima_host::types::{Charge, Request};
use ima_host::{ComponentSource, Error, Limit, Limits};
use ima_tests::{HOSTILE_MACHINE, Stage, crime, song, try_play};

async fn stage(limits: Limits) -> Stage {
    let source = ComponentSource::Bytes(HOSTILE_MACHINE.to_vec());
    Stage::with(|builder| builder.machine(source).limits(limits)).await
}

async fn error(stage: &Stage, name: &str) -> Error {
    let generation = stage.runtime.start(&crime(name)).await.unwrap();
    match try_play(generation).await {
        (_, Some(error)) => error,
        other => panic!("{name}: {other:?}"),
    }
}

async fn stopped(stage: &Stage, name: &str) -> Limit {
    match error(stage, name).await {
        Error::Limit { limit, aftermath } => {
            assert_eq!(aftermath.charge, Charge::No, "{name}");
            limit
        }
        other => panic!("{name}: {other:?}"),
    }
}

#[tokio::test]
async fn nothing_but_the_service_is_reached() {
    let stage = stage(Limits::default()).await;
    assert!(
        stage
            .report(&crime("behave"))
            .await
            .starts_with("answered 200")
    );
    for name in [
        "other-path",
        "other-host",
        "other-port",
        "no-path",
        "other-method",
        "create-unasked",
        "huge-request",
    ] {
        assert_eq!(
            stage.report(&crime(name)).await,
            "failed Sent::No",
            "{name}"
        );
    }
    assert_eq!(stage.control.requests().len(), 1);
    // What is no address at all has nothing that could be written down.
    assert_eq!(stage.runtime.refusals().len(), 6);
}

#[tokio::test]
async fn a_key_of_its_own_is_replaced() {
    let stage = stage(Limits::default()).await;
    assert!(
        stage
            .report(&crime("own-key"))
            .await
            .starts_with("answered 200")
    );
    let requests = stage.control.requests();
    let keys: Vec<_> = requests[0]
        .headers
        .iter()
        .filter(|(name, _)| name == "authorization")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(keys, ["Bearer ima_demo_key"]);
}

#[tokio::test]
async fn requests_without_end_are_stopped() {
    let stage = stage(Limits {
        requests: 100,
        ..Limits::default()
    })
    .await;
    assert_eq!(stopped(&stage, "many-requests").await, Limit::Requests);
    assert_eq!(stage.control.requests().len(), 100);
}

#[tokio::test]
async fn computing_without_end_is_stopped_in_one_step_and_in_many() {
    let stage = stage(Limits {
        cpu: Duration::from_millis(50),
        ..Limits::default()
    })
    .await;
    for name in ["loop", "spin"] {
        assert_eq!(stopped(&stage, name).await, Limit::Cpu, "{name}");
    }
}

#[tokio::test]
async fn a_session_that_never_waits_leaves_room_for_others() {
    let stage = stage(Limits {
        cpu: Duration::from_secs(600),
        ..Limits::default()
    })
    .await;
    let mut other = stage.runtime.start(&crime("behave")).await.unwrap();
    let mut spin = stage.runtime.start(&crime("spin")).await.unwrap();
    // On one thread: were there no room, the other would not come to its turn.
    let spinning = tokio::spawn(async move { spin.outcome().await });
    other.outcome().await.unwrap();
    assert!(!spinning.is_finished());
    spinning.abort();
}

#[tokio::test]
async fn a_session_that_spends_its_time_in_small_steps_takes_no_other_down() {
    let stage = stage(Limits {
        cpu: Duration::from_millis(50),
        ..Limits::default()
    })
    .await;
    let mut other = stage.runtime.start(&crime("behave")).await.unwrap();
    assert_eq!(stopped(&stage, "spin").await, Limit::Cpu);
    other.outcome().await.unwrap();
}

#[tokio::test]
async fn memory_and_stack_without_end_are_refused() {
    let stage = stage(Limits {
        memory: 8 << 20,
        ..Limits::default()
    })
    .await;
    assert_eq!(stopped(&stage, "allocate").await, Limit::Memory);
    assert_eq!(stopped(&stage, "recurse").await, Limit::Stack);
    assert!(
        stage
            .report(&crime("behave"))
            .await
            .starts_with("answered 200")
    );
}

#[tokio::test]
async fn what_breaks_the_contract_is_an_error_and_no_end() {
    let stage = stage(Limits::default()).await;
    for name in ["trap", "misuse", "silence"] {
        match error(&stage, name).await {
            Error::Trap { aftermath, .. } => assert_eq!(aftermath.charge, Charge::No, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_large_session_does_not_take_its_neighbours_down() {
    let stage = stage(Limits {
        memory: 8 << 20,
        ..Limits::default()
    })
    .await;
    let mut small = stage.runtime.start(&crime("behave")).await.unwrap();
    let large = Request {
        model_id: Some("m".repeat(1 << 16)),
        ..crime("allocate")
    };
    let generation = stage.runtime.start(&large).await.unwrap();
    let (_, error) = try_play(generation).await;
    assert!(matches!(error, Some(Error::Limit { .. })), "{error:?}");
    small.outcome().await.unwrap();
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_anything_is_sent() {
    let limits = Limits {
        input_size: 1_000,
        ..Limits::default()
    };
    let stage = stage(limits).await;
    let large = Request {
        prompt: "x".repeat(1_001),
        ..song()
    };
    match stage.runtime.start(&large).await {
        Err(Error::TooLarge { size, most }) => assert_eq!((size, most), (1_001, 1_000)),
        other => panic!("{other:?}"),
    }
    let quoted = stage.runtime.quote(&large).await;
    assert!(matches!(quoted, Err(Error::TooLarge { .. })), "{quoted:?}");
    let continuation = "x".repeat(8_001);
    let resumed = stage
        .runtime
        .resume(&continuation, ima_host::types::OnUnknown::Report)
        .await;
    assert!(
        matches!(resumed, Err(Error::TooLarge { .. })),
        "{resumed:?}"
    );
    assert_eq!(stage.control.requests().len(), 0);
}
