//! Why the journal could not be used.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why the journal could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The folder could not be created.
    #[error("{}: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file beside the database could not be made, locked or renamed.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The disk is full.
    #[error("the journal {} can't be written: the disk is full", path.display())]
    Full {
        /// The database.
        path: PathBuf,
        /// What the database says.
        source: rusqlite::Error,
    },
    /// The database or its folder can't be written to.
    #[error("the journal {} can't be written", path.display())]
    ReadOnly {
        /// The database.
        path: PathBuf,
        /// What the database says.
        source: rusqlite::Error,
    },
    /// The file is no database, or one that is damaged. [`Journal::open`](super::Journal::open)
    /// sets such a file aside; here the damage showed later.
    #[error("the journal {} is damaged", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What the database says.
        source: rusqlite::Error,
    },
    /// The database was written by a later version of this library.
    #[error("the journal {} was written by a later version", path.display())]
    Later {
        /// The database.
        path: PathBuf,
    },
    /// The database failed.
    #[error("the journal {} failed: {source}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What the database says.
        source: rusqlite::Error,
    },
    /// The thread that writes could not be started.
    #[error("the journal's thread could not be started: {0}")]
    Thread(#[source] io::Error),
    /// There is no job of this id or task id.
    #[error("no such job: {0}")]
    NoSuchJob(String),
    /// Another process, or another generation of this one, is working on the job.
    #[error("the job {0} is being worked on elsewhere")]
    InUse(String),
    /// Another process has gone on with the job in the meantime: its task exists. Nothing was
    /// written.
    #[error("another process has gone on with the job")]
    Conflict,
    /// The process is ending.
    #[error("the journal was interrupted")]
    Interrupted,
}

/// What went wrong, before it is said with which database.
#[derive(Debug)]
pub(super) enum Fault {
    Sql(rusqlite::Error),
    Known(JournalError),
}

impl Fault {
    /// The error of the database at `path`.
    pub(super) fn at(self, path: &Path) -> JournalError {
        let source = match self {
            Self::Known(error) => return error,
            Self::Sql(source) => source,
        };
        let path = path.to_path_buf();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => JournalError::Full { path, source },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) => {
                JournalError::ReadOnly { path, source }
            }
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                JournalError::Damaged { path, source }
            }
            _ => JournalError::Database { path, source },
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<JournalError> for Fault {
    fn from(error: JournalError) -> Self {
        Self::Known(error)
    }
}
