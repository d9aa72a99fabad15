//! Downloads from servers that behave and that do not.

mod declared;
#[cfg(unix)]
mod planted;
mod workers;

use std::fs;
use std::path::Path;

use super::{AudioFormat, DownloadError};
use crate::{Credential, Error, Folder, Limits, Runtime};
use ima_attack_kit::raw::{Received, Reply, Server, ok, status};

/// Whether a failure is the expected one.
type Expected = fn(&DownloadError) -> bool;

/// How often a download is tried here.
const TRIES: u32 = 2;

const WAV: &str = "RIFF\u{11}\0\0\0WAVEfmt and so on";

async fn server(script: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> (Server, Runtime) {
    server_tried(TRIES, script).await
}

async fn server_tried(
    tries: u32,
    script: impl Fn(&Received) -> Reply + Send + Sync + 'static,
) -> (Server, Runtime) {
    let server = Server::start(script).await;
    let runtime = Runtime::builder()
        .origin(&server.origin())
        .credential(Credential::literal("ima_test_key"))
        .limits(Limits {
            download_size: 100,
            download_tries: tries,
            download_pause: std::time::Duration::ZERO,
            ..Limits::default()
        })
        .cache_folder(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/test-cache"))
        .build()
        .await
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
        "ad5c69e498632229c0f6cf195a00c21120d2b1830a72623542e250234195bb66"
    );

    let target = folder.path().join("song.wav");
    download.keep(&target, false).await.unwrap();
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
        download.keep(&target, false).await,
        Err(DownloadError::Exists(_))
    ));
    assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
    runtime
        .download(&url, folder.path())
        .await
        .unwrap()
        .keep(&target, true)
        .await
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
        (status("302 Found", "", ""), |error| {
            matches!(error, DownloadError::Status(302))
        }),
        (status("302 Found", "location: /a.wav\r\n", ""), |error| {
            matches!(error, DownloadError::Redirects)
        }),
        (
            status("302 Found", "location: https://127.0.0.1/\r\n", ""),
            |error| matches!(error, DownloadError::Address),
        ),
        (status("404 Not Found", "", ""), |error| {
            matches!(error, DownloadError::Status(404))
        }),
        (
            Reply::Cut(format!("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{WAV}").into()),
            |error| matches!(error, DownloadError::Network),
        ),
    ];
    for (reply, expected) in answers {
        let (server, runtime) = server(move |_| reply.clone()).await;
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
async fn a_redirect_is_followed_and_carries_no_key() {
    let (server, runtime) = server(|request| match request.head.starts_with("GET /a.wav ") {
        true => status("307 Temporary Redirect", "location: b/c.wav?d=e\r\n", ""),
        false => ok(WAV),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}/a.wav", server.origin());
    let download = runtime.download(&url, folder.path()).await.unwrap();
    assert_eq!(download.sha256(), SHA256);
    let last = server.received().pop().unwrap().head.to_ascii_lowercase();
    assert!(last.starts_with("get /b/c.wav?d=e "), "{last}");
    assert!(last.contains("user-agent: ima-host/") && !last.contains("authorization"));
}

#[tokio::test]
async fn a_file_that_is_there_only_after_a_while_is_waited_for() {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let (_server, runtime) =
        server(
            move |_| match asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
                0..=1 => status("404 Not Found", "", ""),
                2 => status(
                    "403 Forbidden",
                    "content-type: application/xml\r\n",
                    "<Error/>",
                ),
                _ => ok(WAV),
            },
        )
        .await;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}/a.wav", _server.origin());
    let download = runtime.download(&url, folder.path()).await.unwrap();
    assert_eq!(download.format(), AudioFormat::Wav);
}

#[tokio::test]
async fn audio_that_is_cut_off_where_the_connection_ends_is_no_success() {
    // Without a length, only the container says how much there is.
    let cut = |end: usize| {
        let audio = WAV.get(..end).unwrap();
        Reply::Cut(format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{audio}").into())
    };
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let (server, runtime) =
        server(
            move |_| match asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
                0 => cut(20),
                _ => cut(WAV.len()),
            },
        )
        .await;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}/a.wav", server.origin());
    let download = runtime.download(&url, folder.path()).await.unwrap();
    assert_eq!(download.sha256(), SHA256);
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn a_public_address_is_asked_over_tls_only() {
    let (_server, runtime) = server(|_| ok(WAV)).await;
    let judged = super::judge(runtime.client(), "http://cdn.example/a.wav?b=c").unwrap();
    assert_eq!(judged.to_string(), "https://cdn.example/a.wav?b=c");
}

#[tokio::test]
async fn private_and_insecure_addresses_are_not_asked() {
    let (server, runtime) = server(|_| ok(WAV)).await;
    let other = Server::start(|_| ok(WAV)).await;
    let folder = tempfile::tempdir().unwrap();
    let with_user = server.origin().replace("://", "://user@");
    for url in [
        "http://169.254.169.254/latest",
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

/// The part of the file from `from` to `to`, with its version, as an answer to a request for it.
fn part(version: &str, from: usize, to: usize) -> Vec<u8> {
    let (length, rest) = (WAV.len() - from, WAV.get(from..to).unwrap());
    let head = match from {
        0 => "200 OK".to_owned(),
        _ => {
            let (last, whole) = (WAV.len() - 1, WAV.len());
            format!("206 Partial Content\r\ncontent-range: bytes {from}-{last}/{whole}")
        }
    };
    format!("HTTP/1.1 {head}\r\netag: \"{version}\"\r\ncontent-length: {length}\r\n\r\n{rest}")
        .into()
}

/// What a request asks for: the first byte, and the version that it must be of.
fn asked(request: &Received) -> Option<(usize, String)> {
    let value = |name: &str| {
        let mut lines = request.head.lines();
        lines.find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then(|| value.to_owned())
        })
    };
    let range = value("range")?;
    let from = range.strip_prefix("bytes=")?.strip_suffix('-')?.to_owned();
    Some((from.parse().unwrap(), value("if-range").unwrap()))
}

