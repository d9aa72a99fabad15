//! What is told of jobs, and noted about them.

use super::*;

/// A journal with the job of `task_1`, delivered.
async fn delivered() -> (tempfile::TempDir, Journal, String) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let claim = journal.checkpoint(creating()).await.unwrap();
    let id = claim.job().to_owned();
    journal.finish(claim, &success()).await.unwrap();
    (folder, journal, id)
}

#[tokio::test]
async fn a_job_is_closed_by_its_id_or_its_task_id() {
    for by_task in [false, true] {
        let (_folder, journal, id) = delivered().await;
        assert!(journal.get(&id).unwrap().unwrap().is_open());
        let name = if by_task { "task_1" } else { &id };
        journal.mark_saved(name).await.unwrap();
        assert!(!journal.get(&id).unwrap().unwrap().is_open());
    }
}

#[tokio::test]
async fn a_job_that_is_not_there_can_not_be_closed() {
    let (_folder, journal, id) = delivered().await;
    let missing = journal.mark_saved("task_2").await.unwrap_err();
    assert!(
        matches!(&missing, JournalError::NoSuchJob(id) if id == "task_2"),
        "{missing}"
    );
    assert!(!journal.get(&id).unwrap().unwrap().saved);
}

#[tokio::test]
async fn a_job_that_is_printed_does_not_tell_what_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let asked = entry(None, CheckpointState::Creating, "rain on a tin roof");
    let _claim = journal.checkpoint(asked).await.unwrap();
    let jobs = journal.list().unwrap();
    assert_eq!(jobs[0].continuation, "rain on a tin roof");
    let printed = format!("{jobs:?} {jobs:#?}");
    assert!(printed.contains("Creating") && !printed.contains("rain"));
}
