//! Whether the owner of a job is gone.

use super::*;

/// A job whose entry names a process of this name, and nobody works on it here.
async fn owned_by(journal: &Journal, name: &str) -> String {
    let claim = journal.checkpoint(creating()).await.unwrap();
    let id = claim.job().to_owned();
    let values = [format!("{name}/0"), id.clone()];
    on_writer(journal, move |writer| {
        let sql = "UPDATE jobs SET owner = ?1 WHERE id = ?2";
        writer.execute(sql, values.each_ref()).unwrap()
    });
    claim.settle();
    id
}

#[tokio::test]
async fn an_owner_whose_file_is_gone_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let id = owned_by(&journal, "0011223344556677").await;
    assert!(journal.claim(By::Id(id.clone())).await.unwrap().is_some());
}

#[cfg(unix)]
#[tokio::test]
async fn an_owner_whose_file_can_not_be_opened_may_be_alive() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let id = owned_by(&journal, "0011223344556677").await;
    let file = folder.path().join("owners").join("0011223344556677");
    std::os::unix::fs::symlink(&file, &file).unwrap();
    let refused = journal.claim(By::Id(id.clone())).await;
    assert!(
        matches!(refused, Err(JournalError::InUse(_))),
        "{refused:?}"
    );
}
