//! Generations that are taken up from nothing but a continuation.

use super::*;

/// A generation that was dropped once its task existed: its job, and what leads back to it.
async fn left_waiting(bench: &Bench) -> (String, String) {
    let mut generation = bench.start().await;
    until(&mut generation, CheckpointState::Waiting).await;
    let continuation = generation.checkpoint().unwrap().continuation.clone();
    (generation.job().unwrap().to_owned(), continuation)
}

async fn resume(bench: &Bench, continuation: &str) -> Result<Generation, Error> {
    let resumed = bench.runtime.resume(Resume::continuation(continuation));
    resumed.await
}

#[tokio::test]
async fn the_job_of_a_continuation_is_gone_on_with() {
    let bench = Bench::new(service).await;
    let (job, continuation) = left_waiting(&bench).await;
    let mut resumed = resume(&bench, &continuation).await.unwrap();
    assert_eq!(resumed.job(), Some(job.as_str()));
    let meanwhile = resume(&bench, &continuation).await.unwrap_err();
    assert!(
        matches!(&meanwhile, Error::JobInUse(id) if *id == job),
        "{meanwhile}"
    );
    resumed.outcome().await.unwrap();
    let jobs = bench.journal.list().await.unwrap();
    assert_eq!(jobs.len(), 1);
    assert_eq!((&jobs[0].id, jobs[0].state), (&job, JobState::Finished));
}

#[tokio::test]
async fn a_job_in_doubt_is_not_created_twice_over() {
    let cut = std::sync::atomic::AtomicBool::new(true);
    let bench = Bench::new(move |request| match request.operation() {
        "create" if cut.swap(false, std::sync::atomic::Ordering::Relaxed) => Reply::Cut(Vec::new()),
        _ => service(request),
    })
    .await;
    let mut generation = bench.start().await;
    let Outcome::Failure(failure) = generation.outcome().await.unwrap() else {
        panic!()
    };
    assert_eq!(failure.charge, Charge::Unknown);
    let continuation = failure.continuation.unwrap();
    let again = || {
        bench
            .runtime
            .resume(Resume::continuation(&continuation).on_unknown(OnUnknown::CreateAgain))
    };
    let mut first = again().await.unwrap();
    assert!(matches!(again().await, Err(Error::JobInUse(_))));
    first.outcome().await.unwrap();
    assert_eq!(bench.server.count("create"), 2);
    assert_eq!(bench.journal.list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_job_that_is_known_by_its_task_learns_of_the_outcome() {
    let bench = Bench::new(service).await;
    let (job, continuation) = left_waiting(&bench).await;
    // Its own continuation is another one by now.
    let other = rusqlite::Connection::open(bench.folder.path().join("journal.db")).unwrap();
    let sql = "UPDATE jobs SET continuation = 'a later one'";
    other.execute(sql, []).unwrap();
    let mut resumed = resume(&bench, &continuation).await.unwrap();
    assert_eq!(resumed.job(), None);
    resumed.outcome().await.unwrap();
    let jobs = bench.journal.list().await.unwrap();
    assert_eq!(jobs.len(), 1);
    assert_eq!((&jobs[0].id, jobs[0].state), (&job, JobState::Finished));
    assert_eq!(jobs[0].continuation, "a later one");
}

#[tokio::test]
async fn a_journal_that_fails_does_not_keep_a_paid_task_from_its_caller() {
    let bench = Bench::new(service).await;
    let (_, continuation) = left_waiting(&bench).await;
    let other = rusqlite::Connection::open(bench.folder.path().join("journal.db")).unwrap();
    other.execute_batch("DROP TABLE jobs").unwrap();
    let mut resumed = resume(&bench, &continuation).await.unwrap();
    let outcome = resumed.outcome().await.unwrap();
    assert!(matches!(outcome, Outcome::Success(_)));
}
