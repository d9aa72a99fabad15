//! Ctrl-C, and the request to end of other programs.

use std::io;

use tokio::sync::watch;

/// Hears how often the user asked to stop. Clones hear the same.
#[derive(Clone)]
pub(crate) struct Interrupt(watch::Receiver<u32>);

impl Interrupt {
    /// From here on Ctrl-C does not end the program by itself.
    pub(crate) fn listen() -> Self {
        let (sender, receiver) = watch::channel(0);
        if let Ok(mut signals) = signals() {
            tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    sender.send_modify(|count| *count += 1);
                }
            });
        }
        Self(receiver)
    }

    /// Whether the user has asked.
    pub(crate) fn is_pressed(&self) -> bool {
        *self.0.borrow() > 0
    }

    /// The next time the user asks, and how often that makes it.
    pub(crate) async fn pressed(&mut self) -> u32 {
        match self.0.changed().await {
            Ok(()) => *self.0.borrow_and_update(),
            Err(_) => std::future::pending().await,
        }
    }
}

#[cfg(unix)]
struct Signals(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
fn signals() -> io::Result<Signals> {
    use tokio::signal::unix::{SignalKind, signal};
    Ok(Signals(
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    ))
}

#[cfg(unix)]
impl Signals {
    async fn recv(&mut self) -> Option<()> {
        tokio::select! {
            signal = self.0.recv() => signal,
            signal = self.1.recv() => signal,
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
fn signals() -> io::Result<Signals> {
    tokio::signal::windows::ctrl_c().map(Signals)
}

#[cfg(windows)]
impl Signals {
    async fn recv(&mut self) -> Option<()> {
        self.0.recv().await
    }
}
