//! One file, replaced whole: links, locks, permissions, and what to do with a damaged one.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::PreferenceFileError;
use crate::files::{create_private, folder_of, sync_folder};

/// Bytes of the largest file that is read. The vendor's tools write less than a thousandth.
const LARGEST: u64 = 1 << 20;

/// How many links are followed.
const LINKS: usize = 16;

fn failed(path: &Path) -> impl FnOnce(io::Error) -> PreferenceFileError {
    move |source| PreferenceFileError::Io {
        path: path.to_path_buf(),
        source,
    }
}

/// Where a path leads in the end, through any links: to a regular file, or to nothing yet.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, PreferenceFileError> {
    let mut path = path.to_path_buf();
    for _ in 0..LINKS {
        let kind = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(path),
            Err(error) => return Err(failed(&path)(error)),
        };
        if kind.is_symlink() {
            let target = fs::read_link(&path).map_err(failed(&path))?;
            path = folder_of(&path).join(target);
        } else if kind.is_file() {
            return Ok(path);
        } else {
            break;
        }
    }
    Err(PreferenceFileError::NotAFile(path))
}

/// The bytes of a file; none where it is missing.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, PreferenceFileError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(path)(error)),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(failed(path))?;
    if bytes.len() as u64 > LARGEST {
        return Err(PreferenceFileError::TooLarge(path.to_path_buf()));
    }
    Ok(bytes)
}

/// Waits for the lock on a file. It is on another file beside it, because this one is replaced.
pub(super) fn lock(path: &Path) -> Result<File, PreferenceFileError> {
    let folder = folder_of(path);
    create_private(folder).map_err(failed(folder))?;
    let path = beside(path, ".lock");
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let lock = options.open(&path);
    lock.and_then(|file| file.lock().map(|()| file))
        .map_err(failed(&path))
}

/// New content, on the disk and not in its place yet.
#[derive(Debug)]
pub(super) struct Staged {
    file: NamedTempFile,
    path: PathBuf,
}

/// Writes new content beside the file. Until it is [replaced](Staged::replace), the old one stands.
pub(super) fn stage(path: &Path, bytes: &[u8]) -> Result<Staged, PreferenceFileError> {
    // Whoever holds the lock may remove what a process left that was killed.
    let temporary = beside(path, ".new");
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(failed(&temporary)(error));
        }
        _ => {}
    }
    let write = || {
        // Readable by its owner only, as it is made; an existing file keeps what it has.
        let mut file = tempfile::Builder::new()
            .prefix(temporary.file_name().unwrap_or_default())
            .rand_bytes(0)
            .tempfile_in(folder_of(path))?;
        file.write_all(bytes)?;
        if let Ok(existing) = fs::metadata(path) {
            file.as_file().set_permissions(existing.permissions())?;
        }
        file.as_file().sync_all()?;
        Ok(file)
    };
    let file = write().map_err(failed(&temporary))?;
    let path = path.to_path_buf();
    Ok(Staged { file, path })
}

impl Staged {
    /// Puts the new content in the place of the old.
    pub(super) fn replace(self) -> Result<(), PreferenceFileError> {
        let persisted = self.file.persist(&self.path).map_err(|error| error.error);
        persisted
            .and_then(|_| sync_folder(&self.path))
            .map_err(failed(&self.path))
    }
}

/// Renames a file to the first free name of `NAME.damaged-1`, `NAME.damaged-2` and so on.
pub(super) fn set_aside(path: &Path) -> Result<PathBuf, PreferenceFileError> {
    let mut number = 1_u32;
    loop {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".damaged-{number}"));
        let aside = path.with_file_name(name);
        // A link fails where the name is taken, so nothing is ever overwritten.
        match fs::hard_link(path, &aside) {
            Ok(()) => {
                fs::remove_file(path).map_err(failed(path))?;
                return Ok(aside);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(failed(&aside)(error)),
        }
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(suffix);
    path.with_file_name(name)
}
