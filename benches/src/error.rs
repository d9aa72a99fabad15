//! Why a measurement could not be made.

use std::path::PathBuf;

/// Why a measurement could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Wrong arguments; holds the help text.
    #[error("{0}")]
    Usage(&'static str),
    /// A program could not be started, or its output not be read.
    #[error("{program}: {source}")]
    Program {
        program: String,
        source: std::io::Error,
    },
    /// A program ended with an error.
    #[error("failed: {0}")]
    Failed(String),
    /// A program wrote something else than was agreed.
    #[error("{program} wrote something unexpected: {text}")]
    Output { program: String, text: String },
    /// A file could not be made or read.
    #[error("{}: {source}", path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    /// The system did not tell what was used.
    #[error("the system does not tell what a process has used")]
    Usageless,
    /// The simulator could not be steered.
    #[error("the simulator refused {0}")]
    Simulator(String),
    /// The simulator could not be started within this process.
    #[error(transparent)]
    SimulatorStart(#[from] ima_simulator::StartError),
    /// The library failed.
    #[error(transparent)]
    Host(#[from] ima_host::Error),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] wasmtime::Error),
    /// The core refused a request or an input.
    #[error("the core refused: {0}")]
    Core(String),
    /// Not every generation ended well.
    #[error("{failed} of {total} generations failed")]
    Generations { failed: usize, total: usize },
    /// The two sides did not do the same work.
    #[error("not the same work: {ours} requests against {theirs}")]
    Unequal { ours: u64, theirs: u64 },
    /// Nothing was measured.
    #[error("no measurement")]
    Empty,
}

impl Error {
    pub(crate) fn program(program: &str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Program {
            program: program.to_owned(),
            source,
        }
    }

    pub(crate) fn file(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::File {
            path: path.to_owned(),
            source,
        }
    }
}
