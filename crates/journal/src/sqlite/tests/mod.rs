//! The journal by itself: checkpoints, claims, disks that fail, databases that are damaged.

mod jobs;
mod owners;
#[cfg(unix)]
mod permissions;
mod together;
mod traces;

use std::fs;

use super::*;
use crate::types::{Cause, Checkpoint, CheckpointState, Success, TaskFault, TaskType};

fn entry(claim: Option<Arc<Claim>>, state: CheckpointState, continuation: &str) -> Entry {
    let task_id = (state == CheckpointState::Waiting).then(|| "task_1".to_owned());
    Entry {
        claim,
        task: Some(TaskType::TextToMusic),
        model_name: Some("Suno".to_owned()),
        checkpoint: Checkpoint {
            state,
            task_id,
            continuation: continuation.to_owned(),
        },
    }
}

fn creating() -> Entry {
    entry(None, CheckpointState::Creating, "c1")
}

fn failure(cause: Cause, charge: Charge) -> Outcome {
    Outcome::Failure(Failure {
        cause,
        charge,
        message: String::new(),
        task_id: None,
        medias: Vec::new(),
        alternatives: Vec::new(),
        continuation: Some("c3".to_owned()),
    })
}

fn success() -> Outcome {
    Outcome::Success(Success {
        task_id: "task_1".to_owned(),
        medias: Vec::new(),
        model_id: "sonic".to_owned(),
        model_name: "Suno".to_owned(),
        points: 25,
        elapsed_ms: 1,
    })
}

/// Does something on the journal's own connection.
fn on_writer<T: Send + 'static>(
    journal: &Journal,
    mut work: impl FnMut(&Connection) -> T + Send + 'static,
) -> T {
    let (told, result) = std::sync::mpsc::channel();
    journal.writer().submit(
        move |connection| Ok(work(connection)),
        move |result| told.send(result.unwrap()).unwrap(),
    );
    result.recv().unwrap()
}

/// Claims a job that another one is about to let go of.
async fn claim_soon(journal: &Journal, id: &str) -> Arc<Claim> {
    loop {
        match journal.claim(By::Id(id.to_owned())).await {
            Ok(Some((_, claim))) => return claim,
            Err(JournalError::InUse(_)) => tokio::task::yield_now().await,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_job_goes_from_checkpoint_to_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&folder.path().join("new")).unwrap();
    let claim = journal.checkpoint(creating()).await.unwrap();
    let id = claim.job().to_owned();
    assert_eq!(journal.get(&id).unwrap().unwrap().state, JobState::Creating);

    let waiting = entry(Some(claim), CheckpointState::Waiting, "c2");
    let claim = journal.checkpoint(waiting).await.unwrap();
    assert_eq!(claim.job(), id);
    journal.finish(claim, &success()).await.unwrap();
    let job = journal.get("task_1").unwrap().unwrap();
    assert_eq!(
        (&job.id, job.state, job.continuation.as_str(), job.saved),
        (&id, JobState::Finished, "c2", false)
    );
    journal.mark_saved(&id).await.unwrap();
    assert!(journal.get(&id).unwrap().unwrap().saved);
}

#[tokio::test]
async fn another_process_sees_a_checkpoint_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let one = Journal::open(folder.path()).unwrap();
    let other = Journal::open(folder.path()).unwrap();
    let claim = one.checkpoint(creating()).await.unwrap();
    assert_eq!(
        other.list().unwrap().first().map(|job| job.id.as_str()),
        Some(claim.job())
    );
}

#[tokio::test]
async fn an_outcome_says_what_becomes_of_the_job() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    for (cause, charge, state) in [
        (Cause::OutcomeUnknown, Charge::Unknown, JobState::Unknown),
        (Cause::Deadline, Charge::Yes, JobState::Waiting),
        (Cause::Cancelled, Charge::Yes, JobState::Waiting),
        (Cause::Cancelled, Charge::No, JobState::Failed),
        (
            Cause::TaskFailed(TaskFault::Resource),
            Charge::Yes,
            JobState::Failed,
        ),
        (Cause::Network, Charge::No, JobState::Failed),
    ] {
        let claim = journal.checkpoint(creating()).await.unwrap();
        let id = claim.job().to_owned();
        let outcome = failure(cause.clone(), charge);
        journal.finish(claim, &outcome).await.unwrap();
        let job = journal.get(&id).unwrap().unwrap();
        assert_eq!(
            (job.state, job.continuation.as_str()),
            (state, "c3"),
            "{cause:?} {charge:?}"
        );
    }
}

#[tokio::test]
async fn what_was_asked_for_is_not_kept_where_nothing_was_spent() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let checkpoint = entry(None, CheckpointState::Creating, "prompt");
    let claim = journal.checkpoint(checkpoint).await.unwrap();
    let id = claim.job().to_owned();
    let mut outcome = failure(Cause::Network, Charge::No);
    if let Outcome::Failure(failure) = &mut outcome {
        failure.continuation = None;
    }
    journal.finish(claim, &outcome).await.unwrap();
    let job = journal.get(&id).unwrap().unwrap();
    assert_eq!(
        (job.state, job.continuation.as_str()),
        (JobState::Failed, "")
    );
}

#[tokio::test]
async fn a_task_that_another_process_found_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let claim = journal.checkpoint(creating()).await.unwrap();
    let id = claim.job().to_owned();
    let waiting = entry(Some(claim), CheckpointState::Waiting, "c2");
    let claim = journal.checkpoint(waiting).await.unwrap();

    let back = entry(Some(Arc::clone(&claim)), CheckpointState::Creating, "c1");
    let refused = journal.checkpoint(back).await;
    assert!(matches!(refused, Err(JournalError::Conflict)));
    let unknown = failure(Cause::OutcomeUnknown, Charge::Unknown);
    let refused = journal.finish(claim, &unknown).await;
    assert!(matches!(refused, Err(JournalError::Conflict)));
    let job = journal.get(&id).unwrap().unwrap();
    assert_eq!(
        (job.state, job.continuation.as_str()),
        (JobState::Waiting, "c2")
    );
}

