//! Who can read the journal's files.

use std::os::unix::fs::PermissionsExt;

use super::*;

/// The names of the files in `folder` that someone else can read or write.
fn readable(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.metadata().unwrap().permissions().mode() & 0o077 != 0)
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_journal_in_a_folder_that_everyone_reads_is_for_its_user_only() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let journal = Journal::open_blocking(folder.path()).unwrap();
    let _claim = journal.begin(creating()).await.unwrap();
    assert!(folder.path().join("journal.db-wal").exists());
    assert!(readable(folder.path()).is_empty());
}

#[tokio::test]
async fn files_of_an_older_journal_are_tightened() {
    let folder = tempfile::tempdir().unwrap();
    let older = Journal::open_blocking(folder.path()).unwrap();
    let _claim = older.begin(creating()).await.unwrap();
    for name in ["journal.db", "journal.db-wal", "journal.db-shm"] {
        let path = folder.path().join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    }
    let journal = Journal::open_blocking(folder.path()).unwrap();
    assert_eq!(journal.list().await.unwrap().len(), 1);
    assert!(readable(folder.path()).is_empty());
}

#[test]
fn one_that_was_set_aside_and_the_one_begun_anew_are_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    fs::write(&path, "not a database, but long enough to be read").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let journal = Journal::open_blocking(folder.path()).unwrap();
    assert!(journal.set_aside().is_some());
    assert!(readable(folder.path()).is_empty());
}
