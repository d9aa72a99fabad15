//! Downloads from servers that behave and that do not.

use std::fs;
use std::path::Path;

use super::{AudioFormat, DownloadError};
use crate::testing::{Received, Reply, Server, ok, status};
use crate::{Credential, Error, Limits, Runtime};

/// Whether a failure is the expected one.
type Expected = fn(&DownloadError) -> bool;

const WAV: &str = "RIFF\u{24}\0\0\0WAVEfmt and so on";

async fn server(script: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> (Server, Runtime) {
    let server = Server::start(script).await;
    let runtime = Runtime::builder()
        .origin(&server.origin())
        .credential(Credential::literal("ima_test_key"))
        .limits(Limits {
            download_size: 100,
            ..Limits::default()
        })
        .cache_folder(concat!(env!("OUT_DIR"), "/cache"))
        .build()
        .unwrap();
    (server, runtime)
}

fn reason(result: Result<super::Download, Error>) -> DownloadError {
    match result.unwrap_err() {
        Error::Download(error) => error,
        other => panic!("{other}"),
    }
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

#[tokio::test]
async fn audio_is_kept_whole_and_described() {
    let (server, runtime) = server(|_| ok(WAV)).await;
    let folder = tempfile::tempdir().unwrap();
    let download = runtime
        .download(&format!("{}/a.wav", server.origin()), folder.path())
        .await
        .unwrap();
    assert_eq!(
        (download.format(), download.size()),
        (AudioFormat::Wav, WAV.len() as u64)
    );
    assert_eq!(
        download.sha256(),
        "c275a921e474a38352c57ee8285694aaf6405c00ecb3d48c99561b65d689cb45"
    );

    let target = folder.path().join("song.wav");
    download.keep(&target, false).unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), WAV);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(
        !server.received()[0]
            .head
            .to_ascii_lowercase()
            .contains("authorization")
    );
}

#[tokio::test]
async fn an_existing_file_is_only_replaced_when_asked() {
    let (server, runtime) = server(|_| ok(WAV)).await;
    let folder = tempfile::tempdir().unwrap();
    let (url, target) = (
        format!("{}/a.wav", server.origin()),
        folder.path().join("song.wav"),
    );
    fs::write(&target, "mine").unwrap();

    let download = runtime.download(&url, folder.path()).await.unwrap();
    assert!(matches!(
        download.keep(&target, false),
        Err(DownloadError::Exists(_))
    ));
    assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
    runtime
        .download(&url, folder.path())
        .await
        .unwrap()
        .keep(&target, true)
        .unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), WAV);
}

#[tokio::test]
async fn what_is_not_audio_leaves_nothing_behind() {
    let answers: Vec<(Reply, Expected)> = vec![
        (ok("<!DOCTYPE html><title>Sorry</title>"), |error| {
            matches!(error, DownloadError::NotAudio)
        }),
        (ok(""), |error| matches!(error, DownloadError::NotAudio)),
        (ok(&format!("{WAV}{}", "x".repeat(100))), |error| {
            matches!(error, DownloadError::TooLarge(100))
        }),
        (
            status("302 Found", "location: https://cdn.example/\r\n", ""),
            |error| matches!(error, DownloadError::Status(302)),
        ),
        (
            Reply::Cut(format!("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{WAV}").into()),
            |error| matches!(error, DownloadError::Network),
        ),
    ];
    for (reply, expected) in answers {
        let reply = std::sync::Mutex::new(Some(reply));
        let (server, runtime) = server(move |_| reply.lock().unwrap().take().unwrap()).await;
        let folder = tempfile::tempdir().unwrap();
        let result = runtime
            .download(&format!("{}/a.wav", server.origin()), folder.path())
            .await;
        let error = reason(result);
        assert!(expected(&error), "{error}");
        assert!(is_empty(folder.path()));
    }
}

#[tokio::test]
async fn private_and_insecure_addresses_are_not_asked() {
    let (server, runtime) = server(|_| ok(WAV)).await;
    let other = Server::start(|_| ok(WAV)).await;
    let folder = tempfile::tempdir().unwrap();
    let with_user = server.origin().replace("://", "://user@");
    for url in [
        "http://cdn.example/a.wav",
        "https://127.0.0.1/a.wav",
        "https://localhost/a.wav",
        "https://[::1]/a.wav",
        "https://169.254.169.254/latest",
        "https://user:pass@cdn.example/a.wav",
        "file:///etc/passwd",
        "not a url",
        &format!("{}/a.wav", other.origin()),
        &format!("{with_user}/a.wav"),
    ] {
        let error = reason(runtime.download(url, folder.path()).await);
        assert!(matches!(error, DownloadError::Address), "{url}: {error}");
    }
    assert_eq!(server.connections() + other.connections(), 0);
}
