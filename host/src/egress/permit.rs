//! Connection permits: how many exchanges and downloads go on at once, and who is charged for the wait.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::Uri;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};

use super::exchange_error::ExchangeError;
use crate::metrics;

/// As many permits as a limit says; none at all would be a standstill.
pub(super) fn at_least_one(limit: usize) -> usize {
    limit.clamp(1, Semaphore::MAX_PERMITS)
}

/// Hands out permits in the order in which they are asked for.
#[derive(Debug)]
pub(super) struct ConnectionPermits {
    exchanges: Semaphore,
    downloads: Semaphore,
}

/// Permits one exchange or one download, until it is dropped.
#[derive(Debug)]
#[must_use]
pub(crate) struct ConnectionPermit<'a> {
    _download: Option<SemaphorePermit<'a>>,
    _exchange: Option<SemaphorePermit<'a>>,
}

impl ConnectionPermits {
    pub(super) fn new(connections: usize) -> Self {
        Self {
            exchanges: Semaphore::new(at_least_one(connections)),
            // Downloads are long. Where they come from the service itself, they share its
            // connections, and most of those stay free for exchanges.
            downloads: Semaphore::new(at_least_one(connections / 4)),
        }
    }

    /// Waits for the permit of an exchange. Nothing of it is sent before.
    pub(super) async fn exchange(
        &self,
        patience: Duration,
    ) -> Result<ConnectionPermit<'_>, ExchangeError> {
        if let Ok(permit) = self.exchanges.try_acquire() {
            return Ok(ConnectionPermit {
                _download: None,
                _exchange: Some(permit),
            });
        }
        metrics::connection_wait();
        match timeout(patience, self.exchanges.acquire()).await {
            Ok(Ok(permit)) => Ok(ConnectionPermit {
                _download: None,
                _exchange: Some(permit),
            }),
            // The semaphore is never closed.
            Ok(Err(_)) | Err(_) => Err(ExchangeError::NoFreeConnection),
        }
    }

    /// Waits for the permit of a download; `shared` says whether it comes from the service itself.
    pub(super) async fn download(&self, shared: bool) -> ConnectionPermit<'_> {
        let _download = self.downloads.acquire().await.ok();
        let _exchange = match shared {
            true => self.exchanges.acquire().await.ok(),
            false => None,
        };
        ConnectionPermit {
            _download,
            _exchange,
        }
    }
}

/// The address of `uri` at the origin as it is configured: a component that writes it in another
/// way gets no connections of its own.
pub(super) fn at_origin(origin: &Uri, uri: Uri) -> Result<Uri, ExchangeError> {
    let mut parts = uri.into_parts();
    parts.scheme = origin.scheme().cloned();
    parts.authority = origin.authority().cloned();
    Uri::from_parts(parts).map_err(|_| ExchangeError::Malformed)
}

/// How long the requests of a component have waited for a permit. This time isn't charged to the
/// component.
#[derive(Debug, Default)]
pub(crate) struct PermitWait(Mutex<Waited>);

#[derive(Debug, Default)]
struct Waited {
    /// How many wait, and since when there are any.
    waiting: usize,
    since: Option<Instant>,
    before: Duration,
}

impl Waited {
    /// Counts the time until now.
    fn count_until_now(&mut self) {
        let now = Instant::now();
        if let Some(since) = self.since {
            self.before += now - since;
        }
        self.since = (self.waiting > 0).then_some(now);
    }
}

impl PermitWait {
    fn with<T>(&self, change: impl FnOnce(&mut Waited) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits for `permit`, and counts the time.
    pub(crate) async fn over<T>(&self, permit: impl Future<Output = T>) -> T {
        struct Waiting<'a>(&'a PermitWait);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.with(|waited| {
                    waited.waiting -= 1;
                    waited.count_until_now();
                });
            }
        }
        self.with(|waited| {
            waited.waiting += 1;
            waited.count_until_now();
        });
        let _waiting = Waiting(self);
        permit.await
    }

    /// The time waited since this was last asked; none where it is less than a timer can tell.
    pub(crate) fn take(&self) -> Option<Duration> {
        let waited = self.with(|waited| {
            waited.count_until_now();
            std::mem::take(&mut waited.before)
        });
        (waited >= Duration::from_millis(1)).then_some(waited)
    }
}
