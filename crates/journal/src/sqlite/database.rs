//! Opens the database: brought up to date, set aside if it is damaged.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OptionalExtension};

use super::fault::Fault;
use crate::StoreError;

/// What brings a database from each version to the next. The last one is what this code writes.
const MIGRATIONS: [&str; 4] = [
    "CREATE TABLE IF NOT EXISTS jobs (
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
    UPDATE jobs SET saved = 1 WHERE state = 'finished';",
    "CREATE INDEX IF NOT EXISTS jobs_by_task ON jobs (task_id);
    CREATE TABLE payments (
        key TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        job TEXT,
        points INTEGER NOT NULL,
        state TEXT NOT NULL,
        task_id TEXT,
        owner TEXT,
        reserved_at INTEGER NOT NULL,
        PRIMARY KEY (key, attempt)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX payments_by_time ON payments (reserved_at);",
    "ALTER TABLE payments ADD COLUMN client TEXT;",
    "CREATE TABLE quotes (
        id TEXT PRIMARY KEY,
        job TEXT NOT NULL UNIQUE,
        request TEXT NOT NULL,
        points INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        used INTEGER NOT NULL DEFAULT 0,
        result TEXT
    ) STRICT;",
];

/// What every database has. Reading the first row of each shows much of what may be damaged.
const TABLES: [&str; 3] = [
    "SELECT owner, saved, continuation FROM jobs LIMIT 1",
    "SELECT state, owner, client, reserved_at FROM payments LIMIT 1",
    "SELECT used, expires_at, request FROM quotes LIMIT 1",
];

/// How long a process waits for others to finish their writing.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What SQLite adds to the name for the files beside a database, and nothing for itself.
const PARTS: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Where a database is.
pub(super) struct Place {
    folder: PathBuf,
    pub(super) path: PathBuf,
}

impl Place {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_path_buf(),
            path: folder.join("journal.db"),
        }
    }

    pub(super) fn connect(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(32);
        Ok(connection)
    }

    /// The file that tells the next process to look for damage everywhere.
    fn suspicion(&self) -> PathBuf {
        self.folder.join("journal.suspect")
    }

    /// The error of a fault that showed after opening.
    pub(super) fn error(&self, fault: Fault) -> StoreError {
        let error = fault.at(self);
        if matches!(error, StoreError::Damaged { .. }) {
            // If this fails, the damage shows again when the same page is read.
            let _ = File::create(self.suspicion());
        }
        error
    }
}

/// A database that was opened.
pub(super) struct Opened {
    pub(super) writer: Connection,
    /// The new name of a damaged database that was in its place.
    pub(super) set_aside: Option<PathBuf>,
}

/// Opens or creates a database. A damaged one is renamed first, with everything that belongs to it.
pub(super) fn open(place: &Place) -> Result<Opened, StoreError> {
    // One process at a time: a new database must not be set aside by another process that saw the
    // damage of the former one.
    let _turn = lock(&place.folder.join("journal.lock"))?;
    let mut set_aside = None;
    let prepared = match lost_content(&place.path) {
        Some(damage) => Err(Fault::damage(damage).at(place)),
        None => begin(place),
    };
    let writer = match prepared {
        Err(StoreError::Damaged { source, .. }) => {
            set_aside = Some(put_aside(&place.path)?);
            tracing::error!(error = %source, "the journal is damaged and was set aside");
            begin(place)?
        }
        result => result?,
    };
    Ok(Opened { writer, set_aside })
}

/// Creates the database if there is none, and prepares it.
fn begin(place: &Place) -> Result<Connection, StoreError> {
    let created = make_private(&place.path)?;
    prepare(place).map_err(|fault| {
        let is_empty = |it: fs::Metadata| it.len() == 0;
        if created && fs::metadata(&place.path).is_ok_and(is_empty) {
            // The next process would take it for one that lost its content.
            let _ = fs::remove_file(&place.path);
        }
        fault.at(place)
    })
}

/// What shows that a database was emptied or taken away. A new one has no log before it has its first
/// page, and is never left empty; SQLite would delete the log of an empty one.
fn lost_content(path: &Path) -> Option<&'static str> {
    let size = |part: &str| fs::metadata(beside(path, part)).map(|it| it.len());
    match (size(""), size("-wal")) {
        (Ok(0) | Err(_), Ok(1..)) => Some("the database is empty and its log is not"),
        (Ok(0), _) => Some("the database is empty"),
        _ => None,
    }
}

/// Creates a folder, and what is missing above it, for this user only.
pub(super) fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|source| StoreError::File {
            path: path.to_path_buf(),
            source,
        })
}

/// Makes the database readable for this user only, before anything is in it. SQLite gives the files
/// that it keeps beside a database the database's permissions; those of an older one are changed. Whether
/// it was created.
fn make_private(path: &Path) -> Result<bool, StoreError> {
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // A database that exists is not opened here: closing it again would end the locks that SQLite
    // holds on it in this process.
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        result => {
            return result.map(|_| true).map_err(|source| StoreError::File {
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
                return Err(StoreError::File {
                    path,
                    source: error,
                });
            }
            _ => {}
        }
    }
    Ok(false)
}

/// The name of a database, or of a file that SQLite keeps beside it.
fn beside(path: &Path, part: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(part);
    PathBuf::from(name)
}

/// Opens a database for writing. It is changed only after the checks.
fn prepare(place: &Place) -> Result<Connection, Fault> {
    let connection = place.connect()?;
    // Before the checks nothing is written to it, not even by closing it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let done = usize::try_from(version).unwrap_or_default();
    let Some(migrations) = MIGRATIONS.get(done..) else {
        let path = place.path.clone();
        return Err(StoreError::Later { path }.into());
    };
    if place.suspicion().exists() {
        check_everything(&connection)?;
        let _ = fs::remove_file(place.suspicion());
    }
    if migrations.is_empty() {
        check_tables(&connection)?;
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What was asked for is not to be found in the file once it is no longer needed.
    connection.pragma_update(None, "secure_delete", true)?;
    if !migrations.is_empty() {
        let (steps, version) = (migrations.concat(), MIGRATIONS.len());
        let sql = format!("BEGIN IMMEDIATE; {steps} PRAGMA user_version = {version}; COMMIT");
        connection.execute_batch(&sql)?;
    }
    Ok(connection)
}

fn check_everything(connection: &Connection) -> Result<(), Fault> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    match verdict.as_str() {
        "ok" => Ok(()),
        _ => Err(Fault::damage(verdict)),
    }
}

fn check_tables(connection: &Connection) -> Result<(), Fault> {
    for sql in TABLES {
        let row = connection.query_row(sql, [], |_| Ok(())).optional();
        match row {
            // A table or a column is missing.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::Unknown) => {
                return Err(Fault::damage(error.to_string()));
            }
            result => result?,
        };
    }
    Ok(())
}

/// Renames a database, with the files that SQLite keeps beside it, to the first free name.
fn put_aside(path: &Path) -> Result<PathBuf, StoreError> {
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
            .map_err(|source| StoreError::File { path: from, source })?;
    }
    Ok(aside)
}
