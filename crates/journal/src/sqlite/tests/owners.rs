//! Whether the owner of a job is gone.

use super::*;

#[tokio::test]
async fn a_claim_ends_with_its_process() {
    let bench = Bench::new();
    // As a process leaves it that was killed: the entry names it, and nobody holds its file.
    let id = bench.owned_by("0011223344556677").await;
    let dead = bench.folder.path().join("owners").join("0011223344556677");
    fs::write(&dead, "").unwrap();
    assert!(bench.claim(&id).await.unwrap().is_some());
    assert!(!dead.exists());
}

#[tokio::test]
async fn an_owner_whose_file_is_gone_is_gone() {
    let bench = Bench::new();
    let id = bench.owned_by("0011223344556677").await;
    assert!(bench.claim(&id).await.unwrap().is_some());
}

#[cfg(unix)]
#[tokio::test]
async fn an_owner_whose_file_can_not_be_opened_may_be_alive() {
    let bench = Bench::new();
    let id = bench.owned_by("0011223344556677").await;
    let file = bench.folder.path().join("owners").join("0011223344556677");
    std::os::unix::fs::symlink(&file, &file).unwrap();
    let refused = bench.claim(&id).await;
    assert!(matches!(refused, Err(StoreError::InUse(_))), "{refused:?}");
}
