//! Generations that are taken up: from the journal, in doubt, or not at all.

use super::*;

#[tokio::test]
async fn a_lost_answer_to_create_is_unknown_and_never_sent_again() {
    let bench = Bench::new(|request| match request.operation() {
        "create" => Reply::Cut(Vec::new()),
        _ => service(request),
    })
    .await;
    let outcome = bench.start().await.outcome().await.unwrap();
    assert_eq!(failure(outcome), (Cause::OutcomeUnknown, Charge::Unknown));
    assert_eq!(bench.server.count("create"), 1);
    let job = bench.journal.list().await.unwrap().remove(0);
    assert_eq!(job.state, JobState::Unknown);

    let mut report = bench.runtime.resume(Resume::job(&job.id)).await.unwrap();
    assert_eq!(
        failure(report.outcome().await.unwrap()),
        (Cause::OutcomeUnknown, Charge::Unknown)
    );
    assert_eq!(bench.server.count("create"), 1);
    let mut again = bench
        .runtime
        .resume(Resume::job(&job.id).on_unknown(OnUnknown::CreateAgain))
        .await
        .unwrap();
    assert_eq!(
        failure(again.outcome().await.unwrap()),
        (Cause::OutcomeUnknown, Charge::Unknown)
    );
    assert_eq!(bench.server.count("create"), 2);
}

#[tokio::test]
async fn a_job_that_spent_nothing_is_not_gone_on_with() {
    let bench = Bench::new(service).await;
    let mut generation = bench.start().await;
    until(&mut generation, CheckpointState::Creating).await;
    generation.canceller().cancel();
    let job = generation.job().unwrap().to_owned();
    generation.outcome().await.unwrap();
    assert_eq!(
        bench.journal.get(&job).await.unwrap().unwrap().continuation,
        ""
    );
    let error = bench
        .runtime
        .resume(Resume::job(&job).on_unknown(OnUnknown::CreateAgain))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::NothingToResume(id) if *id == job),
        "{error}"
    );
}

/// A job as a crash in the middle of its create request leaves it.
async fn doubtful(bench: &Bench) -> String {
    let mut generation = bench.start().await;
    until(&mut generation, CheckpointState::Creating).await;
    let job = generation.job().unwrap().to_owned();
    let continuation = generation.checkpoint().unwrap().continuation.clone();
    drop(generation);
    given_up(bench, &job).await;
    let other = rusqlite::Connection::open(bench.folder.path().join("journal.db")).unwrap();
    let sql = "UPDATE jobs SET state = 'creating', continuation = ?2 WHERE id = ?1";
    other.execute(sql, [&job, &continuation]).unwrap();
    job
}

#[tokio::test]
async fn a_job_in_doubt_that_can_not_be_journalled_stays_in_doubt() {
    let bench = Bench::new(service).await;
    let job = doubtful(&bench).await;
    let mut again = bench
        .runtime
        .resume(Resume::job(&job).on_unknown(OnUnknown::CreateAgain))
        .await
        .unwrap();
    let other = rusqlite::Connection::open(bench.folder.path().join("journal.db")).unwrap();
    other.execute_batch("DROP TABLE jobs").unwrap();
    let error = again.outcome().await.unwrap_err();
    let Error::Unrecorded { aftermath, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(
        (aftermath.charge, aftermath.resumable, aftermath.job),
        (Charge::Unknown, false, Some(job))
    );
    assert!(aftermath.continuation.is_some());
    assert_eq!(bench.server.count("create"), 0);
}

#[tokio::test]
async fn a_job_in_doubt_is_taken_up_once_at_a_time() {
    let bench = Bench::new(service).await;
    let job = doubtful(&bench).await;
    let resume = || {
        bench
            .runtime
            .resume(Resume::job(&job).on_unknown(OnUnknown::CreateAgain))
    };
    let mut one = resume().await.unwrap();
    let refused = resume().await.unwrap_err();
    assert!(
        matches!(&refused, Error::JobInUse(id) if *id == job),
        "{refused}"
    );
    assert!(matches!(one.outcome().await.unwrap(), Outcome::Success(_)));
    // Afterwards the task is known, and going on costs nothing.
    let mut later = resume().await.unwrap();
    assert!(matches!(
        later.outcome().await.unwrap(),
        Outcome::Success(_)
    ));
    assert_eq!(bench.server.count("create"), 1);
}

#[tokio::test]
async fn a_job_that_the_journal_can_not_tell_of_is_not_called_unspent() {
    let bench = Bench::new(service).await;
    let other = rusqlite::Connection::open(bench.folder.path().join("journal.db")).unwrap();
    other.execute_batch("DROP TABLE jobs").unwrap();
    let resumed = bench.runtime.resume(Resume::job("task_1")).await;
    let Error::Unrecorded { aftermath, .. } = resumed.unwrap_err() else {
        panic!()
    };
    assert_eq!(
        (aftermath.charge, aftermath.resumable),
        (Charge::Unknown, false)
    );
}

#[tokio::test]
async fn a_job_that_can_not_be_taken_up_is_not_called_unspent() {
    let bench = Bench::new(service).await;
    bench.start().await.outcome().await.unwrap();
    let broken = Runtime::builder()
        .origin(&bench.server.origin())
        .credential(Credential::literal("ima_test_key"))
        .journal(bench.journal.clone())
        .limits(Limits {
            memory: 64 << 10,
            ..Limits::default()
        })
        .cache_folder(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/test-cache"))
        .build()
        .await
        .unwrap();
    let error = broken.resume(Resume::job("task_1")).await.unwrap_err();
    let Error::Limit { aftermath, .. } = error else {
        panic!("{error}")
    };
    assert_eq!((aftermath.charge, aftermath.resumable), (Charge::Yes, true));
    assert!(aftermath.continuation.is_some() && aftermath.job.is_some());
}
