//! The tries of one download.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use url::Url;

use super::partial::{Partial, Validator};
use super::{Download, DownloadError, content_type, judge};
use crate::clock::Clock;
use crate::egress::{ServiceClient, file_request};
use crate::folder::Folder;

/// A partial file whose work on the disk is done away from the tasks: the end of a large file takes
/// a while to reach the disk.
struct Store {
    folder: Folder,
    /// None while it is being worked on.
    partial: Option<Partial>,
}

impl Store {
    async fn open(folder: &Folder, uri: &Uri) -> Result<Self, DownloadError> {
        let mut store = Self {
            folder: folder.clone(),
            partial: None,
        };
        let (folder, uri) = (folder.clone(), uri.clone());
        let opened = spawn_blocking(move || Partial::open(&folder, &uri)).await;
        let opened = opened.unwrap_or_else(|error| Err(io::Error::other(error)));
        store.partial = Some(opened.map_err(|error| store.failed(error))?);
        Ok(store)
    }

    fn failed(&self, source: io::Error) -> DownloadError {
        DownloadError::File {
            path: self.folder.path().to_path_buf(),
            source,
        }
    }

    fn size(&self) -> u64 {
        self.partial.as_ref().map_or(0, Partial::size)
    }

    fn validator(&self) -> Option<&Validator> {
        self.partial.as_ref()?.validator()
    }

    /// Hands the file to work that ends with it.
    async fn end<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(Partial) -> T + Send + 'static,
    ) -> Result<T, DownloadError> {
        let lost = || io::Error::other("the file is being worked on");
        let partial = self.partial.take().ok_or_else(|| self.failed(lost()))?;
        let done = spawn_blocking(move || work(partial)).await;
        done.map_err(|error| self.failed(io::Error::other(error)))
    }

    async fn change(
        &mut self,
        work: impl FnOnce(&mut Partial) -> io::Result<()> + Send + 'static,
    ) -> Result<(), DownloadError> {
        let working = self.end(|mut partial| {
            let result = work(&mut partial);
            (partial, result)
        });
        let (partial, result) = working.await?;
        self.partial = Some(partial);
        result.map_err(|error| self.failed(error))
    }

    async fn restart(&mut self, validator: Option<Validator>) -> Result<(), DownloadError> {
        self.change(|partial| partial.restart(validator)).await
    }

    /// Fails if the audio is cut off. Then it is begun anew.
    async fn check(&mut self, was_measured: bool) -> Result<(), DownloadError> {
        let checked = self.end(move |mut partial| {
            let whole = partial.is_whole(was_measured);
            (partial, whole)
        });
        let (partial, whole) = checked.await?;
        self.partial = Some(partial);
        if whole.map_err(|error| self.failed(error))? {
            return Ok(());
        }
        self.restart(None).await?;
        Err(DownloadError::Incomplete)
    }

    async fn flush(&mut self) -> Result<(), DownloadError> {
        self.change(Partial::flush).await
    }
}

/// How often an address that is not there yet is tried beyond the usual: with the usual pauses about a
/// minute in all.
const LATER_TRIES: u32 = 3;

/// The most redirects of one request.
const REDIRECTS: usize = 5;

/// Fetches a file, in as many tries as it takes as long as they bring more of it.
pub(super) async fn fetch(
    client: &ServiceClient,
    clock: &Clock,
    uri: Uri,
    folder: &Folder,
) -> Result<Download, DownloadError> {
    let limits = client.limits();
    let mut store = Store::open(folder, &uri).await?;
    let (mut tried, mut best, mut pause) = (0, store.size(), limits.download_pause);
    loop {
        let error = match attempt(client, &uri, &mut store).await {
            Ok(()) => return store.end(Partial::finish).await?,
            Err(error) => error,
        };
        if let DownloadError::ContentType(_) = error {
            // The answer was something else: what an earlier one brought of the audio stays.
            return Err(error);
        }
        if !error.is_passing() {
            let _ = store.end(Partial::discard).await;
            return Err(error);
        }
        store.flush().await?;
        if store.size() > best {
            (tried, best, pause) = (0, store.size(), limits.download_pause);
        }
        tried += 1;
        let most = match error.is_not_yet() {
            true => limits.download_tries.saturating_add(LATER_TRIES),
            false => limits.download_tries,
        };
        if tried >= most {
            return Err(error);
        }
        tracing::info!(%error, tried, "a download broke off and is tried again");
        tokio::time::sleep(clock.real(pause)).await;
        pause = pause.saturating_mul(2);
    }
}

