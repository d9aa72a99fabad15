//! What can go wrong at the boundary of the library.

use std::error::Error as StdError;
use std::fmt;
use std::path::PathBuf;

use ima_journal::StoreError;

use crate::credential::CredentialError;
use crate::download::DownloadError;
use crate::egress::Halt;
use crate::engine;
use crate::limits::Limit;
use crate::network::NetworkError;
use crate::origin::OriginError;
use crate::types;

/// What was known when a component was stopped.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Aftermath {
    /// Whether the account was charged, as far as the host saw it.
    pub charge: types::Charge,
    /// What [`Resume::continuation`](crate::Resume::continuation) takes to go on: the last checkpoint
    /// that was handed out, else what the generation was resumed from.
    pub continuation: Option<String>,
    /// The task, if the service's answer was seen. If the component broke down before it could make
    /// a continuation of it, [`Resume::task`](crate::Resume::task) goes on with both; a job of the
    /// journal is simply resumed.
    pub task_id: Option<String>,
    /// Whether going on reaches a task that is known to exist, at no further cost.
    pub resumable: bool,
    /// The job in the journal, if there is one.
    pub job: Option<String>,
}

impl Aftermath {
    /// Of a call that can't have spent anything.
    pub(crate) fn unspent() -> Self {
        Self {
            charge: types::Charge::No,
            continuation: None,
            task_id: None,
            resumable: false,
            job: None,
        }
    }
}

/// What the engine says went wrong. The text is for developers.
pub struct EngineError(Box<dyn StdError + Send + Sync>);

impl EngineError {
    pub(crate) fn new(error: wasmtime::Error) -> Self {
        Self(error.into())
    }

