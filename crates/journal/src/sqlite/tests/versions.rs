//! Databases of other versions.

use super::*;

#[test]
fn a_journal_of_a_later_version_is_left_alone() {
    let bench = Bench::new();
    bench.on_writer(|writer| {
        writer.pragma_update(None, "user_version", 99).unwrap();
    });
    let folder = bench.close();
    let refused = Journal::open_blocking(folder.path());
    assert!(matches!(refused, Err(StoreError::Later { .. })));
    assert!(folder.path().join("journal.db").exists());
}

const BEFORE_ONE: &str = "CREATE TABLE jobs (id TEXT PRIMARY KEY, created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL, task_type TEXT, model_name TEXT, state TEXT NOT NULL,
        task_id TEXT, continuation TEXT NOT NULL) STRICT;
    INSERT INTO jobs VALUES ('j', 1, 2, 'text_to_music', 'Suno', 'waiting', 'task_1', 'c');
    INSERT INTO jobs VALUES ('k', 1, 2, 'text_to_speech', 'T', 'finished', 'task_2', 'c')";

const ONE: &str = "ALTER TABLE jobs ADD COLUMN owner TEXT;
    ALTER TABLE jobs ADD COLUMN saved INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX jobs_by_task ON jobs (task_id);
    PRAGMA user_version = 1;
    PRAGMA journal_mode = WAL;";

#[tokio::test]
async fn journals_of_earlier_versions_are_brought_up_to_date() {
    for (steps, saved) in [(vec![BEFORE_ONE], true), (vec![BEFORE_ONE, ONE], false)] {
        let folder = tempfile::tempdir().unwrap();
        let old = Connection::open(folder.path().join("journal.db")).unwrap();
        for step in steps {
            old.execute_batch(step).unwrap();
        }
        drop(old);
        let journal = Journal::open_blocking(folder.path()).unwrap();
        assert_eq!(journal.set_aside(), None);
        let job = journal.get("j").await.unwrap().unwrap();
        assert_eq!((job.state, job.saved), (JobState::Waiting, false));
        let job = journal.get("task_2").await.unwrap().unwrap();
        assert_eq!((job.state, job.saved), (JobState::Finished, saved));
        let settlement = Settlement::Accepted {
            task_id: "task_1".to_owned(),
        };
        journal.settle(&key(1), settlement).await.unwrap();
        drop(journal);
        // What is up to date is opened again as it is.
        let journal = Journal::open_blocking(folder.path()).unwrap();
        assert_eq!(journal.list().await.unwrap().len(), 2);
    }
}
