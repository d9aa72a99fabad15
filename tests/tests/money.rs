//! A generation is paid at most once, and what was paid is not lost, whatever the network does.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use ima_host::types::{Cause, Charge, CheckpointState, Event};
use ima_host::{Journal, OnUnknown, Resume};
use ima_simulator::{DEMO_KEY, Endpoint, Fault, Timeline};
use ima_test_kit::{Stage, play, song};
use std::time::Duration;

fn status(code: u16) -> Fault {
    Fault::Status {
        code,
        headers: Vec::new(),
        body: "oops".to_owned(),
    }
}

/// Faults after which the task exists and is charged, though no answer says so.
fn acted_on() -> Vec<Fault> {
    vec![
        Fault::ResetAfter,
        Fault::CutBody,
        Fault::Malformed,
        Fault::Oversized(10 << 20),
        Fault::DeepJson(10_000),
        Fault::StatusAfter {
            code: 500,
            body: "oops".to_owned(),
        },
    ]
}

#[tokio::test]
async fn after_a_create_request_without_an_answer_there_is_one_charge_and_no_second_create() {
    for fault in acted_on() {
        let stage = Stage::new().await;
        stage.fault(Endpoint::Create, 1, fault.clone());
        let played = stage.run(&song()).await;
        let failure = played.failure();
        assert_eq!(failure.cause, Cause::OutcomeUnknown, "{fault:?}");
        assert_eq!(failure.charge, Charge::Unknown);
        assert_eq!(
            (stage.charges(), stage.requests(Endpoint::Create)),
            (1, 1),
            "{fault:?}"
        );
        assert!(
            failure.message.contains("check your points"),
            "{}",
            failure.message
        );
    }
}

#[tokio::test]
async fn a_request_that_was_read_and_dropped_is_in_doubt_too() {
    for fault in [
        Fault::ResetBefore,
        status(502),
        Fault::Redirect("http://127.0.0.1:9/".to_owned()),
    ] {
        let stage = Stage::new().await;
        stage.fault(Endpoint::Create, 1, fault);
        let played = stage.run(&song()).await;
        assert_eq!(played.failure().cause, Cause::OutcomeUnknown);
        assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (0, 1));
    }
}

#[tokio::test]
async fn only_an_explicit_word_creates_again() {
    let stage = Stage::new().await;
    stage.faults(Endpoint::Create, [(1, Fault::ResetAfter)]);
    let played = stage.run(&song()).await;
    let continuation = played.failure().continuation.clone().unwrap();
    let requests = stage.control.requests().len();

    let reported = stage
        .runtime
        .resume(Resume::continuation(&continuation))
        .await
        .unwrap();
    assert_eq!(play(reported).await.failure().cause, Cause::OutcomeUnknown);
    assert_eq!(stage.control.requests().len(), requests, "nothing was sent");

    let again = stage
        .runtime
        .resume(Resume::continuation(continuation).on_unknown(OnUnknown::CreateAgain))
        .await
        .unwrap();
    assert_eq!(play(again).await.success().medias.len(), 2);
    assert_eq!(stage.charges(), 2);
}

#[tokio::test]
async fn five_errors_in_a_row_do_not_lose_the_song() {
    let stage = Stage::new().await;
    stage.faults(
        Endpoint::Detail,
        (1..=5).map(|number| (number, status(500))),
    );
    let played = stage.run(&song()).await;
    assert_eq!(played.success().medias.len(), 2);
    let faults = played
        .0
        .iter()
        .filter(|event| matches!(event, Event::Fault(_)));
    assert_eq!((faults.count(), stage.charges()), (5, 1));
}

#[tokio::test]
async fn no_kind_of_polling_fault_loses_the_song() {
    let mut faults = acted_on();
    let slow_down = Fault::Status {
        code: 429,
        headers: vec![("retry-after".to_owned(), "7".to_owned())],
        body: String::new(),
    };
    faults.extend([Fault::ResetBefore, status(404), slow_down]);
    faults.push(Fault::Redirect("http://127.0.0.1:9/".to_owned()));
    let stage = Stage::new().await;
    stage.faults(Endpoint::Detail, (1..).zip(faults));
    let mut patient = song();
    patient.deadline = Some(Duration::from_secs(3_600));
    let played = stage.run(&patient).await;
    assert_eq!(played.success().medias.len(), 2);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

#[tokio::test]
async fn the_deadline_leaves_a_continuation_that_brings_the_song() {
    let stage = Stage::new().await;
    stage
        .control
        .set_timeline("sonic", Timeline::lasting(600.0));
    let played = stage.run(&song()).await;
    let failure = played.failure();
    assert_eq!(
        (&failure.cause, failure.charge),
        (&Cause::Deadline, Charge::Yes)
    );
    let continuation = failure.continuation.as_ref().unwrap();
    let resumed = stage
        .runtime
        .resume(Resume::continuation(continuation))
        .await
        .unwrap();
    let resumed = play(resumed).await;
    assert_eq!(resumed.success().medias.len(), 2);
    assert_eq!(Some(&resumed.success().task_id), failure.task_id.as_ref());
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

#[tokio::test]
async fn a_process_that_dies_while_waiting_finds_its_song_in_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).await.unwrap();
    let stage = Stage::with(|builder| builder.journal(journal)).await;
    let mut generation = stage.runtime.start(song()).await.unwrap();
    loop {
        let event = generation.next_event().await.unwrap().unwrap();
        if matches!(&event, Event::Checkpoint(it) if it.state == CheckpointState::Waiting) {
            break;
        }
    }
    let job = generation.job().unwrap().to_owned();
    drop(generation);
    let resumed = stage.runtime.resume(Resume::job(job)).await.unwrap();
    assert_eq!(play(resumed).await.success().medias.len(), 2);
    assert_eq!(stage.charges(), 1);
}

#[tokio::test]
async fn cancelling_stops_the_waiting_and_keeps_the_task() {
    let stage = Stage::new().await;
    let mut generation = stage.runtime.start(song()).await.unwrap();
    let canceller = generation.canceller();
    let mut events = Vec::new();
    while let Some(event) = generation.next_event().await.unwrap() {
        if matches!(event, Event::Progress(_)) {
            canceller.cancel();
        }
        events.push(event);
    }
    let played = ima_test_kit::Played(events);
    let failure = played.failure();
    assert_eq!(
        (&failure.cause, failure.charge),
        (&Cause::Cancelled, Charge::Yes)
    );
    let continuation = failure.continuation.as_ref().unwrap();
    let resumed = stage
        .runtime
        .resume(Resume::continuation(continuation))
        .await
        .unwrap();
    play(resumed).await.success();
    assert_eq!(stage.charges(), 1);
}

#[tokio::test]
async fn cancelling_before_the_create_request_spends_nothing() {
    let stage = Stage::new().await;
    let generation = stage.runtime.start(song()).await.unwrap();
    generation.canceller().cancel();
    let played = play(generation).await;
    assert_eq!(
        (&played.failure().cause, played.failure().charge),
        (&Cause::Cancelled, Charge::No)
    );
    assert_eq!((stage.requests(Endpoint::Create), stage.charges()), (0, 0));
}

#[tokio::test]
async fn the_key_is_in_nothing_that_comes_out_of_the_sandbox() {
    for endpoint in [Endpoint::ProductList, Endpoint::Create, Endpoint::Detail] {
        let stage = Stage::new().await;
        stage.fault(endpoint, 1, Fault::EchoKey);
        let played = stage.run(&song()).await;
        assert!(!played.text().contains(DEMO_KEY), "{}", played.text());
    }
}
