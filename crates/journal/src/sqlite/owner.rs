//! The process as an owner: whose jobs and reservations these are, and whether it still runs.
//!
//! An owner is a process, and alive for as long as it holds the lock on a file of its own, which the
//! operating system lets go of when the process ends, however it ends.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use super::database::create_private;
use super::fault::Fault;
use crate::StoreError;

/// The folder of the owners' files, beside the database.
const OWNERS: &str = "owners";

/// This process, as far as one opened store is concerned.
pub(super) struct Process {
    owners: PathBuf,
    /// Made when it is needed first.
    owner: Mutex<Option<Owner>>,
    marks: AtomicU64,
}

struct Owner {
    name: String,
    path: PathBuf,
    _lock: File,
}

impl Owner {
    fn new(owners: &Path, connection: &Connection) -> Result<Self, Fault> {
        create_private(owners).map_err(|source| StoreError::Folder {
            folder: owners.to_path_buf(),
            source,
        })?;
        let name: String =
            connection.query_row("SELECT lower(hex(randomblob(8)))", [], |row| row.get(0))?;
        let path = owners.join(&name);
        let lock = File::create_new(&path).and_then(|file| file.lock().map(|()| file));
        let _lock = lock.map_err(|source| StoreError::File {
            path: path.clone(),
            source,
        })?;
        Ok(Self { name, path, _lock })
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // What stays behind is unlocked, and removed by whoever looks at it next.
        let _ = fs::remove_file(&self.path);
    }
}

impl Process {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            owners: folder.join(OWNERS),
            owner: Mutex::default(),
            marks: AtomicU64::new(0),
        }
    }

    /// The name of this process, which no other one has.
    pub(super) fn name(&self, connection: &Connection) -> Result<String, Fault> {
        let mut owner = self.owner.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(owner) = &*owner {
            return Ok(owner.name.clone());
        }
        let new = Owner::new(&self.owners, connection)?;
        Ok(owner.insert(new).name.clone())
    }

    /// A mark that no other holder has, of this process or another one.
    pub(super) fn next_mark(&self, connection: &Connection) -> Result<String, Fault> {
        let number = self.marks.fetch_add(1, Ordering::Relaxed);
        Ok(format!("{}/{number}", self.name(connection)?))
    }

    /// Whether this name, or the name in this mark, is of this process.
    pub(super) fn is_this(&self, mark: &str) -> bool {
        let owner = self.owner.lock().unwrap_or_else(PoisonError::into_inner);
        owner
            .as_ref()
            .is_some_and(|owner| owner.name == name_in(mark))
    }

    /// Whether this name, or the name in this mark, is of another process that still runs.
    pub(super) fn is_another(&self, mark: &str) -> bool {
        !self.is_this(mark) && self.is_alive(name_in(mark))
    }

    fn is_alive(&self, name: &str) -> bool {
        // A name comes out of the database, and must lead nowhere else.
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return false;
        }
        let path = self.owners.join(name);
        // What can't be found out, by a process without a free file descriptor for one, is treated
        // with care: only a file that is gone or unlocked speaks of an owner that is gone.
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) => return error.kind() != ErrorKind::NotFound,
        };
        match file.try_lock_shared() {
            Ok(()) => {
                let _ = fs::remove_file(&path);
                false
            }
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => true,
        }
    }
}

fn name_in(mark: &str) -> &str {
    mark.split('/').next().unwrap_or_default()
}