#[tokio::test]
async fn a_job_is_worked_on_once_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let one = Journal::open(folder.path()).unwrap();
    let other = Journal::open(folder.path()).unwrap();
    let claim = one.checkpoint(creating()).await.unwrap();
    let id = claim.job().to_owned();
    for journal in [&one, &other] {
        let refused = journal.claim(By::Id(id.clone())).await;
        assert!(matches!(refused, Err(JournalError::InUse(_))));
    }
    assert!(
        other
            .claim(By::Id("nobody".to_owned()))
            .await
            .unwrap()
            .is_none()
    );

    drop(claim);
    let claim = claim_soon(&other, &id).await;
    assert!(matches!(
        one.claim(By::Id(id.clone())).await,
        Err(JournalError::InUse(_))
    ));
    // The end of a job is the end of its claim, in the same write.
    let outcome = failure(Cause::Deadline, Charge::Yes);
    other.finish(claim, &outcome).await.unwrap();
    assert!(one.claim(By::Id(id.clone())).await.unwrap().is_some());
}

#[tokio::test]
async fn a_claim_ends_with_its_process() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let claim = journal.checkpoint(creating()).await.unwrap();
    let id = claim.job().to_owned();
    // As a process leaves it that was killed: the entry names it, and nobody holds its file.
    let dead = folder.path().join("owners").join("0011223344556677");
    fs::write(&dead, "").unwrap();
    let sql = "UPDATE jobs SET owner = '0011223344556677/0'";
    on_writer(&journal, |writer| writer.execute(sql, []).unwrap());
    claim.settle();
    drop(claim);
    assert!(journal.claim(By::Id(id.clone())).await.unwrap().is_some());
    assert!(!dead.exists());
}

#[tokio::test]
async fn a_full_disk_and_one_that_can_not_be_written_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let pages: u32 = on_writer(&journal, |writer| {
        let count = writer.query_row("PRAGMA page_count", [], |row| row.get(0));
        count.unwrap()
    });
    let limit = |pages: u32| {
        on_writer(&journal, move |writer| {
            let limited = writer.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
            limited.unwrap();
        });
    };
    limit(pages);
    let large = entry(None, CheckpointState::Creating, &"c".repeat(100_000));
    let refused = journal.checkpoint(large).await;
    assert!(
        matches!(refused, Err(JournalError::Full { .. })),
        "{refused:?}"
    );
    assert!(journal.list().unwrap().is_empty());

    limit(pages + 1_000);
    on_writer(&journal, |writer| {
        writer.pragma_update(None, "query_only", true).unwrap();
    });
    let refused = journal.checkpoint(creating()).await;
    assert!(
        matches!(refused, Err(JournalError::ReadOnly { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_damaged_database_is_set_aside_and_a_new_one_begun() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let first = "not a database, but long enough to be read";
    for (number, content) in [(1, first), (2, "nor is this one, whatever one may think")] {
        fs::write(&path, content).unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        let aside = folder.path().join(format!("journal.damaged-{number}.db"));
        assert_eq!(journal.set_aside(), Some(aside.as_path()));
        assert_eq!(fs::read_to_string(&aside).unwrap(), content);
    }
    let journal = Journal::open(folder.path()).unwrap();
    journal.checkpoint(creating()).await.unwrap();
    let kept = folder.path().join("journal.damaged-1.db");
    assert_eq!(fs::read_to_string(kept).unwrap(), first);
}

#[tokio::test]
async fn damage_inside_a_database_is_found_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = Journal::open(folder.path()).unwrap();
    for _ in 0..50 {
        let large = entry(None, CheckpointState::Creating, &"c".repeat(1_000));
        journal.checkpoint(large).await.unwrap();
    }
    drop(journal);
    let mut bytes = fs::read(&path).unwrap();
    for byte in bytes.iter_mut().skip(4096).step_by(7) {
        *byte ^= 0x5a;
    }
    fs::write(&path, &bytes).unwrap();

    let journal = Journal::open(folder.path()).unwrap();
    assert_eq!(fs::read(journal.set_aside().unwrap()).unwrap(), bytes);
    assert!(journal.list().unwrap().is_empty());
    // The next one to open it finds a sound journal.
    let again = Journal::open(folder.path()).unwrap();
    assert_eq!(again.set_aside(), None);
}

#[test]
fn a_journal_of_a_later_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    on_writer(&journal, |writer| {
        writer.pragma_update(None, "user_version", 99).unwrap();
    });
    drop(journal);
    let refused = Journal::open(folder.path());
    assert!(matches!(refused, Err(JournalError::Later { .. })));
    assert!(folder.path().join("journal.db").exists());
}

#[test]
fn a_journal_of_the_first_version_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let old = Connection::open(folder.path().join("journal.db")).unwrap();
    old.execute_batch(
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL, task_type TEXT, model_name TEXT, state TEXT NOT NULL,
            task_id TEXT, continuation TEXT NOT NULL) STRICT;
        INSERT INTO jobs VALUES ('j', 1, 2, 'text_to_music', 'Suno', 'waiting', 'task_1', 'c')",
    )
    .unwrap();
    drop(old);
    let job = Journal::open(folder.path())
        .unwrap()
        .get("j")
        .unwrap()
        .unwrap();
    assert_eq!((job.state, job.saved), (JobState::Waiting, false));
}
