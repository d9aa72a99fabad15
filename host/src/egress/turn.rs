//! Turns: how many exchanges and downloads go on at once, and who has to answer for the waiting.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::Uri;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};
use wasmtime_wasi_http::Error as HttpError;

use super::fault::Fault;

/// As many permits as a limit says; none at all would be a standstill.
pub(super) fn permits(limit: usize) -> usize {
    limit.clamp(1, Semaphore::MAX_PERMITS)
}

/// Hands out turns in the order in which they are asked for.
#[derive(Debug)]
pub(super) struct Turns {
    exchanges: Semaphore,
    downloads: Semaphore,
}

/// The right to one exchange or one download, until it is dropped.
#[derive(Debug)]
#[must_use]
pub(crate) struct Turn<'a> {
    _download: Option<SemaphorePermit<'a>>,
    _exchange: Option<SemaphorePermit<'a>>,
}

impl Turns {
    pub(super) fn new(connections: usize) -> Self {
        Self {
            exchanges: Semaphore::new(permits(connections)),
            // Downloads are long. Where they come from the service itself, they share its
            // connections, and most of those stay free for exchanges.
            downloads: Semaphore::new(permits(connections / 4)),
        }
    }

    /// Waits for the turn of an exchange, of which nothing has been sent.
    pub(super) async fn exchange(&self, patience: Duration) -> Result<Turn<'_>, Fault> {
        match timeout(patience, self.exchanges.acquire()).await {
            Ok(Ok(permit)) => Ok(Turn {
                _download: None,
                _exchange: Some(permit),
            }),
            // The semaphore is never closed.
            Ok(Err(_)) | Err(_) => Err(Fault::not_sent(HttpError::ConnectionLimitReached)),
        }
    }

    /// Waits for the turn of a download; `shared` says whether it comes from the service itself.
    pub(super) async fn download(&self, shared: bool) -> Turn<'_> {
        let _download = self.downloads.acquire().await.ok();
        let _exchange = match shared {
            true => self.exchanges.acquire().await.ok(),
            false => None,
        };
        Turn {
            _download,
            _exchange,
        }
    }
}

/// The address of `uri` at the origin as it is configured: a component that writes it in another
/// way gets no connections of its own.
pub(super) fn at_origin(origin: &Uri, uri: Uri) -> Result<Uri, Fault> {
    let mut parts = uri.into_parts();
    parts.scheme = origin.scheme().cloned();
    parts.authority = origin.authority().cloned();
    Uri::from_parts(parts).map_err(|_| Fault::not_sent(HttpError::HttpRequestUriInvalid))
}

/// How long the requests of a component have waited for their turn. The component has not to
/// answer for this time.
#[derive(Debug, Default)]
pub(super) struct Waits(Mutex<Waited>);

#[derive(Debug, Default)]
struct Waited {
    /// How many wait, and since when there are any.
    waiting: usize,
    since: Option<Instant>,
    before: Duration,
}

impl Waited {
    /// Counts the time until now.
    fn settle(&mut self) {
        let now = Instant::now();
        if let Some(since) = self.since {
            self.before += now - since;
        }
        self.since = (self.waiting > 0).then_some(now);
    }
}

impl Waits {
    fn with<T>(&self, change: impl FnOnce(&mut Waited) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits for `turn`, and counts it.
    pub(super) async fn over<T>(&self, turn: impl Future<Output = T>) -> T {
        struct Waiting<'a>(&'a Waits);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.with(|waited| {
                    waited.waiting -= 1;
                    waited.settle();
                });
            }
        }
        self.with(|waited| {
            waited.waiting += 1;
            waited.settle();
        });
        let _waiting = Waiting(self);
        turn.await
    }

    /// The time waited since this was last asked; none where it is less than a timer can tell.
    pub(super) fn take(&self) -> Option<Duration> {
        let waited = self.with(|waited| {
            waited.settle();
            std::mem::take(&mut waited.before)
        });
        (waited >= Duration::from_millis(1)).then_some(waited)
    }
}
