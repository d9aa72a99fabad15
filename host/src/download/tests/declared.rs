//! What a server calls the file.

use super::*;

const M4A: &str = "\0\0\0\u{15}ftypM4A and so on";

fn called(content_type: &str, body: &str) -> Reply {
    let headers = format!("content-type: {content_type}\r\netag: \"v1\"\r\n");
    status("200 OK", &headers, body)
}

/// What becomes of a file that is called this.
async fn fetch(content_type: &str, body: &str) -> (Result<AudioFormat, DownloadError>, bool) {
    let reply = called(content_type, body);
    let (server, runtime) = server(move |_| reply.clone()).await;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}/a", server.origin());
    let result = runtime.download(&url, folder.path()).await;
    let result = match result {
        Ok(download) => Ok(download.format()),
        Err(Error::Download(error)) => Err(error),
        Err(other) => panic!("{other}"),
    };
    (result, is_empty(folder.path()))
}

#[tokio::test]
async fn audio_may_be_called_anything_but_a_page() {
    for (content_type, body, format) in [
        ("audio/wav", WAV, AudioFormat::Wav),
        ("Audio/X-Wav; rate=44100", WAV, AudioFormat::Wav),
        // The bytes decide what it is.
        ("audio/mpeg", WAV, AudioFormat::Wav),
        ("application/octet-stream", WAV, AudioFormat::Wav),
        ("binary/octet-stream", WAV, AudioFormat::Wav),
        ("audio/mp4", M4A, AudioFormat::M4a),
        ("video/mp4", M4A, AudioFormat::M4a),
        ("video/webm", M4A, AudioFormat::M4a),
        ("application/force-download", WAV, AudioFormat::Wav),
        ("<b>not</b>/a type", WAV, AudioFormat::Wav),
        ("audio/wav", "nothing that is known", AudioFormat::Unknown),
    ] {
        let (result, _) = fetch(content_type, body).await;
        assert_eq!(result.unwrap(), format, "{content_type}");
    }
}

#[tokio::test]
async fn what_is_called_something_else_is_refused_by_name() {
    for (content_type, body, named) in [
        ("text/html; charset=utf-8", WAV, "html"),
        ("application/json", "{}", "json"),
        ("application/problem+xml", WAV, "xml"),
    ] {
        let (result, clean) = fetch(content_type, body).await;
        let error = result.unwrap_err();
        assert!(
            matches!(&error, DownloadError::ContentType(name) if name.ends_with(named)),
            "{content_type}: {error}"
        );
        assert!(clean, "{content_type}");
    }
}

#[tokio::test]
async fn what_is_called_audio_and_is_none_is_refused() {
    let (result, clean) = fetch("audio/wav", "<!DOCTYPE html><title>Sorry</title>").await;
    assert!(matches!(result, Err(DownloadError::NotAudio)));
    assert!(clean);
}

#[tokio::test]
async fn a_page_in_place_of_the_rest_costs_nothing_of_what_is_there() {
    let asked_before = std::sync::atomic::AtomicUsize::new(0);
    let (server, runtime) = server(move |request| {
        let number = asked_before.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        match (number, asked(request)) {
            (0, None) => Reply::Cut(part("v1", 0, 20)),
            // A network that wants its terms accepted first, for example.
            (1, Some((20, _))) => called("text/html", "<!DOCTYPE html><title>Sorry</title>"),
            (_, Some((from, _))) => Reply::Answer(part("v1", from, WAV.len())),
            other => panic!("{other:?}"),
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}/a.wav", server.origin());
    let error = reason(runtime.download(&url, folder.path()).await);
    assert!(matches!(error, DownloadError::ContentType(_)), "{error}");
    let download = runtime.download(&url, folder.path()).await.unwrap();
    assert_eq!(download.sha256(), SHA256);
}
