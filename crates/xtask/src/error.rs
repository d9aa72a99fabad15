//! Why a task did not get to its end.

use std::fmt;

/// Why a task did not get to its end.
#[derive(Debug)]
pub(crate) enum Error {
    /// Wrong arguments; holds the help text.
    Usage(&'static str),
    /// A program could not be started.
    Start(String, std::io::Error),
    /// A program ended with an error.
    Failed(String),
    /// A file could not be made or read.
    File(String, std::io::Error),
    /// The simulator did not say where it listens.
    NoSimulator,
    /// The control interface of the simulator did not do what it was asked for.
    Control(String, std::io::Error),
    /// Something that must be on the machine is not; the text says what.
    Missing(&'static str),
    /// An example did not do what it should.
    Example(&'static str, String),
    /// A file that should be audio is not.
    NoAudio(String),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) => formatter.write_str(text),
            Self::Start(program, error) => write!(formatter, "{program} did not start: {error}"),
            Self::Failed(command) => write!(formatter, "failed: {command}"),
            Self::File(path, error) => write!(formatter, "{path}: {error}"),
            Self::NoSimulator => formatter.write_str("the simulator did not start"),
            Self::Control(path, error) => write!(formatter, "simulator, {path}: {error}"),
            Self::Missing(what) => write!(formatter, "needed and not found: {what}"),
            Self::Example(language, what) => write!(formatter, "the {language} example: {what}"),
            Self::NoAudio(path) => write!(formatter, "{path} is no audio file"),
        }
    }
}
