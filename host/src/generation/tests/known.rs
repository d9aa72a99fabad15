//! Tasks that the host knows of and the component broke down over.

use super::*;
use crate::Isolation;

/// A service whose answer to create is larger than the memory of the component.
fn overwhelming(request: &Received) -> Reply {
    match request.operation() {
        "create" => {
            let rest = "x".repeat(6 << 20);
            ok(&format!(
                r#"{{"code":0,"data":{{"id":"task_1"}},"rest":"{rest}"}}"#
            ))
        }
        _ => service(request),
    }
}

fn little_memory() -> Limits {
    Limits {
        memory: 4 << 20,
        ..Limits::default()
    }
}

/// A runtime whose generations share an instance.
async fn sharing(bench: &Bench) -> Runtime {
    Runtime::builder()
        .origin(&bench.server.origin())
        .credential(Credential::literal("ima_test_key"))
        .journal(bench.journal.clone())
        .limits(little_memory())
        .clock(Clock::accelerated(50))
        .cache_folder(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/test-cache"))
        .isolation(Isolation::Shared)
        .build()
        .await
        .unwrap()
}

/// What is known of the money.
#[derive(Debug, PartialEq)]
struct Known {
    charge: Charge,
    task_id: Option<String>,
    continuation: Option<String>,
}

/// The benches of both isolations, and what is known after the component could not take the answer in:
/// it breaks down, or it says that it does not know the outcome.
async fn broken() -> Vec<(Bench, Known)> {
    let mut all = Vec::new();
    for shared in [false, true] {
        let mut bench = Bench::with(little_memory(), overwhelming).await;
        if shared {
            bench.runtime = sharing(&bench).await;
        }
        let known = match bench.start().await.outcome().await {
            Ok(Outcome::Failure(failure)) => Known {
                charge: failure.charge,
                task_id: failure.task_id,
                continuation: failure.continuation,
            },
            Err(Error::Limit {
                limit: Limit::Memory,
                aftermath,
            }) => {
                assert!(aftermath.resumable && aftermath.job.is_some());
                Known {
                    charge: aftermath.charge,
                    task_id: aftermath.task_id,
                    continuation: aftermath.continuation,
                }
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(known.charge, Charge::Yes);
        assert_eq!(known.task_id.as_deref(), Some("task_1"));
        all.push((bench, known));
    }
    all
}

#[tokio::test]
async fn a_task_whose_component_broke_down_is_told_journalled_and_resumed() {
    for (bench, _) in broken().await {
        let job = bench.journal.get("task_1").await.unwrap().unwrap();
        assert_eq!(job.state, JobState::Waiting);
        let mut resumed = bench.runtime.resume(Resume::job("task_1")).await.unwrap();
        let outcome = resumed.outcome().await.unwrap();
        assert!(matches!(outcome, Outcome::Success(_)), "{outcome:?}");
        assert_eq!(bench.server.count("create"), 1);
        let job = bench.journal.get("task_1").await.unwrap().unwrap();
        assert_eq!(job.state, JobState::Finished);
    }
}

#[tokio::test]
async fn without_a_journal_what_is_known_leads_to_the_task() {
    for (bench, known) in broken().await {
        let continuation = known.continuation.unwrap();
        let task_id = known.task_id.unwrap();
        let resumed = bench.runtime.resume(Resume::task(&continuation, &task_id));
        let mut events = Vec::new();
        let mut resumed = resumed.await.unwrap();
        while let Some(event) = resumed.next_event().await.unwrap() {
            events.push(event);
        }
        // Nothing is created, so no checkpoint stands before it.
        let checkpoints = events.iter().filter_map(|event| match event {
            Event::Checkpoint(checkpoint) => Some(checkpoint.state),
            _ => None,
        });
        assert_eq!(checkpoints.collect::<Vec<_>>(), [CheckpointState::Waiting]);
        assert!(matches!(
            events.last(),
            Some(Event::Finished(Outcome::Success(_)))
        ));
        assert_eq!(bench.server.count("create"), 1);
    }
}

#[tokio::test]
async fn cancelled_on_the_way_to_a_known_task_it_stays_paid() {
    let (bench, _) = broken().await.remove(0);
    let mut resumed = bench.runtime.resume(Resume::job("task_1")).await.unwrap();
    resumed.canceller().cancel();
    let Outcome::Failure(failure) = resumed.outcome().await.unwrap() else {
        panic!()
    };
    assert_eq!(
        (failure.charge, failure.task_id.as_deref()),
        (Charge::Yes, Some("task_1"))
    );
    let job = bench.journal.get("task_1").await.unwrap().unwrap();
    assert_eq!(job.state, JobState::Waiting);
    let mut again = bench.runtime.resume(Resume::job("task_1")).await.unwrap();
    assert!(matches!(
        again.outcome().await.unwrap(),
        Outcome::Success(_)
    ));
    assert_eq!(bench.server.count("create"), 1);
}

#[tokio::test]
async fn a_task_answered_while_a_neighbour_breaks_down_is_known() {
    let gate = watch::Sender::new(false);
    let opening = gate.subscribe();
    let lists = std::sync::atomic::AtomicUsize::new(0);
    let bench = Bench::with(little_memory(), move |request| match request.operation() {
        "create" => Reply::Gated(opening.clone(), answer(CREATED)),
        // The second one is more than the instance can hold.
        "list" if lists.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 1 => {
            ok(&format!(r#"{{"code":0,"x":"{}"}}"#, "x".repeat(6 << 20)))
        }
        _ => service(request),
    })
    .await;
    let runtime = sharing(&bench).await;
    let mut paying = runtime.start(request()).await.unwrap();
    until(&mut paying, CheckpointState::Creating).await;
    tokio::select! {
        biased;
        _ = paying.next_event() => panic!("create was not answered yet"),
        () = bench.server.saw("create") => {}
    }
    let broken = runtime.start(request()).await.unwrap().outcome().await;
    assert!(matches!(broken, Err(Error::Limit { .. })), "{broken:?}");
    gate.send_replace(true);
    let Err(Error::Trap { aftermath, .. }) = paying.outcome().await else {
        panic!()
    };
    assert_eq!(
        (aftermath.charge, aftermath.task_id.as_deref()),
        (Charge::Yes, Some("task_1"))
    );
    let resumed = runtime.resume(Resume::job("task_1")).await;
    let outcome = resumed.unwrap().outcome().await.unwrap();
    assert!(matches!(outcome, Outcome::Success(_)), "{outcome:?}");
    assert_eq!(bench.server.count("create"), 1);
}
