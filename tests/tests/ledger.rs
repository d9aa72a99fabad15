//! The ledger outside the sandbox (money rule 10): a create request leaves under a key that was not
//! used up, and within the ceilings, whatever component asks for it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::Path;

use ima_host::types::Charge;
use ima_host::{
    Builder, CeilingExceeded, Ceilings, ComponentSource, Error, Isolation, Journal, Limits,
    Request, Resume, Runtime,
};
use ima_simulator::{Endpoint, Fault};
use ima_test_kit::plugin::PluginHost;
use ima_test_kit::{HOSTILE_MACHINE, PLUGIN, Stage, accepted, crime, play, song, spoken, try_play};

const KEYED: &str = "keyed 00112233445566778899aabbccddeeff";

/// A runtime with the hostile machine and a journal in this folder.
async fn hostile(folder: &Path) -> impl FnOnce(Builder) -> Builder {
    let journal = Journal::open(folder).await.unwrap();
    let source = ComponentSource::Bytes(HOSTILE_MACHINE.to_vec());
    |builder| builder.component(source).journal(journal)
}

/// A runtime with these ceilings and a journal in this folder.
async fn under(ceilings: Ceilings, folder: &Path) -> impl FnOnce(Builder) -> Builder {
    let journal = Journal::open(folder).await.unwrap();
    move |builder| builder.journal(journal).ceilings(ceilings)
}

/// What kept a generation from spending.
async fn exceeded(runtime: &Runtime, request: Request) -> CeilingExceeded {
    let generation = runtime.start(request).await.unwrap();
    match try_play(generation).await.1 {
        Some(Error::Ceiling { ceiling, aftermath }) => {
            assert_eq!(aftermath.charge, Charge::No);
            ceiling
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_create_request_without_a_proper_key_does_not_leave() {
    for isolation in [Isolation::PerGeneration, Isolation::Shared] {
        let stage = Stage::hostile_machine(isolation, Limits::default()).await;
        for name in [
            "keyless",
            "keyed ",
            "keyed 0011",
            "keyed 00112233445566778899aabbccddeef",
            "keyed 00112233445566778899aabbccddeefff",
            "keyed 00112233445566778899aabbccddeefg",
            "keyed +0112233445566778899aabbccddeeff",
            "keyed 0011223344556677-8899aabbccddeef",
        ] {
            let played = stage.run(&crime(name)).await;
            assert_eq!(played.report(), "failed Sent::No", "{name}");
            assert_eq!(played.failure().charge, Charge::No, "{name}");
        }
        assert_eq!(stage.requests(Endpoint::Create), 0);
    }
}

#[tokio::test]
async fn the_key_never_reaches_the_service() {
    let stage = Stage::new().await;
    stage.run(&song()).await.success();
    PluginHost::new(&stage, PLUGIN, Limits::default())
        .run(&spoken())
        .await;
    assert_eq!(stage.requests(Endpoint::Create), 2);
    for request in stage.control.requests() {
        assert_eq!(request.header("idempotency-key"), None);
    }
}

#[tokio::test]
async fn a_key_that_was_accepted_is_answered_with_its_task_in_every_process() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::with(hostile(folder.path()).await).await;
    stage.fault(Endpoint::Create, 1, accepted("task_1"));
    stage.run(&crime(KEYED)).await;

    let another = stage.another(hostile(folder.path()).await).await;
    let played = play(another.start(crime(KEYED)).await.unwrap()).await;
    assert!(played.report().starts_with("answered 200"));
    assert!(played.report().contains("task_1"), "{}", played.report());
    let failure = played.failure();
    assert_eq!(failure.charge, Charge::Yes);
    assert_eq!(failure.task_id.as_deref(), Some("task_1"));
    assert_eq!(stage.requests(Endpoint::Create), 1);
}

#[tokio::test]
async fn a_key_in_doubt_is_refused_in_every_process() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::with(hostile(folder.path()).await).await;
    stage.faults(Endpoint::Create, [(1, Fault::ResetAfter)]);
    stage.run(&crime(KEYED)).await;

    let another = stage.another(hostile(folder.path()).await).await;
    let played = play(another.start(crime(KEYED)).await.unwrap()).await;
    assert_eq!(played.report(), "failed Sent::Maybe");
    assert_eq!(played.failure().charge, Charge::Unknown);
    assert_eq!(stage.requests(Endpoint::Create), 1);
}

#[tokio::test]
async fn a_key_that_was_refused_is_sent_three_times_in_all() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::with(hostile(folder.path()).await).await;
    stage.fault(Endpoint::Create, 1, Fault::refusal(6009));
    let another = stage.another(hostile(folder.path()).await).await;
    for runtime in [&stage.runtime, &another, &stage.runtime] {
        let played = play(runtime.start(crime(KEYED)).await.unwrap()).await;
        assert!(played.report().starts_with("answered 200"));
        assert_eq!(played.failure().charge, Charge::No);
    }
    let ceiling = exceeded(&another, crime(KEYED)).await;
    assert_eq!(ceiling, CeilingExceeded::Attempts);
    assert_eq!(stage.requests(Endpoint::Create), 3);
}

#[tokio::test]
async fn a_request_above_its_ceiling_does_not_leave() {
    let ceilings = Ceilings {
        per_request: Some(24),
        per_day: None,
    };
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::with(under(ceilings, folder.path()).await).await;
    let ceiling = exceeded(&stage.runtime, song()).await;
    let expected = CeilingExceeded::PerRequest {
        points: 25,
        ceiling: 24,
    };
    assert_eq!(ceiling, expected);
    assert_eq!(stage.requests(Endpoint::Create), 0);
    // Its job is over.
    let jobs = stage.runtime.journal().unwrap().list().await.unwrap();
    let [job] = jobs.as_slice() else {
        panic!("{jobs:?}")
    };
    let resumed = stage.runtime.resume(Resume::job(&job.id)).await;
    assert!(
        matches!(resumed, Err(Error::NothingToResume(_))),
        "{resumed:?}"
    );
    // Two points are within it.
    stage.run(&spoken()).await.success();
}

#[tokio::test]
async fn the_ceiling_of_a_day_counts_over_all_processes() {
    let ceilings = Ceilings {
        per_request: None,
        per_day: Some(60),
    };
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::with(under(ceilings, folder.path()).await).await;
    let another = stage.another(under(ceilings, folder.path()).await).await;
    stage.run(&song()).await.success();
    play(another.start(song()).await.unwrap()).await.success();
    for runtime in [&stage.runtime, &another] {
        let expected = CeilingExceeded::PerDay {
            points: 25,
            spent: 50,
            ceiling: 60,
        };
        assert_eq!(exceeded(runtime, song()).await, expected);
    }
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (2, 2));
}

#[tokio::test]
async fn what_is_in_doubt_counts_as_spent_and_what_was_refused_does_not() {
    let ceilings = Ceilings {
        per_request: None,
        per_day: Some(49),
    };
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::with(under(ceilings, folder.path()).await).await;
    let faults = [(1, Fault::refusal(4008)), (2, Fault::ResetAfter)];
    stage.faults(Endpoint::Create, faults);
    assert_eq!(stage.run(&song()).await.failure().charge, Charge::No);
    assert_eq!(stage.run(&song()).await.failure().charge, Charge::Unknown);
    let expected = CeilingExceeded::PerDay {
        points: 25,
        spent: 25,
        ceiling: 49,
    };
    assert_eq!(exceeded(&stage.runtime, song()).await, expected);
    assert_eq!(stage.requests(Endpoint::Create), 2);
}
