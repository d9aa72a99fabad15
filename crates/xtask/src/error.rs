//! Why a task failed.

use std::io;

/// Why a task failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Wrong arguments; holds the help text.
    #[error("{0}")]
    Usage(&'static str),
    /// A program could not be started.
    #[error("{0} did not start: {1}.")]
    Start(String, #[source] io::Error),
    /// A program ended with an error, which it has printed.
    #[error("{0} failed.")]
    Failed(String),
    /// A file could not be written or read.
    #[error("{0}: {1}.")]
    File(String, #[source] io::Error),
    /// The simulator did not say where it listens.
    #[error("The simulator did not start.")]
    NoSimulator,
    /// The control interface of the simulator refused a command.
    #[error("The simulator refused {0}: {1}.")]
    Control(String, #[source] io::Error),
    /// The machine lacks something; the text says what.
    #[error("This task needs {0}.")]
    Missing(&'static str),
    /// An example behaved differently.
    #[error("The {0} example: {1}.")]
    Example(&'static str, String),
    /// A file that should be audio is not.
    #[error("{0} is no audio file.")]
    NoAudio(String),
    /// A document names modules or tests that don't exist.
    #[error("The documents name what doesn't exist:\n{0}")]
    Documents(String),
    /// A test started a player or opened a link; the names of the programs.
    #[error("The tests started programs of whoever runs them: {0}.")]
    Played(String),
    /// What is packaged doesn't hold what a user of it needs.
    #[error("The packages: {0}.")]
    Package(String),
}
