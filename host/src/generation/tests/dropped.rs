//! Generations that are dropped: what left is seen through, what did not leave is over.

use super::*;

#[tokio::test]
async fn a_generation_dropped_before_create_leaves_no_doubt() {
    let bench = Bench::new(service).await;
    let mut generation = bench.start().await;
    until(&mut generation, CheckpointState::Creating).await;
    let job = generation.job().unwrap().to_owned();
    drop(generation);
    given_up(&bench, &job).await;
    // What was asked for is not kept.
    assert_eq!(
        bench.journal.get(&job).await.unwrap().unwrap().continuation,
        ""
    );
    assert_eq!(bench.server.count("create"), 0);
}

#[tokio::test]
async fn a_generation_dropped_while_its_checkpoint_is_written_leaves_no_doubt() {
    let bench = Bench::new(service).await;
    // The journal is busy, so the writing lasts.
    let other = rusqlite::Connection::open(bench.folder.path().join("journal.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut generation = bench.start().await;
    let guard = std::sync::Arc::clone(&generation.guard);
    tokio::select! {
        biased;
        () = async {
            while let Ok(Some(event)) = generation.next_event().await {
                assert!(!matches!(event, Event::Checkpoint(_)));
            }
        } => panic!("the checkpoint was written"),
        () = async {
            while !guard.is_recording() {
                tokio::task::yield_now().await;
            }
        } => {}
    }
    drop(generation);
    other.execute_batch("COMMIT").unwrap();
    let job = settled(&bench, 1).await;
    assert_eq!(job.state, JobState::Failed);
    assert_eq!(bench.server.count("create"), 0);
}

#[tokio::test]
async fn a_generation_dropped_after_a_refusal_leaves_no_doubt() {
    let bench = Bench::new(|request| match request.operation() {
        "create" => ok(r#"{"code":6009,"message":"Invalid product attribute"}"#),
        _ => service(request),
    })
    .await;
    let mut generation = bench.start().await;
    while !matches!(
        generation.next_event().await.unwrap(),
        Some(Event::Attempt(_))
    ) {}
    let job = generation.job().unwrap().to_owned();
    drop(generation);
    given_up(&bench, &job).await;
}

#[tokio::test]
async fn a_generation_dropped_on_another_thread_is_seen_through() {
    let (bench, gate) = gated().await;
    let generation = create_under_way(&bench).await;
    std::thread::spawn(move || drop(generation)).join().unwrap();
    gate.send_replace(true);
    let job = settled(&bench, 1).await;
    assert_eq!(job.task_id.as_deref(), Some("task_1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generation_dropped_at_any_moment_is_paid_and_known_or_over() {
    let bench = Bench::new(service).await;
    for turns in 0..24 {
        let before = bench.server.count("create");
        let mut generation = bench.start().await;
        until(&mut generation, CheckpointState::Creating).await;
        tokio::select! {
            biased;
            _ = generation.next_event() => {}
            () = async {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
            } => {}
        }
        drop(generation);
        let job = settled(&bench, turns + 1).await;
        let created = bench.server.count("create") - before;
        match (job.state, job.task_id.as_deref()) {
            (JobState::Failed, None) => assert_eq!(created, 0, "{turns}"),
            (JobState::Waiting, Some("task_1")) => assert_eq!(created, 1, "{turns}"),
            other => panic!("{turns}: {other:?}"),
        }
    }
}

/// The newest of so many jobs, once it is no longer about to be created.
async fn settled(bench: &Bench, count: usize) -> crate::Job {
    let settled = async {
        loop {
            let jobs = bench.journal.list().await.unwrap();
            if jobs.len() == count && jobs[0].state != JobState::Creating {
                return jobs[0].clone();
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), settled)
        .await
        .unwrap()
}
