//! Databases that are damaged: nothing is overwritten, and nothing is lost in silence.

use std::path::PathBuf;

use super::*;

/// A database of many pages, closed.
async fn many_pages() -> (TempDir, PathBuf) {
    let bench = Bench::new();
    for _ in 0..50 {
        let large = entry(CheckpointState::Creating, &"c".repeat(1_000));
        bench.journal.begin(large).await.unwrap();
    }
    let folder = bench.close();
    let path = folder.path().join("journal.db");
    (folder, path)
}

/// Makes bytes illegible.
fn scramble(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().step_by(7) {
        *byte ^= 0x5a;
    }
}

#[tokio::test]
async fn a_damaged_database_is_set_aside_and_a_new_one_begun() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let first = "not a database, but long enough to be read";
    for (number, content) in [(1, first), (2, "nor is this one, whatever one may think")] {
        fs::write(&path, content).unwrap();
        let journal = Journal::open_blocking(folder.path()).unwrap();
        let aside = folder.path().join(format!("journal.damaged-{number}.db"));
        assert_eq!(journal.set_aside(), Some(aside.as_path()));
        assert_eq!(fs::read_to_string(&aside).unwrap(), content);
    }
    let journal = Journal::open_blocking(folder.path()).unwrap();
    journal.begin(creating()).await.unwrap();
    let kept = folder.path().join("journal.damaged-1.db");
    assert_eq!(fs::read_to_string(kept).unwrap(), first);
}

#[tokio::test]
async fn an_emptied_database_is_said_and_a_new_one_is_not() {
    let (folder, path) = many_pages().await;
    fs::write(&path, "").unwrap();
    let journal = Journal::open_blocking(folder.path()).unwrap();
    assert_eq!(fs::read(journal.set_aside().unwrap()).unwrap(), b"");

    // Nothing can be written at first: a folder has the name of a file that SQLite needs.
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("journal.db-journal");
    fs::create_dir(&log).unwrap();
    assert!(Journal::open_blocking(folder.path()).is_err());
    fs::remove_dir(&log).unwrap();
    let journal = Journal::open_blocking(folder.path()).unwrap();
    assert_eq!(journal.set_aside(), None);
}

#[tokio::test]
async fn damage_all_over_a_database_is_found_before_anything_is_written() {
    let (folder, path) = many_pages().await;
    let mut bytes = fs::read(&path).unwrap();
    scramble(&mut bytes[4096..]);
    fs::write(&path, &bytes).unwrap();

    let journal = Journal::open_blocking(folder.path()).unwrap();
    assert_eq!(fs::read(journal.set_aside().unwrap()).unwrap(), bytes);
    assert!(journal.list().await.unwrap().is_empty());
    // The next one to open it finds a sound journal.
    let again = Journal::open_blocking(folder.path()).unwrap();
    assert_eq!(again.set_aside(), None);
}

#[tokio::test]
async fn damage_that_shows_later_is_told_and_set_aside_by_the_next_process() {
    let (folder, path) = many_pages().await;
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 4096;
    scramble(&mut bytes[last..]);
    fs::write(&path, &bytes).unwrap();

    let journal = Journal::open_blocking(folder.path()).unwrap();
    assert_eq!(journal.set_aside(), None);
    let damaged = journal.list().await;
    assert!(
        matches!(damaged, Err(StoreError::Damaged { .. })),
        "{damaged:?}"
    );
    drop(journal);
    let journal = Journal::open_blocking(folder.path()).unwrap();
    assert_eq!(fs::read(journal.set_aside().unwrap()).unwrap(), bytes);
    assert!(journal.list().await.unwrap().is_empty());
    let again = Journal::open_blocking(folder.path()).unwrap();
    assert_eq!(again.set_aside(), None);
}

#[tokio::test]
async fn a_suspicion_without_damage_is_dropped() {
    let (folder, _) = many_pages().await;
    let suspicion = folder.path().join("journal.suspect");
    fs::write(&suspicion, "").unwrap();
    let journal = Journal::open_blocking(folder.path()).unwrap();
    assert_eq!(journal.set_aside(), None);
    assert!(!suspicion.exists());
    assert_eq!(journal.list().await.unwrap().len(), 50);
}

#[tokio::test]
async fn the_log_of_an_empty_or_missing_database_is_kept() {
    for missing in [false, true] {
        let bench = Bench::new();
        // Something else has the database open, so that its log stays.
        let path = bench.folder.path().join("journal.db");
        let other = Connection::open(&path).unwrap();
        let _: i64 = other
            .query_row("SELECT count(*) FROM jobs", [], |row| row.get(0))
            .unwrap();
        let (_, claim) = bench.begin().await;
        claim.checkpoint(waiting()).await.unwrap();
        let copy = tempfile::tempdir().unwrap();
        let log = fs::read(bench.folder.path().join("journal.db-wal")).unwrap();
        assert!(!log.is_empty());
        fs::write(copy.path().join("journal.db-wal"), &log).unwrap();
        if !missing {
            fs::write(copy.path().join("journal.db"), "").unwrap();
        }

        let journal = Journal::open_blocking(copy.path()).unwrap();
        let aside = journal.set_aside().unwrap().to_path_buf();
        assert!(journal.list().await.unwrap().is_empty());
        let mut kept = aside.into_os_string();
        kept.push("-wal");
        assert_eq!(fs::read(kept).unwrap(), log);
    }
}

#[tokio::test]
async fn a_database_without_its_tables_is_set_aside() {
    for table in ["jobs", "payments"] {
        let bench = Bench::new();
        bench.on_writer(move |writer| {
            let sql = format!("DROP TABLE {table}");
            writer.execute(&sql, []).unwrap();
        });
        let folder = bench.close();
        let journal = Journal::open_blocking(folder.path()).unwrap();
        assert!(journal.set_aside().is_some());
        journal.begin(creating()).await.unwrap();
    }
}
