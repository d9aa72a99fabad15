//! What went wrong, before it is said with which database.

use rusqlite::ErrorCode;

use super::database::Place;
use crate::StoreError;

/// What went wrong in one piece of work.
#[derive(Debug)]
pub(super) enum Fault {
    Sql(rusqlite::Error),
    Known(StoreError),
}

impl Fault {
    /// What the database says of damage that it can't see itself.
    pub(super) fn damage(words: impl Into<String>) -> Self {
        let code = rusqlite::ffi::Error {
            code: ErrorCode::DatabaseCorrupt,
            extended_code: rusqlite::ffi::SQLITE_CORRUPT,
        };
        Self::Sql(rusqlite::Error::SqliteFailure(code, Some(words.into())))
    }

    /// The error of the database in this place.
    pub(super) fn at(self, place: &Place) -> StoreError {
        let source = match self {
            Self::Known(error) => return error,
            Self::Sql(source) => source,
        };
        let path = place.path.clone();
        let code = source.sqlite_error_code();
        let source = Box::new(source);
        match code {
            Some(ErrorCode::DiskFull) => StoreError::Full { path, source },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) => {
                StoreError::ReadOnly { path, source }
            }
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                StoreError::Damaged { path, source }
            }
            _ => StoreError::Database { path, source },
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Known(error)
    }
}