/// One request, for the whole file or for what is missing of it.
async fn attempt(
    client: &ServiceClient,
    uri: &Uri,
    store: &mut Store,
) -> Result<(), DownloadError> {
    let limits = client.limits();
    let limit = limits.download_size;
    let mut request = file_request(uri.clone());
    let rest = store
        .validator()
        .filter(|_| store.size() > 0)
        .and_then(|validator| {
            let range = format!("bytes={}-", store.size());
            Some((HeaderValue::from_str(&range).ok()?, validator.header()))
        });
    let resuming = rest.is_some();
    if let Some((range, version)) = rest {
        request.headers_mut().insert(header::RANGE, range);
        request.headers_mut().insert(header::IF_RANGE, version);
    }
    let response = follow(client, request).await?;
    let mut promised = None;
    match response.status() {
        StatusCode::OK => {
            content_type::check(response.headers())?;
            store.restart(Validator::of(response.headers())).await?;
        }
        StatusCode::PARTIAL_CONTENT if resuming && continues(&response, store) => {
            content_type::check(response.headers())?;
            promised = last_byte(response.headers());
        }
        // Another part, or of another version: pieces of two versions are never joined.
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE if resuming => {
            store.restart(None).await?;
            return Err(DownloadError::Network);
        }
        status => return Err(DownloadError::Status(status.as_u16())),
    }

    // Without a length or chunks, the end of the connection is the end of the file.
    let is_measured = response.body().size_hint().exact().is_some()
        || response.headers().contains_key(header::TRANSFER_ENCODING);
    let mut body = response.into_body();
    if store.size().saturating_add(body.size_hint().lower()) > limit {
        return Err(DownloadError::TooLarge(limit));
    }
    while let Some(frame) = next_frame(&mut body, limits.between_bytes_timeout).await? {
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if store.size() + data.len() as u64 > limit {
            return Err(DownloadError::TooLarge(limit));
        }
        let Some(partial) = &mut store.partial else {
            continue;
        };
        let full = partial.push(&data);
        if partial.is_foreign() {
            return Err(DownloadError::NotAudio);
        }
        if full {
            store.flush().await?;
        }
    }
    if promised.is_some_and(|last| last + 1 != store.size()) {
        store.restart(None).await?;
        return Err(DownloadError::Incomplete);
    }
    store.check(is_measured).await
}

/// Sends a request, and follows redirects: each address is judged like the first.
async fn follow(
    client: &ServiceClient,
    mut request: Request<Full<Bytes>>,
) -> Result<Response<Incoming>, DownloadError> {
    let limits = client.limits();
    for _ in 0..=REDIRECTS {
        let (uri, headers) = (request.uri().clone(), request.headers().clone());
        let response = client
            .send(request, limits.connect_timeout, limits.first_byte_timeout)
            .await
            .map_err(|_| DownloadError::Network)?;
        let location = match response.status().as_u16() {
            301 | 302 | 303 | 307 | 308 => response.headers().get(header::LOCATION),
            _ => return Ok(response),
        };
        let status = DownloadError::Status(response.status().as_u16());
        let location = location.and_then(|it| it.to_str().ok()).ok_or(status)?;
        let base = Url::parse(&uri.to_string()).map_err(|_| DownloadError::Address)?;
        let next = base.join(location).map_err(|_| DownloadError::Address)?;
        request = Request::new(Full::default());
        *request.uri_mut() = judge(client, next.as_str())?;
        *request.headers_mut() = headers;
    }
    Err(DownloadError::Redirects)
}

/// Whether an answer is the rest of what is there.
fn continues(response: &Response<Incoming>, store: &Store) -> bool {
    let version = Validator::of(response.headers());
    let same = version.is_none_or(|version| store.validator() == Some(&version));
    same && first_byte(response.headers()) == Some(store.size())
}

/// Where a part begins: `Content-Range: bytes 100-199/200`.
fn first_byte(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    let (first, _) = range.strip_prefix("bytes ")?.split_once('-')?;
    first.parse().ok()
}

/// Where a part of known length ends: `Content-Range: bytes 100-199/200`. None unless it is the rest.
fn last_byte(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    let (_, last) = range.strip_prefix("bytes ")?.split_once('-')?;
    let (last, whole) = last.split_once('/')?;
    let (last, whole): (u64, u64) = (last.parse().ok()?, whole.parse().ok()?);
    (last.checked_add(1)? == whole).then_some(last)
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
