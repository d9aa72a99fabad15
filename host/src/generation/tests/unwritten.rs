//! Paid checkpoints that could not be written at once.

use super::*;

const PENDING: &str = r#"{"code":0,"message":"success","data":{"id":"task_1","medias":[
    {"resource_status":0,"status":"processing","url":""}]}}"#;

/// A service whose task is ready once the gate is open.
async fn slow() -> (Bench, watch::Sender<bool>) {
    let gate = watch::Sender::new(false);
    let opened = gate.subscribe();
    let bench = Bench::new(move |request| match request.operation() {
        "detail" if !*opened.borrow() => ok(PENDING),
        _ => service(request),
    })
    .await;
    (bench, gate)
}

/// Takes the journal's table away, or gives it back: writing fails in between.
fn rename(bench: &Bench, from: &str, to: &str) {
    let other = rusqlite::Connection::open(bench.folder.path().join("journal.db")).unwrap();
    let sql = format!("ALTER TABLE {from} RENAME TO {to}");
    other.execute_batch(&sql).unwrap();
}

/// A generation whose paid checkpoint was handed out and could not be written.
async fn with_unwritten(bench: &Bench) -> Generation {
    let mut generation = bench.start().await;
    until(&mut generation, CheckpointState::Creating).await;
    assert!(generation.is_journalled());
    rename(bench, "jobs", "away");
    until(&mut generation, CheckpointState::Waiting).await;
    assert!(!generation.is_journalled());
    rename(bench, "away", "jobs");
    let job = bench.journal.get(generation.job().unwrap()).await.unwrap();
    assert_eq!(job.unwrap().state, JobState::Creating);
    generation
}

#[tokio::test]
async fn a_paid_checkpoint_that_could_not_be_written_is_written_with_the_next_event() {
    let (bench, _gate) = slow().await;
    let mut generation = with_unwritten(&bench).await;
    generation.next_event().await.unwrap().unwrap();
    assert!(generation.is_journalled());
    let job = bench.journal.get("task_1").await.unwrap().unwrap();
    assert_eq!(job.state, JobState::Waiting);
    assert_eq!(Some(job.id.as_str()), generation.job());
    let continuation = &generation.checkpoint().unwrap().continuation;
    assert_eq!(job.continuation, *continuation);
}

#[tokio::test]
async fn a_cancelled_generation_does_not_forget_what_was_not_written() {
    let (bench, _gate) = slow().await;
    let mut generation = with_unwritten(&bench).await;
    // In the middle of a call.
    let canceller = generation.canceller();
    let (event, ()) = tokio::join!(generation.next_event(), async { canceller.cancel() });
    event.unwrap().unwrap();
    assert!(generation.is_journalled());
    assert_eq!(
        bench.journal.get("task_1").await.unwrap().unwrap().state,
        JobState::Waiting
    );
}

#[tokio::test]
async fn a_dropped_generation_leaves_what_was_not_written() {
    let (bench, _gate) = slow().await;
    let generation = with_unwritten(&bench).await;
    let job = generation.job().unwrap().to_owned();
    drop(generation);
    let resumed = bench.runtime.resume(Resume::job(&job)).await;
    resumed.unwrap();
    let job = bench.journal.get("task_1").await.unwrap().unwrap();
    assert_eq!(job.state, JobState::Waiting);
}

#[tokio::test]
async fn an_outcome_that_could_not_be_written_is_told() {
    let (bench, gate) = slow().await;
    let mut generation = bench.start().await;
    until(&mut generation, CheckpointState::Waiting).await;
    assert!(generation.is_journalled());
    rename(&bench, "jobs", "away");
    gate.send_replace(true);
    let mut last = None;
    while let Some(event) = generation.next_event().await.unwrap() {
        last = Some(event);
    }
    assert!(matches!(last, Some(Event::Finished(Outcome::Success(_)))));
    assert!(!generation.is_journalled());
}

#[tokio::test]
async fn without_a_journal_nothing_is_journalled() {
    let bench = Bench::new(service).await;
    let runtime = Runtime::builder()
        .origin(&bench.server.origin())
        .credential(Credential::literal("ima_test_key"))
        .cache_folder(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/test-cache"))
        .build()
        .await
        .unwrap();
    let generation = runtime.start(request()).await.unwrap();
    assert!(!generation.is_journalled());
}
