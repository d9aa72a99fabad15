//! Why the journal could not be used.

use std::io;
use std::path::PathBuf;

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
    #[error("the journal can't be written: the disk is full")]
    Full(#[source] rusqlite::Error),
    /// The database or its folder can't be written to.
    #[error("the journal can't be written")]
    ReadOnly(#[source] rusqlite::Error),
    /// The file is no database, or one that is damaged. [`Journal::open`](super::Journal::open)
    /// sets such a file aside; here the damage showed later.
    #[error("the journal is damaged")]
    Damaged(#[source] rusqlite::Error),
    /// The database was written by a later version of this library.
    #[error("the journal was written by a later version")]
    Later,
    /// The database failed.
    #[error("the journal failed: {0}")]
    Database(#[source] rusqlite::Error),
    /// Another process, or another generation of this one, is working on the job.
    #[error("the job is being worked on elsewhere")]
    InUse,
    /// Another process has gone on with the job in the meantime: its task exists. Nothing was
    /// written.
    #[error("another process has gone on with the job")]
    Conflict,
    /// The process is ending.
    #[error("the journal was interrupted")]
    Interrupted,
}

impl From<rusqlite::Error> for JournalError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(error),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) => Self::ReadOnly(error),
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged(error),
            _ => Self::Database(error),
        }
    }
}
