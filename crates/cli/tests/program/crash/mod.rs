//! The program killed, or its disk failing, at every point of a generation: one charge, and the
//! audio arrives.

mod disk;

use std::time::Duration;

use ima_attack_kit::front::Front;
use ima_host::JobState;
use ima_simulator::{Endpoint, Fault, NthRequest};

use crate::stage::{Stage, ends, until, until_a_job_is};

#[tokio::test]
async fn killed_before_anything_was_asked_for_nothing_is_owed() {
    let stage = Stage::new().await;
    stage.fault(Endpoint::ProductList, Fault::Delay(Duration::from_secs(60)));
    let running = stage.start(&["speech", "hello"]);
    until(|| stage.requests(Endpoint::ProductList) == 1).await;
    running.kill();
    assert!(stage.jobs().await.is_empty());
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (0, 0));
}

#[tokio::test]
async fn killed_at_the_checkpoint_before_create_the_doubt_is_kept() {
    let stage = Stage::new().await;
    let (front, _open) = Front::holding(&stage.origin, "create").await;
    let running = stage.start_at(&front.origin(), &["speech", "hello"]);
    front.server().saw("create").await;
    running.kill();
    let (job, state) = stage.job().await;
    assert_eq!((state, stage.charges()), (JobState::Creating, 0));

    // Nobody can know that the request never arrived: it is said, and nothing is sent.
    let told = stage.ima(&["resume", &job]);
    ends(&told, 7);
    assert_eq!(stage.requests(Endpoint::Create), 0);
    let again = ["resume", &job, "--create-again", "--out", "a.wav"];
    let output = stage.ima(&again);
    ends(&output, 0);
    stage.is_audio("a.wav");
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

#[tokio::test]
async fn killed_after_create_was_sent_nothing_is_sent_again() {
    let stage = Stage::new().await;
    // The service acts on it, and the program is gone by then.
    stage.fault(Endpoint::Create, Fault::ResetAfter);
    let (front, open) = Front::holding(&stage.origin, "create").await;
    let running = stage.start_at(&front.origin(), &["speech", "hello"]);
    front.server().saw("create").await;
    open.send_replace(true);
    running.kill();
    let (job, state) = stage.job().await;
    assert_eq!(state, JobState::Creating);
    until(|| stage.charges() == 1).await;

    let told = stage.ima(&["resume", &job]);
    ends(&told, 7);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

#[tokio::test]
async fn killed_once_the_task_exists_the_audio_is_had_for_nothing_more() {
    let stage = Stage::new().await;
    stage.fault(Endpoint::Detail, Fault::Delay(Duration::from_secs(60)));
    let running = stage.start(&["speech", "hello"]);
    until(|| stage.requests(Endpoint::Create) == 1).await;
    until_a_job_is(&stage.journal(), JobState::Waiting).await;
    running.kill();
    stage.is_delivered_by_resume().await;
}

#[tokio::test]
async fn killed_while_polling_the_audio_is_had_for_nothing_more() {
    let stage = Stage::new().await;
    let failing = Fault::Status {
        code: 503,
        headers: Vec::new(),
        body: String::new(),
    };
    stage.fault(Endpoint::Detail, failing);
    let running = stage.start(&["speech", "hello"]);
    until(|| stage.requests(Endpoint::Detail) >= 3).await;
    running.kill();
    assert_eq!(stage.job().await.1, JobState::Waiting);
    stage.is_delivered_by_resume().await;
}

#[tokio::test]
async fn killed_while_downloading_the_audio_is_had_for_nothing_more() {
    let stage = Stage::new().await;
    let slowly = Fault::Drip {
        bytes_per_second: 100,
    };
    stage.fault(Endpoint::Audio, slowly);
    let running = stage.start(&["speech", "hello", "--out", "late.wav"]);
    until(|| stage.requests(Endpoint::Audio) == 1).await;
    running.kill();
    assert!(!stage.here().join("late.wav").exists());
    let job = stage.jobs().await.remove(0);
    assert_eq!((job.state, job.saved), (JobState::Finished, false));
    let listed = stage.ima(&["jobs", "--open"]);
    assert!(String::from_utf8_lossy(&listed.stdout).contains(&job.id));
    stage.is_delivered_by_resume().await;
    let listed = stage.ima(&["jobs", "--open"]);
    assert!(!String::from_utf8_lossy(&listed.stdout).contains(&job.id));
}

#[tokio::test]
async fn two_programs_can_not_create_the_same_job_again() {
    let stage = Stage::new().await;
    stage
        .control
        .fault(Endpoint::Create, NthRequest::Number(1), Fault::ResetBefore);
    let lost = stage.ima(&["speech", "hello"]);
    ends(&lost, 7);
    let (job, _) = stage.job().await;

    let (front, open) = Front::holding(&stage.origin, "create").await;
    let first = stage.start_at(&front.origin(), &["resume", &job, "--create-again"]);
    front.server().saw("create").await;
    for arguments in [
        &["resume", &job, "--create-again"][..],
        &["resume", &job][..],
    ] {
        let refused = stage.ima(arguments);
        assert_ne!(refused.status.code(), Some(0));
        assert!(!refused.stderr.is_empty());
    }
    assert_eq!(stage.requests(Endpoint::Create), 1);

    open.send_replace(true);
    ends(&first.output().await, 0);
    assert_eq!(stage.files().len(), 1);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 2));
}

#[tokio::test]
async fn a_claim_dies_with_the_program_that_was_killed() {
    let stage = Stage::new().await;
    let (front, _open) = Front::holding(&stage.origin, "create").await;
    let first = stage.start_at(&front.origin(), &["speech", "hello"]);
    front.server().saw("create").await;
    let (job, _) = stage.job().await;
    let refused = stage.ima(&["resume", &job, "--create-again"]);
    assert_ne!(refused.status.code(), Some(0));
    assert_eq!(stage.requests(Endpoint::Create), 0);

    first.kill();
    let again = stage.ima(&["resume", &job, "--create-again"]);
    ends(&again, 0);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}
