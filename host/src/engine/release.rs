//! Large instances are given back one after the other, each on a thread of its own, and no memory is taken
//! for others meanwhile.
//!
//! The system takes milliseconds for it and keeps the address space of the process locked: whoever wants
//! memory of it would hold up its worker and all tasks there.

use std::sync::Arc;
use std::thread;

use tokio::sync::RwLock;

/// An instance with more memory than this is large, in bytes.
const LARGE: usize = 4 << 20;

/// Whether something large is being given back.
#[derive(Debug, Default)]
pub(crate) struct Release {
    under_way: RwLock<()>,
}

impl Release {
    /// Waits until nothing is being given back.
    pub(crate) async fn over(&self) {
        drop(self.under_way.read().await);
    }

    /// Gives something back that has so many bytes of memory.
    pub(crate) fn begin<T: Send + 'static>(self: &Arc<Self>, memory: usize, last: T) {
        if memory > LARGE {
            let release = Arc::clone(self);
            let give_back = move || {
                let _under_way = release.under_way.blocking_write();
                drop(last);
            };
            // Without a thread for it, it goes at once: what a thread is not given is dropped.
            let _ = thread::Builder::new()
                .name("ima-release".to_owned())
                .spawn(give_back);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    /// Takes as long to be dropped as the other side wants.
    struct Slow(Option<oneshot::Receiver<()>>);

    impl Drop for Slow {
        fn drop(&mut self) {
            if let Some(receiver) = self.0.take() {
                let _ = receiver.blocking_recv();
            }
        }
    }

    #[tokio::test]
    async fn nothing_is_taken_while_something_large_is_given_back() {
        let release = Arc::new(Release::default());
        let (end, ended) = oneshot::channel();
        release.begin(LARGE + 1, Slow(Some(ended)));
        // Once the thread is at it, nobody gets past.
        while release.under_way.try_read().is_ok() {
            tokio::task::yield_now().await;
        }
        let over = std::pin::pin!(release.over());
        let passed = tokio::select! {
            biased;
            () = over => true,
            () = tokio::task::yield_now() => false,
        };
        assert!(!passed);
        end.send(()).unwrap();
        release.over().await;
    }

    #[test]
    fn what_is_small_is_given_back_at_once() {
        let (dropped, was_dropped) = oneshot::channel::<()>();
        Arc::new(Release::default()).begin(LARGE, dropped);
        assert!(was_dropped.blocking_recv().is_err());
    }
}
