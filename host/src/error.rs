//! What can go wrong at the boundary of the library.

use std::path::PathBuf;

use crate::credential::CredentialError;
use crate::download::DownloadError;
use crate::journal::JournalError;
use crate::limits::Limit;
use crate::logs::LogError;
use crate::network::NetworkError;
use crate::origin::OriginError;
use crate::types;

/// What was known when a component was stopped.
#[derive(Debug, Clone, PartialEq)]
pub struct Aftermath {
    /// Whether the account was charged, as far as the host saw it.
    pub charge: types::Charge,
    /// What [`Runtime::resume`](crate::Runtime::resume) takes to go on: the last checkpoint that was
    /// handed out, else what the generation was taken up from.
    pub continuation: Option<String>,
    /// The task, where the service's answer was seen. Where the component broke down before it
    /// could make a continuation of it, [`Runtime::resume_task`](crate::Runtime::resume_task) goes
    /// on with both; a job of the journal is simply taken up.
    pub task_id: Option<String>,
    /// Whether going on reaches a task that is known to exist, at no further cost.
    pub resumable: bool,
    /// The job in the journal, where there is one.
    pub job: Option<String>,
}

/// Every failure of the library. None of them holds the API key or a prompt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No API key was found. Nothing was sent.
    #[error("the API key is missing")]
    CredentialMissing,
    /// The API key could not be read or used. Nothing was sent.
    #[error(transparent)]
    Credential(CredentialError),
    /// The origin can't be used.
    #[error("the origin can't be used: {0}")]
    Origin(#[from] OriginError),
    /// An accelerated clock was asked for with an origin that is not this machine. The service
    /// must never be polled faster than it allows.
    #[error("an accelerated clock is only for an origin on this machine")]
    AcceleratedClock,
    /// The component's file can't be read.
    #[error("{}: {source}", path.display())]
    ComponentFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The bytes are not a WebAssembly component.
    #[error("not a WebAssembly component")]
    NotAComponent,
    /// The component imports interfaces other than standard WASI 0.2; one of world `machine`,
    /// any at all.
    #[error("the component imports what it is not offered: {}", .0.join(", "))]
    UnknownImports(Vec<String>),
    /// The component does not export its world, `ima:studio/plugin` or `ima:studio/machine`.
    #[error("the component does not export its world of the package ima:studio")]
    WrongWorld(#[source] wasmtime::Error),
    /// The engine could not be set up, or could not compile the component.
    #[error("the WebAssembly engine failed")]
    Engine(#[source] wasmtime::Error),
    /// The proxy or a certificate can't be used.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The log folder can't be used, or not in this process.
    #[error(transparent)]
    Logs(#[from] LogError),
    /// TLS could not be set up.
    #[error("TLS could not be set up")]
    Tls(#[source] rustls::Error),
    /// The request, the settings or the continuation can't be used. Nothing was sent.
    #[error("the call was refused: {0}")]
    Rejected(types::Error),
    /// The request or the continuation holds the API key, which has no business there: it would
    /// come into the sandbox and the journal. Nothing was sent.
    #[error("the request holds the API key")]
    KeyInRequest,
    /// A request or a continuation is larger than [`Limits::input_size`](crate::Limits::input_size)
    /// allows. Nothing was sent.
    #[error("what was asked for has {size} bytes, and {most} are allowed")]
    TooLarge {
        /// Bytes of its texts.
        size: usize,
        /// Bytes that are allowed.
        most: usize,
    },
    /// A quote or a list of models ended with a failure. Nothing was spent.
    #[error("the service could not be asked: {}", .0.message)]
    Failure(Box<types::Failure>),
    /// The component exceeded a limit and was stopped.
    #[error("the component exceeded its limit: {limit}")]
    Limit {
        /// Which.
        limit: Limit,
        /// What is known about the money.
        aftermath: Box<Aftermath>,
    },
    /// The component broke down by itself.
    #[error("the component broke down")]
    Trap {
        /// What is known about the money.
        aftermath: Box<Aftermath>,
        /// The engine's account of it.
        #[source]
        source: wasmtime::Error,
    },
    /// The generation has ended: how, was handed out before.
    #[error("the generation has ended")]
    Ended,
    /// The journal failed. Where it happens before the create request, nothing was spent.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The journal holds no such job, or the runtime has no journal.
    #[error("no such job: {0}")]
    NoSuchJob(String),
    /// The job ended before anything was spent, and what was asked for is not kept: there is
    /// nothing to go on with.
    #[error("nothing to go on with: the job {0} ended before anything was spent")]
    NothingToResume(String),
    /// Another generation, of this process or of another, works on the job.
    #[error("the job {0} is being worked on elsewhere")]
    JobInUse(String),
    /// A job could not be read from the journal, or a generation that was taken up could not keep
    /// its checkpoint. Its create request did not leave; an earlier one may have.
    #[error("a job that was taken up could not be journalled")]
    Unrecorded {
        /// What is known about the money.
        aftermath: Box<Aftermath>,
        /// Why.
        #[source]
        source: JournalError,
    },
    /// The bytes are no preference file.
    #[error("{0}")]
    Preferences(types::PreferencesError),
    /// The audio could not be fetched.
    #[error(transparent)]
    Download(#[from] DownloadError),
}

impl Error {
    /// A job that the journal can't tell of: it may have been paid.
    pub(crate) fn unreadable(id: &str, source: JournalError) -> Self {
        let aftermath = Aftermath {
            charge: types::Charge::Unknown,
            continuation: None,
            task_id: None,
            resumable: false,
            job: Some(id.to_owned()),
        };
        Self::Unrecorded {
            aftermath: Box::new(aftermath),
            source,
        }
    }
}

impl From<CredentialError> for Error {
    fn from(error: CredentialError) -> Self {
        match error {
            CredentialError::Missing => Self::CredentialMissing,
            other => Self::Credential(other),
        }
    }
}