    pub(crate) fn other(error: impl StdError + Send + Sync + 'static) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Debug for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl StdError for EngineError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

/// Every failure of the library. None of them holds the API key or a prompt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No API key was found. Nothing was sent.
    #[error("The API key is missing.")]
    CredentialMissing,
    /// The API key could not be read or used. Nothing was sent.
    #[error(transparent)]
    Credential(CredentialError),
    /// The origin can't be used.
    #[error("The service's address can't be used: {0}.")]
    Origin(#[from] OriginError),
    /// An accelerated clock was asked for with an origin that is not this machine. The service
    /// must never be polled faster than it allows.
    #[error("An accelerated clock is only for a service on this machine.")]
    AcceleratedClock,
    /// The component's file can't be read.
    #[error("The component {} can't be read: {source}.", path.display())]
    ComponentFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The bytes are not a WebAssembly component.
    #[error("The file or bytes given are not a WebAssembly component.")]
    NotAComponent,
    /// The component is larger than any that is compiled: compiling could take minutes, and gigabytes.
    #[error("The component has {found} {what}; at most {most} are compiled.")]
    ComponentTooLarge {
        /// What there is too much of: `bytes` or `functions`.
        what: &'static str,
        /// How much there is.
        found: u64,
        /// How much there may be.
        most: u64,
    },
    /// A component of world `machine` must not import anything.
    #[error("The component imports what it is not offered: {}.", .0.join(", "))]
    UnknownImports(Vec<String>),
    /// The component does not export the world `machine` of `ima:studio` 0.2.
    #[error("The component does not export the world ima:studio/machine of version 0.2.")]
    WrongWorld(#[source] EngineError),
    /// The engine could not be set up, or could not compile the component.
    #[error("The WebAssembly engine failed: {0}.")]
    Engine(#[source] EngineError),
    /// The proxy or a certificate can't be used.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The process is ending.
    #[error("The work was broken off: the process is ending.")]
    Interrupted,
    /// The request, the settings or the continuation can't be used. Nothing was sent.
    #[error("{}", rejection(.0))]
    Rejected(types::Error),
    /// A request's values can't be written as JSON. Nothing was sent.
    #[error("The request can't be written as JSON.")]
    RequestNotText,
    /// The request or the continuation holds the API key, which has no business there: it would
    /// come into the sandbox and the journal. Nothing was sent.
    #[error("The request holds the API key; it was not sent.")]
    KeyInRequest,
    /// A request or a continuation is larger than [`Limits::input_size`](crate::Limits::input_size)
    /// allows. Nothing was sent.
    #[error("The request has {size} bytes, and {most} are allowed.")]
    TooLarge {
        /// Its bytes.
        size: usize,
        /// Bytes that are allowed.
        most: usize,
    },
    /// A quote or a list of models ended with a failure. Nothing was spent.
    #[error("{}", .0.message)]
    Failure(Box<types::Failure>),
    /// A ceiling of the runtime, [`Builder::ceilings`](crate::Builder::ceilings), keeps the create
    /// request back.
    #[error("{ceiling}")]
    Ceiling {
        /// Which.
        ceiling: CeilingExceeded,
        /// What is known about the money.
        aftermath: Box<Aftermath>,
    },
    /// The component exceeded a limit and was stopped.
    #[error("The component was stopped: it exceeded its limit on {limit}.")]
    Limit {
        /// Which.
        limit: Limit,
        /// What is known about the money.
        aftermath: Box<Aftermath>,
    },
    /// The component broke down by itself.
    #[error("The component broke down: {source}.")]
    Trap {
        /// What is known about the money.
        aftermath: Box<Aftermath>,
        /// The engine's account of it.
        source: EngineError,
    },
    /// The generation has ended: how, was handed out before.
    #[error("The generation has ended.")]
    Ended,
    /// The journal failed before the create request left. Nothing was spent.
    #[error("The journal can't be used, so nothing was sent: {0}")]
    Journal(#[from] StoreError),
    /// The journal holds no such job, or the runtime has no journal.
    #[error("No job named {0:?}.")]
    NoSuchJob(String),
    /// The job ended before anything was spent, and what was asked for is not kept: there is
    /// nothing to go on with.
    #[error("The job {0} ended before anything was spent; there is nothing to resume.")]
    NothingToResume(String),
    /// Another generation, of this process or of another, works on the job.
    #[error("Another process or generation is working on the job {0}.")]
    JobInUse(String),
    /// A job could not be read from the journal, or a generation that was resumed could not keep
    /// its checkpoint. Its create request did not leave; an earlier one may have.
    #[error("A resumed job could not be journalled: {source}")]
    Unrecorded {
        /// What is known about the money.
        aftermath: Box<Aftermath>,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// The bytes are no preference file.
    #[error("The preference file is damaged: {}.", damage(.0))]
    Preferences(types::PreferencesError),
    /// The audio could not be fetched.
    #[error(transparent)]
    Download(#[from] DownloadError),
}

/// The ceiling that a create request would have exceeded. All amounts are points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CeilingExceeded {
    /// One request costs more than is allowed.
    PerRequest {
        /// What it costs at the worst.
        points: u64,
        /// What is allowed.
        ceiling: u64,
    },
    /// With this request, more than is allowed would be spent today (UTC).
    PerDay {
        /// What it costs at the worst.
        points: u64,
        /// What was spent today, including what is in doubt.
        spent: u64,
        /// What is allowed.
        ceiling: u64,
    },
    /// The service refused this generation three times.
    Attempts,
}

impl fmt::Display for CeilingExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PerRequest { points, ceiling } => write!(
                f,
                "The request costs {points} points, and one request may cost {ceiling}."
            ),
            Self::PerDay {
                points,
                spent,
                ceiling,
            } => write!(
                f,
                "The request costs {points} points; {spent} were spent today, and {ceiling} are \
                 allowed a day."
            ),
            Self::Attempts => f.write_str("The service refused this generation three times."),
        }
    }
}

fn rejection(error: &types::Error) -> String {
    match error {
        types::Error::Invalid(value) => format!(
            "{} can't be {:?}: it takes {}.",
            value.field, value.given, value.allowed
        ),
        types::Error::Continuation(why) => format!("The continuation can't be used: {why}."),
        types::Error::Other(why) => format!("The component refused the call: {why}."),
    }
}

fn damage(error: &types::PreferencesError) -> &str {
    let types::PreferencesError::Damaged(why) = error;
    why
}

impl From<CredentialError> for Error {
    fn from(error: CredentialError) -> Self {
        match error {
            CredentialError::Missing => Self::CredentialMissing,
            other => Self::Credential(other),
        }
    }
}

/// Why a call into an instance gave no result.
pub(crate) enum Stop {
    /// A limit was exceeded.
    Limit(Limit),
    /// The egress doesn't let the generation go on.
    Halt(Halt),
    /// The component broke down.
    Trap(wasmtime::Error),
}

impl Stop {
    pub(crate) fn into_error(self, aftermath: Aftermath, ledger: Option<StoreError>) -> Error {
        let aftermath = Box::new(aftermath);
        let verdict = match self {
            Self::Limit(limit) | Self::Halt(Halt::Limit(limit)) => {
                return Error::Limit { limit, aftermath };
            }
            Self::Trap(error) => {
                let source = EngineError::new(error);
                return Error::Trap { aftermath, source };
            }
            Self::Halt(Halt::LedgerFailed) => {
                return match ledger {
                    Some(source) if aftermath.charge == types::Charge::No => source.into(),
                    Some(source) => Error::Unrecorded { aftermath, source },
                    None => Error::Interrupted,
                };
            }
            Self::Halt(Halt::Ledger(verdict)) => verdict,
        };
        let ceiling = match verdict {
            ima_journal::Verdict::OverRequestCeiling { points, ceiling } => {
                CeilingExceeded::PerRequest { points, ceiling }
            }
            ima_journal::Verdict::OverDayCeiling {
                points,
                spent,
                ceiling,
            } => CeilingExceeded::PerDay {
                points,
                spent,
                ceiling,
            },
            _ => CeilingExceeded::Attempts,
        };
        Error::Ceiling { ceiling, aftermath }
    }

    /// The error of a call that can't have spent anything.
    pub(crate) fn unspent(self) -> Error {
        self.into_error(Aftermath::unspent(), None)
    }
}

impl From<wasmtime::Error> for Stop {
    fn from(error: wasmtime::Error) -> Self {
        match engine::exceeded(&error) {
            Some(limit) => Self::Limit(limit),
            None => Self::Trap(error),
        }
    }
}
