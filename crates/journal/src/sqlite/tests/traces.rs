//! What was asked for is nowhere in the files once it is no longer needed.

use super::*;
use crate::Charge;

/// Whether any file in the folder holds this text.
fn is_found(folder: &Path, text: &str) -> bool {
    let holds = |name| {
        let bytes = fs::read(folder.join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).contains(text)
    };
    ["journal.db", "journal.db-wal", "journal.db-shm"]
        .into_iter()
        .any(holds)
}

/// Waits until a text is in a file, or in none, while the journal is open.
async fn is_soon(folder: &Path, text: &str, found: bool) {
    let waiting = async {
        while is_found(folder, text) != found {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), waiting).await;
    waited.unwrap_or_else(|_| panic!("{text}: never {found}"));
}

async fn vanishes(folder: &Path, text: &str) {
    is_soon(folder, text, false).await;
}

fn mark(number: usize) -> String {
    format!("prompt number {number:04}, ")
}

/// What a checkpoint `creating` holds: of any size, with a mark all over it.
fn asked_for(number: usize) -> String {
    mark(number).repeat([1, 30, 400, 5_000][number % 4])
}

#[tokio::test]
async fn what_was_asked_for_vanishes_once_the_task_exists_or_nothing_was_spent() {
    let Bench {
        journal, folder, ..
    } = Bench::new();
    for fails in [false, true] {
        for number in 0..4 {
            let creating = entry(CheckpointState::Creating, &asked_for(number));
            let claim = journal.begin(creating).await.unwrap();
            is_soon(folder.path(), &mark(number), true).await;
            if fails {
                let end = JobEnd::failure(Charge::No, false, None, None);
                claim.finish(end).await.unwrap();
            } else {
                let waiting = entry(CheckpointState::Waiting, "waiting");
                claim.checkpoint(waiting).await.unwrap();
            }
            vanishes(folder.path(), &mark(number)).await;
        }
    }
}

#[tokio::test]
async fn among_many_jobs_none_leaves_a_trace() {
    let Bench {
        journal, folder, ..
    } = Bench::new();
    let mut claims = Vec::new();
    // Rows grow and shrink in pages that are divided and joined meanwhile.
    for number in 0..200 {
        let creating = entry(CheckpointState::Creating, &asked_for(number));
        claims.push(journal.begin(creating).await.unwrap());
        if number % 3 == 0 {
            let claim = claims.remove(number / 3 % claims.len());
            let waiting = entry(CheckpointState::Waiting, &"w".repeat(300));
            claim.checkpoint(waiting).await.unwrap();
        }
    }
    for claim in claims {
        let waiting = entry(CheckpointState::Waiting, &"w".repeat(300));
        claim.checkpoint(waiting).await.unwrap();
    }
    vanishes(folder.path(), "prompt number").await;
}

#[tokio::test]
async fn traces_that_a_killed_process_left_are_removed_by_the_next() {
    let Bench {
        journal, folder, ..
    } = Bench::new();
    // While somebody reads, the log can't be emptied.
    let other = Connection::open(folder.path().join("journal.db")).unwrap();
    let reading = other.unchecked_transaction().unwrap();
    reading
        .query_row("SELECT count(*) FROM jobs", [], |_| Ok(()))
        .unwrap();
    let creating = entry(CheckpointState::Creating, &asked_for(1));
    let claim = journal.begin(creating).await.unwrap();
    let waiting = entry(CheckpointState::Waiting, "waiting");
    claim.checkpoint(waiting).await.unwrap();
    drop(claim);
    drop(journal);
    assert!(is_found(folder.path(), "prompt number"));
    drop(reading);

    let _journal = Journal::open_blocking(folder.path()).unwrap();
    vanishes(folder.path(), "prompt number").await;
}
