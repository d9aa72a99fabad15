//! Names that somebody planted in the folder where audio is fetched to.

use std::os::unix::fs::symlink;
use std::process::Command;

use sha2::{Digest, Sha256};

use super::*;

const SECRET: &str = "\"a secret, quoted like a tag\"";

/// The names of what is kept of a download between two calls.
fn hidden(url: &str) -> [String; 2] {
    let digest = format!("{:x}", Sha256::digest(url));
    let part = format!(".ima-{}.part", digest.get(..32).unwrap());
    let version = format!("{part}.version");
    [part, version]
}

#[tokio::test]
async fn what_a_planted_name_leads_to_is_neither_read_nor_written() {
    let (server, runtime) = server(|_| status("200 OK", "etag: \"v1\"\r\n", WAV)).await;
    let url = format!("{}/a.wav", server.origin());
    for plant in ["symlink", "hard link", "pipe", "folder"] {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret.txt");
        fs::write(&secret, SECRET).unwrap();
        for name in hidden(&url) {
            let name = folder.path().join(name);
            match plant {
                "symlink" => symlink(&secret, name).unwrap(),
                "hard link" => fs::hard_link(&secret, name).unwrap(),
                "pipe" => assert!(Command::new("mkfifo").arg(name).status().unwrap().success()),
                _ => fs::create_dir(name).unwrap(),
            }
        }
        let download = runtime.download(&url, folder.path()).await.unwrap();
        download
            .keep(&folder.path().join("song.wav"), false)
            .await
            .unwrap();
        assert_eq!(fs::read_to_string(&secret).unwrap(), SECRET, "{plant}");
        assert_eq!(
            fs::read_to_string(folder.path().join("song.wav")).unwrap(),
            WAV
        );
    }
    for request in server.received() {
        assert!(!request.head.contains("secret"), "{}", request.head);
    }
}

#[tokio::test]
async fn a_folder_exchanged_in_between_is_not_written_to() {
    let (server, runtime) = server(|_| ok(WAV)).await;
    let place = tempfile::tempdir().unwrap();
    let [folder, aside, elsewhere] =
        ["songs", "aside", "elsewhere"].map(|it| place.path().join(it));
    fs::create_dir(&folder).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    let held = Folder::open(&folder).unwrap();
    fs::rename(&folder, &aside).unwrap();
    symlink(&elsewhere, &folder).unwrap();

    let url = format!("{}/a.wav", server.origin());
    let download = runtime.download_into(&url, &held).await.unwrap();
    download
        .keep(&folder.join("song.wav"), false)
        .await
        .unwrap();
    assert!(is_empty(&elsewhere));
    assert_eq!(fs::read_to_string(aside.join("song.wav")).unwrap(), WAV);
    assert_eq!(fs::read_dir(&aside).unwrap().count(), 1);
}