const SHA256: &str = "ad5c69e498632229c0f6cf195a00c21120d2b1830a72623542e250234195bb66";

#[tokio::test]
async fn a_download_that_breaks_off_goes_on_where_it_stopped() {
    // Ten bytes at a time: more tries than are allowed without progress.
    let (server, runtime) = server(|request| {
        let from = asked(request).map_or(0, |(from, version)| {
            assert_eq!(version, "\"v1\"");
            from
        });
        Reply::Cut(part("v1", from, (from + 10).min(WAV.len())))
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}/a.wav", server.origin());
    let download = runtime.download(&url, folder.path()).await.unwrap();
    assert_eq!(
        (download.size(), download.sha256()),
        (WAV.len() as u64, SHA256)
    );
    let firsts: Vec<_> = server
        .received()
        .iter()
        .map(|request| asked(request).map_or(0, |(from, _)| from))
        .collect();
    assert_eq!(firsts, [0, 10, 20]);
    let target = folder.path().join("song.wav");
    download.keep(&target, false).await.unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), WAV);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_later_call_goes_on_with_what_an_earlier_one_left() {
    let broken = std::sync::atomic::AtomicBool::new(true);
    let (server, runtime) = server(move |request| match asked(request) {
        None => Reply::Cut(part("v1", 0, 20)),
        Some(_) if broken.swap(false, std::sync::atomic::Ordering::SeqCst) => {
            Reply::Cut(Vec::new())
        }
        Some((from, _)) => Reply::Answer(part("v1", from, WAV.len())),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}/a.wav", server.origin());
    let once = Runtime::clone(&runtime);
    let error = reason(once.download(&url, folder.path()).await);
    assert!(matches!(error, DownloadError::Network));
    assert!(!is_empty(folder.path()));

    let download = runtime.download(&url, folder.path()).await.unwrap();
    assert_eq!(download.sha256(), SHA256);
    assert_eq!(server.received().len(), 3);
    drop(download);
    assert!(is_empty(folder.path()));
}

#[tokio::test]
async fn pieces_of_two_versions_are_never_joined() {
    // One server sends the whole new version at once, the other a piece of it first.
    for piece_first in [false, true] {
        let changed = std::sync::atomic::AtomicBool::new(false);
        let (server, runtime) = server_tried(3, move |request| match asked(request) {
            None if changed.swap(true, std::sync::atomic::Ordering::SeqCst) => {
                Reply::Answer(part("v2", 0, WAV.len()))
            }
            None => Reply::Cut(part("v1", 0, 20)),
            Some((from, _)) if piece_first => Reply::Answer(part("v2", from, WAV.len())),
            Some(_) => Reply::Answer(part("v2", 0, WAV.len())),
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let url = format!("{}/a.wav", server.origin());
        let download = runtime.download(&url, folder.path()).await.unwrap();
        assert_eq!(download.sha256(), SHA256);
        let asked: Vec<_> = server.received().iter().map(asked).collect();
        let part = Some((20, "\"v1\"".to_owned()));
        match piece_first {
            true => assert_eq!(asked, [None, part, None]),
            false => assert_eq!(asked, [None, part]),
        }
    }
}

#[tokio::test]
async fn tries_that_bring_nothing_are_counted() {
    for (reply, version_known) in [
        (status("503 Service Unavailable", "", "busy"), false),
        (Reply::Cut(part("v1", 0, 20)), true),
    ] {
        let (server, runtime) = server(move |request| match asked(request) {
            Some(_) => Reply::Cut(Vec::new()),
            None => reply.clone(),
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let url = format!("{}/a.wav", server.origin());
        let error = reason(runtime.download(&url, folder.path()).await);
        assert!(error.is_passing(), "{error}");
        let tries = TRIES as usize;
        assert_eq!(server.received().len(), tries);
        assert_eq!(is_empty(folder.path()), !version_known);
    }
}

#[tokio::test]
async fn two_calls_for_one_address_do_not_meet() {
    let gate = tokio::sync::watch::Sender::new(false);
    let opening = gate.subscribe();
    let (server, runtime) =
        server(move |_| Reply::Gated(opening.clone(), part("v1", 0, WAV.len()))).await;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}/a.wav", server.origin());
    let fetch = || runtime.download(&url, folder.path());
    let (one, other, ()) = tokio::join!(fetch(), fetch(), async {
        while server.received().len() < 2 {
            tokio::task::yield_now().await;
        }
        gate.send_replace(true);
    });
    for (download, name) in [(one.unwrap(), "1.wav"), (other.unwrap(), "2.wav")] {
        assert_eq!(download.sha256(), SHA256);
        let path = folder.path().join(name);
        download.keep(&path, false).await.unwrap();
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}
