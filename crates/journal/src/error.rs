//! Why a store could not be used.

use std::io;
use std::path::PathBuf;

/// What lies behind an error: the words of a database.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a store could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The folder could not be created.
    #[error("The folder {} can't be created: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file beside the database could not be made, locked or renamed.
    #[error("The file {} can't be used: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The disk is full.
    #[error("The journal {} can't be written: the disk is full.", path.display())]
    Full {
        /// The database.
        path: PathBuf,
        /// What the database says.
        source: Cause,
    },
    /// The database or its folder can't be written to.
    #[error("The journal {} can't be written.", path.display())]
    ReadOnly {
        /// The database.
        path: PathBuf,
        /// What the database says.
        source: Cause,
    },
    /// The file is no database, or a damaged one. Opening sets aside what shows its damage at once;
    /// this damage showed later. The next opening checks the whole database.
    #[error("The journal {} is damaged: {source}", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What the database says.
        source: Cause,
    },
    /// The database was written by a later version of this library.
    #[error("The journal {} was written by a later version.", path.display())]
    Later {
        /// The database.
        path: PathBuf,
    },
    /// The database failed in another way.
    #[error("The journal {} failed: {source}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What the database says.
        source: Cause,
    },
    /// A store that is not ours failed.
    #[error("The journal failed: {0}")]
    Other(#[source] Cause),
    /// The thread that writes could not be started.
    #[error("The journal's thread can't be started: {0}")]
    Thread(#[source] io::Error),
    /// There is no job of this id or task id.
    #[error("There is no job {0}.")]
    NoSuchJob(String),
    /// Another process, or another generation of this one, is working on the job.
    #[error("The job {0} is being worked on elsewhere.")]
    InUse(String),
    /// The store knows better: the task exists, or is another one. Nothing was written.
    #[error("The journal already knows of another task or a later state.")]
    Conflict,
    /// There is no such quote, or not any more. Nothing was written.
    #[error("There is no such quote.")]
    NoSuchQuote,
    /// The quote is no longer valid. Nothing was written.
    #[error("The quote is no longer valid.")]
    QuoteExpired,
    /// The quote was bought before: as this job. Nothing was written.
    #[error("The quote was bought before, as the job {0}.")]
    QuoteUsed(String),
    /// The process is ending.
    #[error("The journal was interrupted.")]
    Interrupted,
}
