//! Opens the database: checked, brought up to date, set aside where it is damaged.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode};

use super::JournalError;
use super::error::Fault;

/// The version of the tables that this code writes.
const VERSION: i64 = 1;

/// The name of the database in its folder.
const NAME: &str = "journal.db";

/// How long a process waits for others to finish their writing.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What SQLite adds to the name for the files beside a database, and nothing for itself.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

/// A database that was opened.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    /// For writing.
    pub(super) writer: Connection,
    /// For reading, which waits for no writer.
    pub(super) reader: Connection,
    /// Where a damaged one is that was in its place.
    pub(super) set_aside: Option<PathBuf>,
}

/// Opens or creates the database in `folder`. A damaged one is renamed first, with everything that
/// belongs to it.
pub(super) fn open(folder: &Path) -> Result<Opened, JournalError> {
    // One process at a time: a database that was just begun anew must not be set aside again by
    // another process that saw the damage too.
    let _turn = lock(&folder.join("journal.lock"))?;
    let path = folder.join(NAME);
    let mut set_aside = None;
    make_private(&path)?;
    let writer = match prepare(&path).map_err(|fault| fault.at(&path)) {
        Err(JournalError::Damaged { source, .. }) => {
            set_aside = Some(put_aside(&path)?);
            tracing::error!(error = %source, "the journal is damaged and was set aside");
            make_private(&path)?;
            prepare(&path).map_err(|fault| fault.at(&path))?
        }
        result => result?,
    };
    let reader = connect(&path).map_err(|error| Fault::Sql(error).at(&path))?;
    Ok(Opened {
        path,
        writer,
        reader,
        set_aside,
    })
}

fn lock(path: &Path) -> Result<File, JournalError> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|source| JournalError::File {
            path: path.to_path_buf(),
            source,
        })
}

/// Makes the database readable for this user only, before anything is in it. SQLite gives the files
/// that it keeps beside a database the database's permissions; those of an older one are changed.
fn make_private(path: &Path) -> Result<(), JournalError> {
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // A database that exists is not opened here: closing it again would end the locks that SQLite
    // holds on it in this process.
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        result => {
            return result.map(drop).map_err(|source| JournalError::File {
                path: path.to_path_buf(),
                source,
            });
        }
    }
    #[cfg(unix)]
    for part in PARTS {
        use std::os::unix::fs::PermissionsExt;
        let path = beside(path, part);
        let tightened = match fs::metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Ok(data) if data.permissions().mode() & 0o077 == 0 => continue,
            Ok(_) => fs::set_permissions(&path, fs::Permissions::from_mode(0o600)),
            Err(error) => Err(error),
        };
        match tightened {
            // It may be gone by now: another process closed the database.
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(JournalError::File {
                    path,
                    source: error,
                });
            }
            _ => {}
        }
    }
    Ok(())
}

/// The name of a database, or of a file that SQLite keeps beside it.
fn beside(path: &Path, part: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(part);
    PathBuf::from(name)
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}

/// Opens a database to write to it, once it is known to be sound.
fn prepare(path: &Path) -> Result<Connection, Fault> {
    let connection = connect(path)?;
    // Until it is known to be sound nothing is written to it, not even by closing it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        let code = rusqlite::ffi::Error {
            code: ErrorCode::DatabaseCorrupt,
            extended_code: rusqlite::ffi::SQLITE_CORRUPT,
        };
        let error = rusqlite::Error::SqliteFailure(code, Some(verdict));
        return Err(error.into());
    }
    let version = version(&connection)?;
    if version > VERSION {
        let path = path.to_path_buf();
        return Err(JournalError::Later { path }.into());
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What was asked for is not to be found in the file once it is no longer needed.
    connection.pragma_update(None, "secure_delete", true)?;
    if version < VERSION {
        connection.execute_batch(
            "BEGIN IMMEDIATE;
            CREATE TABLE IF NOT EXISTS jobs (
                id TEXT PRIMARY KEY,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                task_type TEXT,
                model_name TEXT,
                state TEXT NOT NULL,
                task_id TEXT,
                continuation TEXT NOT NULL
            ) STRICT;
            ALTER TABLE jobs ADD COLUMN owner TEXT;
            ALTER TABLE jobs ADD COLUMN saved INTEGER NOT NULL DEFAULT 0;
            UPDATE jobs SET saved = 1 WHERE state = 'finished';
            PRAGMA user_version = 1;
            COMMIT",
        )?;
    }
    let sql = "CREATE INDEX IF NOT EXISTS jobs_by_task ON jobs (task_id)";
    connection.execute(sql, [])?;
    Ok(connection)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Renames a database, with the files that SQLite keeps beside it, to the first free name.
fn put_aside(path: &Path) -> Result<PathBuf, JournalError> {
    let free = |aside: &PathBuf| {
        PARTS
            .iter()
            .all(|part| fs::symlink_metadata(beside(aside, part)).is_err())
    };
    let mut numbers = 1_u32..;
    let aside = loop {
        let number = numbers.next().unwrap_or(u32::MAX);
        let aside = path.with_file_name(format!("journal.damaged-{number}.db"));
        if free(&aside) {
            break aside;
        }
    };
    // The database itself comes last: until it is gone, whoever opens it finds the damage again.
    for part in PARTS.into_iter().rev() {
        let from = beside(path, part);
        if fs::symlink_metadata(&from).is_err() {
            continue;
        }
        fs::rename(&from, beside(&aside, part))
            .map_err(|source| JournalError::File { path: from, source })?;
    }
    Ok(aside)
}
