//! The store in SQLite: what every store must do, and several processes, disks that fail, databases
//! that are damaged or old.

mod damage;
mod ledger;
mod owners;
#[cfg(unix)]
mod permissions;
mod together;
mod traces;
mod versions;

use std::fs;
use std::sync::{Arc, Weak};

use tempfile::TempDir;

use super::*;
use crate::conformance::{self, claim_soon, creating, entry, for_each_test, key, waiting};
use crate::{CheckpointState, Claim, JobState, Journal};

macro_rules! conformance_tests {
    ($($module:ident::$name:ident,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                let bench = Bench::new();
                conformance::$module::$name(bench.journal).await;
            }
        )*
    };
}
for_each_test!(conformance_tests);

/// A journal in a folder of its own.
struct Bench {
    // The first field: it ends before its folder.
    journal: Journal,
    inner: Weak<Inner>,
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).unwrap();
        Self {
            inner: Arc::downgrade(&store.inner),
            journal: Journal::with(store),
            folder,
        }
    }

    fn open(&self) -> Journal {
        Journal::open_blocking(self.folder.path()).unwrap()
    }

    /// Ends this process, as far as the journal is concerned.
    fn close(self) -> TempDir {
        drop(self.journal);
        assert!(self.inner.upgrade().is_none(), "the journal is in use");
        self.folder
    }

    fn store(&self) -> SqliteStore {
        SqliteStore {
            inner: self.inner.upgrade().unwrap(),
            set_aside: None,
        }
    }

    /// Does something on the journal's own connection.
    fn on_writer<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&Connection) -> T + Send + 'static,
    ) -> T {
        let (told, result) = std::sync::mpsc::channel();
        self.store().inner.writer.submit(
            Haste::Now,
            move |connection| Ok(work(connection)),
            move |result| told.send(result.unwrap()).unwrap(),
        );
        result.recv().unwrap()
    }

    async fn begin(&self) -> (String, Claim) {
        let claim = self.journal.begin(creating()).await.unwrap();
        (claim.job().to_owned(), claim)
    }

    async fn claim(&self, id: &str) -> Result<Option<(Job, Claim)>, StoreError> {
        self.journal.claim(FindJob::Id(id.to_owned())).await
    }

    /// A job whose entry names a process of this name, and nobody works on it here.
    async fn owned_by(&self, name: &str) -> String {
        let (id, claim) = self.begin().await;
        drop(claim);
        let values = [format!("{name}/0"), id.clone()];
        self.on_writer(move |writer| {
            let sql = "UPDATE jobs SET owner = ?1 WHERE id = ?2";
            writer.execute(sql, values.each_ref()).unwrap()
        });
        id
    }
}

#[tokio::test]
async fn another_process_sees_a_checkpoint_at_once() {
    let bench = Bench::new();
    let other = bench.open();
    let (id, _claim) = bench.begin().await;
    assert_eq!(other.list().await.unwrap()[0].id, id);
}

#[tokio::test]
async fn a_job_is_worked_on_once_at_a_time_over_all_processes() {
    let bench = Bench::new();
    let other = bench.open();
    let (id, claim) = bench.begin().await;
    let refused = other.claim(FindJob::Id(id.clone())).await;
    assert!(matches!(refused, Err(StoreError::InUse(_))));

    drop(claim);
    let claim = claim_soon(&other, &id).await;
    assert!(matches!(bench.claim(&id).await, Err(StoreError::InUse(_))));
    // The end of a job is the end of its claim, in the same write.
    claim
        .finish(JobEnd::success("task_1".to_owned()))
        .await
        .unwrap();
    assert!(bench.claim(&id).await.unwrap().is_some());
}

#[tokio::test]
async fn a_full_disk_and_one_that_can_not_be_written_are_told_apart() {
    let bench = Bench::new();
    let pages: u32 = bench.on_writer(|writer| {
        let count = writer.query_row("PRAGMA page_count", [], |row| row.get(0));
        count.unwrap()
    });
    let limit = |pages: u32| {
        bench.on_writer(move |writer| {
            let limited = writer.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
            limited.unwrap();
        });
    };
    limit(pages);
    let large = entry(CheckpointState::Creating, &"c".repeat(100_000));
    let refused = bench.journal.begin(large).await;
    assert!(
        matches!(refused, Err(StoreError::Full { .. })),
        "{refused:?}"
    );
    assert!(bench.journal.list().await.unwrap().is_empty());

    limit(pages + 1_000);
    bench.on_writer(|writer| {
        writer.pragma_update(None, "query_only", true).unwrap();
    });
    let refused = bench.journal.begin(creating()).await;
    assert!(
        matches!(refused, Err(StoreError::ReadOnly { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_journal_is_opened_and_closed_without_holding_up_a_task() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path().join("new")).await.unwrap();
    drop(journal.begin(creating()).await.unwrap());
    journal.close().await;
    assert!(!folder.path().join("new/journal.db-wal").exists());
    let again = Journal::open(folder.path().join("new")).await.unwrap();
    assert_eq!(again.list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_job_that_is_printed_does_not_tell_what_was_asked_for() {
    let bench = Bench::new();
    let asked = entry(CheckpointState::Creating, "rain on a tin roof");
    let printed = format!("{asked:?}");
    let _claim = bench.journal.begin(asked).await.unwrap();
    let jobs = bench.journal.list().await.unwrap();
    assert_eq!(jobs[0].continuation, "rain on a tin roof");
    let printed = format!("{printed} {jobs:?} {jobs:#?}");
    assert!(printed.contains("Creating") && !printed.contains("rain"));
}
