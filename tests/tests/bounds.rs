//! What bounds a generation as a whole, against a component of world `machine` that keeps to
//! nothing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::time::Duration;

use ima_host::types::Charge;
use ima_host::{Clock, ComponentSource, Credential, Error, Isolation, Limit, Limits, Runtime};
use ima_test_kit::{HOSTILE_MACHINE, Stage, cache, crime, try_play};

const ISOLATIONS: [Isolation; 2] = [Isolation::PerGeneration, Isolation::Shared];

/// How many events came before the limit that stopped a crime, which cost nothing.
async fn stopped(runtime: &Runtime, name: &str) -> (usize, Limit) {
    let generation = runtime.start(crime(name)).await.unwrap();
    match try_play(generation).await {
        (events, Some(Error::Limit { limit, aftermath })) => {
            assert_eq!(aftermath.charge, Charge::No);
            (events.len(), limit)
        }
        other => panic!("{other:?}"),
    }
}

/// A runtime on the clock of the system.
async fn unhurried(isolation: Isolation, limits: Limits) -> Runtime {
    Runtime::builder()
        .component(ComponentSource::Bytes(HOSTILE_MACHINE.to_vec()))
        .isolation(isolation)
        .limits(limits)
        .credential(Credential::literal("ima_key"))
        .clock(Clock::system())
        .cache_folder(cache())
        .build()
        .await
        .unwrap()
}

#[tokio::test]
async fn events_without_end_are_stopped() {
    let limits = Limits {
        events: 50,
        ..Limits::default()
    };
    for isolation in ISOLATIONS {
        let stage = Stage::hostile_machine(isolation, limits.clone()).await;
        let stopped = stopped(&stage.runtime, "chatter").await;
        assert_eq!(stopped, (50, Limit::Events));
    }
}

#[tokio::test]
async fn a_generation_without_end_is_stopped() {
    let limits = Limits {
        generation: Duration::from_millis(100),
        events: u32::MAX,
        ..Limits::default()
    };
    for isolation in ISOLATIONS {
        let runtime = unhurried(isolation, limits.clone()).await;
        assert_eq!(stopped(&runtime, "wait").await, (0, Limit::Generation));
        let (events, limit) = stopped(&runtime, "chatter").await;
        assert!(events > 0);
        assert_eq!(limit, Limit::Generation);
    }
}

#[tokio::test]
async fn a_wait_without_end_is_broken_off() {
    let limits = Limits {
        call: Duration::from_millis(100),
        ..Limits::default()
    };
    for isolation in ISOLATIONS {
        let runtime = unhurried(isolation, limits.clone()).await;
        assert_eq!(stopped(&runtime, "wait").await, (0, Limit::Call));
    }
}

#[tokio::test]
async fn refused_requests_are_counted_and_not_all_written_down() {
    let limits = Limits {
        requests: 100,
        ..Limits::default()
    };
    for isolation in ISOLATIONS {
        let stage = Stage::hostile_machine(isolation, limits.clone()).await;
        stage.run(&crime("other-port")).await;
        let stopped = stopped(&stage.runtime, "many-refused").await;
        assert_eq!(stopped, (0, Limit::Requests));
        assert_eq!(stage.control.requests().len(), 0);
        // The memory of the runtime is not flushed by one generation more than once.
        let refused = stage.runtime.refusals();
        assert_eq!(refused.len(), 64);
        assert!(refused.iter().all(|it| it.path == "/open/v1/account"));
        stage.run(&crime("other-port")).await;
        assert_eq!(stage.runtime.refusals().len(), 64);
    }
}
