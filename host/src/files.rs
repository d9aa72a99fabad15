//! Folders and files that are this user's alone.

use std::path::Path;
use std::{fs, io};

/// Creates a folder, and what is missing above it, for this user only.
pub(crate) fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes a new name in a folder durable. Only Unix has a way to.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        fs::File::open(folder_of(path))?.sync_all()?;
    }
    Ok(())
}

/// Whether an error says that a file system lacks what was asked of it, as some do: links, locks, the
/// syncing of files or folders.
pub(crate) fn is_missing_there(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput | io::ErrorKind::PermissionDenied
    )
}

/// The folder that a file is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Opens a hidden file beside a user's for this process, or creates it; `mode` is the one of a new file.
/// None if something else has its name: a link, a folder, a pipe, a file that is another user's or has a
/// second name. What a planted name leads to is neither read nor written, and never waited for.
///
/// # Errors
///
/// If the file can't be opened or created.
#[cfg(unix)]
pub fn open_hidden(path: &Path, mode: u32) -> io::Result<Option<fs::File>> {
    use rustix::fs::{Mode, OFlags};
    use rustix::io::Errno;
    use std::os::unix::fs::MetadataExt;

    let flags =
        OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::open(path, flags, Mode::from_raw_mode(mode)) {
        Ok(file) => fs::File::from(file),
        Err(Errno::LOOP | Errno::ISDIR | Errno::NXIO) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let there = file.metadata()?;
    let own = there.uid() == rustix::process::geteuid().as_raw();
    Ok((there.is_file() && there.nlink() == 1 && own).then_some(file))
}

/// Opens a hidden file beside a user's for this process, or creates it. None if something else has its
/// name.
///
/// # Errors
///
/// If the file can't be opened or created.
#[cfg(not(unix))]
pub fn open_hidden(path: &Path, _mode: u32) -> io::Result<Option<fs::File>> {
    match fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() => return Ok(None),
        _ => {}
    }
    let mut options = fs::File::options();
    let options = options.create(true).truncate(false).read(true).write(true);
    options.open(path).map(Some)
}
