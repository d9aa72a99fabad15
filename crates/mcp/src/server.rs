//! The server: what its calls share, its start and its end.

use std::sync::Arc;

use ima_host::{Job, Journal, Runtime};
use rmcp::RoleServer;
use rmcp::ServiceExt;
use rmcp::service::ServerInitializeError;
use rmcp::transport::IntoTransport;
use tokio::sync::watch;

use crate::questions::Questions;
use crate::settings::Settings;
use crate::work::{Begin, Work};

/// Why a server could not serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The runtime has no journal, without which nothing can be bought once.
    #[error("The server needs a runtime with a journal.")]
    NoJournal,
    /// The client did not begin as the protocol says.
    #[error("The client did not begin as the protocol says: {0}.")]
    Beginning(#[source] Box<ServerInitializeError>),
}

/// The MCP server. Cheap to clone: a clone shares everything.
#[derive(Clone)]
pub struct Server {
    shared: Arc<Shared>,
}

struct Shared {
    runtime: Runtime,
    journal: Journal,
    settings: Settings,
    work: Work,
    questions: Questions,
    stop: watch::Sender<bool>,
}

/// Whether the process is to end.
pub(crate) struct Stopping(watch::Receiver<bool>);

impl Stopping {
    pub(crate) fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves once it is.
    pub(crate) async fn asked(&mut self) {
        if self.0.wait_for(|stop| *stop).await.is_err() {
            std::future::pending().await
        }
    }
}

impl Server {
    /// A server over a runtime, which has a journal and the ceilings of the settings.
    ///
    /// # Errors
    ///
    /// [`ServeError::NoJournal`].
    pub fn new(runtime: Runtime, settings: Settings) -> Result<Self, ServeError> {
        let journal = runtime.journal().cloned().ok_or(ServeError::NoJournal)?;
        let shared = Shared {
            runtime,
            journal,
            settings,
            work: Work::default(),
            questions: Questions::default(),
            stop: watch::Sender::new(false),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Serves one client until its input ends or `stop` resolves, then ends as [`end`](Self::end).
    /// Takes up open jobs first.
    ///
    /// # Errors
    ///
    /// [`ServeError::Beginning`].
    pub async fn serve_until<T, E, A>(
        self,
        transport: T,
        stop: impl Future<Output = ()>,
    ) -> Result<(), ServeError>
    where
        T: IntoTransport<RoleServer, E, A>,
        E: std::error::Error + Send + Sync + 'static,
    {
        self.take_up();
        let served = async {
            match self.clone().serve(transport).await {
                Ok(running) => {
                    let _ = running.waiting().await;
                    Ok(())
                }
                // It ended before it began.
                Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
                Err(error) => Err(ServeError::Beginning(Box::new(error))),
            }
        };
        let result = tokio::select! {
            served = served => served,
            () = stop => Ok(()),
        };
        self.end().await;
        result
    }

    /// Serves the client on standard input and output.
    ///
    /// # Errors
    ///
    /// As [`serve_until`](Self::serve_until).
    pub async fn serve_stdio(self, stop: impl Future<Output = ()>) -> Result<(), ServeError> {
        self.serve_until(rmcp::transport::stdio(), stop).await
    }

    /// Ends all waiting. A create request that is under way is waited for; jobs that are paid go on at
    /// the service, and the next start takes them up.
    pub async fn end(&self) {
        self.shared.stop.send_replace(true);
        self.shared.work.ended().await;
    }

    /// Takes up the open jobs that this server began before, on a task of its own.
    pub fn take_up(&self) {
        let server = self.clone();
        tokio::spawn(async move {
            let jobs = match server.journal().list().await {
                Ok(jobs) => jobs,
                Err(error) => {
                    tracing::warn!(%error, "open jobs could not be looked for");
                    return;
                }
            };
            let open = |job: &&Job| job.is_open() && job.is_paid();
            for job in jobs.iter().filter(open).take(AT_ONCE) {
                // What other programs began is theirs to deliver.
                let quoted = server.journal().quote(&job.id).await;
                if matches!(quoted, Ok(Some(quote)) if quote.job == job.id) {
                    server.work_on(&job.id, Begin::Resume);
                }
            }
        });
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.shared.runtime
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.shared.journal
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    pub(crate) fn work(&self) -> &Work {
        &self.shared.work
    }

    pub(crate) fn questions(&self) -> &Questions {
        &self.shared.questions
    }

    pub(crate) fn stopping(&self) -> Stopping {
        Stopping(self.shared.stop.subscribe())
    }
}

/// How many jobs are taken up at a start.
const AT_ONCE: usize = 50;
