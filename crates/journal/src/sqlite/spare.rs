//! Room that is taken before a create request leaves, for the id of its task: if the database can't be
//! written when the answer comes (the disk is full, another process holds the lock), the id goes there,
//! and the next opening of the journal takes it in (money rule 5).

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::fault::Fault;
use super::{database, jobs, payments};
use crate::{IdempotencyKey, Settlement};

/// The size of a record, in bytes: one block of most disks, so that writing into it takes no room.
const SIZE: usize = 4096;

/// An empty record that is older belongs to no request that is still waited for.
const OLD: Duration = Duration::from_secs(24 * 3600);

/// The records beside a database: a file for each key in flight.
#[derive(Debug)]
pub(super) struct Spares {
    folder: PathBuf,
}

impl Spares {
    pub(super) fn new(journal: &Path) -> Self {
        Self {
            folder: journal.join("spare"),
        }
    }

    fn path(&self, key: &IdempotencyKey) -> PathBuf {
        self.folder.join(format!("{key}.task"))
    }

    /// Takes the room for a key. Whether it was not taken before.
    pub(super) fn reserve(&self, key: &IdempotencyKey, job: Option<&str>) -> io::Result<bool> {
        database::create_private(&self.folder)?;
        let file = match File::create_new(self.path(key)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            file => file?,
        };
        let written = write(file, &record(job.unwrap_or_default(), ""));
        if written.is_err() {
            let _ = fs::remove_file(self.path(key));
        }
        written.map(|()| true)
    }

    /// Keeps the id of the task of a key.
    pub(super) fn keep(&self, key: &IdempotencyKey, task_id: &str) -> io::Result<()> {
        let mut options = File::options();
        let mut file = options.read(true).write(true).open(self.path(key))?;
        let mut text = String::new();
        (&mut file).take(SIZE as u64).read_to_string(&mut text)?;
        let job = text.lines().next().unwrap_or_default().to_owned();
        io::Seek::rewind(&mut file)?;
        write(file, &record(&job, task_id))
    }

    /// Gives the room of a key back.
    pub(super) fn remove(&self, key: &IdempotencyKey) {
        let _ = fs::remove_file(self.path(key));
    }

    /// Takes into the database what it could not take before.
    pub(super) fn take_in(&self, connection: &Connection) -> Result<(), Fault> {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return Ok(());
        };
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let name = path.file_stem().and_then(|name| name.to_str());
            let Some(key) = name.and_then(|name| name.parse::<IdempotencyKey>().ok()) else {
                continue;
            };
            let Some((job, task_id)) = read(&path) else {
                continue;
            };
            if !task_id.is_empty() {
                let settlement = Settlement::Accepted {
                    task_id: task_id.clone(),
                };
                payments::settle(connection, key, &settlement)?;
                jobs::note_task(connection, &job, &task_id)?;
                tracing::warn!(job, "a paid task was taken into the journal");
            } else if !is_old(&path) {
                continue;
            }
            let _ = fs::remove_file(path);
        }
        Ok(())
    }
}

fn record(job: &str, task_id: &str) -> Vec<u8> {
    let mut record = format!("{job}\n{task_id}\n").into_bytes();
    record.resize(record.len().max(SIZE), b'\n');
    record
}

fn write(mut file: File, record: &[u8]) -> io::Result<()> {
    file.write_all(record)?;
    file.sync_all()
}

/// The job and the task of a record.
fn read(path: &Path) -> Option<(String, String)> {
    let mut text = String::new();
    let file = File::open(path).ok()?;
    file.take(2 * SIZE as u64).read_to_string(&mut text).ok()?;
    let mut lines = text.lines();
    Some((lines.next()?.to_owned(), lines.next()?.to_owned()))
}

fn is_old(path: &Path) -> bool {
    let modified = fs::metadata(path).and_then(|it| it.modified());
    modified.is_ok_and(|it| it.elapsed().is_ok_and(|age| age > OLD))
}
