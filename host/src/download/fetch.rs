//! The tries of one download.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming};
use tokio::time::timeout;

use super::partial::{Partial, Validator};
use super::{Download, DownloadError};
use crate::clock::Clock;
use crate::egress::{Wire, file_request};

/// Fetches a file, in as many tries as it takes as long as they bring more of it.
pub(super) async fn fetch(
    wire: &Wire,
    clock: &Clock,
    uri: Uri,
    folder: &Path,
) -> Result<Download, DownloadError> {
    let limits = wire.limits();
    let mut partial = open(folder, &uri).await?;
    let (mut tried, mut best, mut pause) = (0, partial.size(), limits.download_pause);
    loop {
        let failed = |source| DownloadError::File {
            path: folder.to_path_buf(),
            source,
        };
        let error = match attempt(wire, &uri, &mut partial, failed).await {
            Ok(()) => return partial.finish(),
            Err(error) => error,
        };
        if !error.is_passing() {
            partial.discard();
            return Err(error);
        }
        if partial.size() > best {
            (tried, best, pause) = (0, partial.size(), limits.download_pause);
        }
        tried += 1;
        if tried >= limits.download_tries {
            return Err(error);
        }
        tracing::info!(%error, tried, "a download broke off and is tried again");
        tokio::time::sleep(clock.real(pause)).await;
        pause = pause.saturating_mul(2);
    }
}

/// Opens what an earlier call left: reading it again takes its time.
async fn open(folder: &Path, uri: &Uri) -> Result<Partial, DownloadError> {
    let (path, uri) = (folder.to_path_buf(), uri.clone());
    let opened = tokio::task::spawn_blocking(move || Partial::open(&path, &uri)).await;
    let failed = |source| DownloadError::File {
        path: folder.to_path_buf(),
        source,
    };
    opened
        .map_err(|error| failed(std::io::Error::other(error)))?
        .map_err(failed)
}

/// One request, for the whole file or for what is missing of it.
async fn attempt(
    wire: &Wire,
    uri: &Uri,
    partial: &mut Partial,
    failed: impl Fn(std::io::Error) -> DownloadError,
) -> Result<(), DownloadError> {
    let limits = wire.limits();
    let limit = limits.download_size;
    let mut request = file_request(uri.clone());
    let rest = partial
        .validator()
        .filter(|_| partial.size() > 0)
        .and_then(|validator| {
            let range = format!("bytes={}-", partial.size());
            Some((HeaderValue::from_str(&range).ok()?, validator.header()))
        });
    let resuming = rest.is_some();
    if let Some((range, version)) = rest {
        request.headers_mut().insert(header::RANGE, range);
        request.headers_mut().insert(header::IF_RANGE, version);
    }
    let response = wire
        .send(request, limits.connect_timeout, limits.first_byte_timeout)
        .await
        .map_err(|_| DownloadError::Network)?;
    match response.status() {
        StatusCode::OK => {
            let validator = Validator::of(response.headers());
            partial.restart(validator).map_err(&failed)?;
        }
        StatusCode::PARTIAL_CONTENT if resuming && continues(&response, partial) => {}
        // Another part, or of another version: pieces of two versions are never joined.
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE if resuming => {
            partial.restart(None).map_err(&failed)?;
            return Err(DownloadError::Network);
        }
        status => return Err(DownloadError::Status(status.as_u16())),
    }

    let mut body = response.into_body();
    if partial.size().saturating_add(body.size_hint().lower()) > limit {
        return Err(DownloadError::TooLarge(limit));
    }
    while let Some(frame) = next_frame(&mut body, limits.between_bytes_timeout).await? {
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if partial.size() + data.len() as u64 > limit {
            return Err(DownloadError::TooLarge(limit));
        }
        partial.write(&data).map_err(&failed)?;
        if partial.is_foreign() {
            return Err(DownloadError::NotAudio);
        }
    }
    Ok(())
}

/// Whether an answer is the rest of what is there.
fn continues(response: &Response<Incoming>, partial: &Partial) -> bool {
    let version = Validator::of(response.headers());
    let same = version.is_none_or(|version| partial.validator() == Some(&version));
    same && first_byte(response.headers()) == Some(partial.size())
}

/// Where a part begins: `Content-Range: bytes 100-199/200`.
fn first_byte(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    let (first, _) = range.strip_prefix("bytes ")?.split_once('-')?;
    first.parse().ok()
}

async fn next_frame(
    body: &mut Incoming,
    between: Duration,
) -> Result<Option<Frame<Bytes>>, DownloadError> {
    match timeout(between, body.frame()).await {
        Err(_) | Ok(Some(Err(_))) => Err(DownloadError::Network),
        Ok(None) => Ok(None),
        Ok(Some(Ok(frame))) => Ok(Some(frame)),
    }
}
