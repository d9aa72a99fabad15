//! A component that lies about the money: what the host saw goes before what it says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use ima_host::types::{Charge, Event, Outcome};
use ima_host::{ComponentSource, Error, Job, JobState, Journal};
use ima_simulator::{Endpoint, Fault};
use ima_tests::{HOSTILE, Stage, try_play};

/// The last event, the error and the job of a crime after a create request that was accepted.
async fn committed(crime: &str) -> (Option<Event>, Option<Error>, Job) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let stage = Stage::with(|builder| {
        let source = ComponentSource::Bytes(HOSTILE.to_vec());
        builder.component(source).journal(journal.clone())
    })
    .await;
    let accepted = Fault::Status {
        code: 200,
        headers: Vec::new(),
        body: r#"{"code":0,"data":{"id":"task_1"}}"#.to_owned(),
    };
    stage.fault(Endpoint::Create, 1, accepted);
    let generation = stage.runtime.start(&ima_tests::crime(crime)).await.unwrap();
    let (mut events, error) = try_play(generation).await;
    assert_eq!(stage.requests(Endpoint::Create), 1, "{crime}");
    let job = journal.list().unwrap().remove(0);
    (events.pop(), error, job)
}

#[tokio::test]
async fn a_paid_task_can_not_be_denied() {
    let (event, error, job) = committed("deny").await;
    assert!(error.is_none(), "{error:?}");
    let Some(Event::Finished(Outcome::Failure(failure))) = event else {
        panic!("{event:?}")
    };
    assert_eq!(failure.charge, Charge::Yes);
    assert_eq!(failure.task_id.as_deref(), Some("task_1"));
    assert_eq!(failure.continuation.as_deref(), Some("mine"));
    assert_eq!(
        (job.state, job.continuation.as_str()),
        (JobState::Waiting, "mine")
    );
    assert_eq!(job.task_id.as_deref(), Some("task_1"));
}

#[tokio::test]
async fn a_task_can_not_be_passed_off_as_another() {
    let (event, _, job) = committed("mistake").await;
    let Some(Event::Finished(Outcome::Success(success))) = event else {
        panic!("{event:?}")
    };
    assert_eq!(success.task_id, "task_1");
    assert_eq!(job.task_id.as_deref(), Some("task_1"));
}

#[tokio::test]
async fn an_end_without_an_outcome_is_no_end() {
    for crime in ["vanish", "trap-after-create"] {
        let (_, error, job) = committed(crime).await;
        let Some(Error::Trap { aftermath, .. }) = error else {
            panic!("{crime}: {error:?}")
        };
        assert_eq!((aftermath.charge, aftermath.resumable), (Charge::Yes, true));
        assert_eq!(aftermath.task_id.as_deref(), Some("task_1"));
        assert_eq!(
            (job.state, Some(job.id)),
            (JobState::Waiting, aftermath.job)
        );
        assert_eq!(job.task_id.as_deref(), Some("task_1"));
    }
}
