//! A component that lies about the money: what the host saw goes before what it says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use ima_host::types::{Charge, Event, Outcome};
use ima_host::{ComponentSource, Error, Isolation, Job, JobState, Journal};
use ima_simulator::Endpoint;
use ima_test_kit::{HOSTILE_MACHINE, Stage, accepted, crime, try_play};

const ISOLATIONS: [Isolation; 2] = [Isolation::PerGeneration, Isolation::Shared];

/// The last event, the error and the job of a crime after a create request that was accepted.
async fn committed(isolation: Isolation, name: &str) -> (Option<Event>, Option<Error>, Job) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).await.unwrap();
    let stage = Stage::with(|builder| {
        let source = ComponentSource::Bytes(HOSTILE_MACHINE.to_vec());
        let builder = builder.component(source).isolation(isolation);
        builder.journal(journal.clone())
    })
    .await;
    stage.fault(Endpoint::Create, 1, accepted("task_1"));
    let generation = stage.runtime.start(crime(name)).await.unwrap();
    let (mut events, error) = try_play(generation).await;
    assert_eq!(stage.requests(Endpoint::Create), 1, "{name}");
    let job = journal.list().await.unwrap().remove(0);
    (events.pop(), error, job)
}

#[tokio::test]
async fn a_paid_task_can_not_be_denied() {
    for isolation in ISOLATIONS {
        let (event, error, job) = committed(isolation, "deny").await;
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
}

#[tokio::test]
async fn a_task_can_not_be_passed_off_as_another() {
    for isolation in ISOLATIONS {
        let (event, _, job) = committed(isolation, "mistake").await;
        let Some(Event::Finished(Outcome::Success(success))) = event else {
            panic!("{event:?}")
        };
        assert_eq!(success.task_id, "task_1");
        assert_eq!(job.task_id.as_deref(), Some("task_1"));
    }
}

#[tokio::test]
async fn an_end_without_an_outcome_is_no_end() {
    for isolation in ISOLATIONS {
        for name in ["vanish", "trap-after-create"] {
            let (_, error, job) = committed(isolation, name).await;
            let Some(Error::Trap { aftermath, .. }) = error else {
                panic!("{name}: {error:?}")
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
}
