//! Where the program keeps its files, after the XDG base directory specification.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Where the journal is: `IMA_DATA_DIR`, else `ima` in `XDG_DATA_HOME`, else in `~/.local/share`.
/// None where the environment names no home.
pub fn data() -> Option<PathBuf> {
    folder("IMA_DATA_DIR", "XDG_DATA_HOME", ".local/share")
}

/// Where compiled code is: `IMA_CACHE_DIR`, else `ima` in `XDG_CACHE_HOME`, else in `~/.cache`.
/// None where the environment names no home.
pub fn cache() -> Option<PathBuf> {
    folder("IMA_CACHE_DIR", "XDG_CACHE_HOME", ".cache")
}

/// Where the preference file of the vendor's tools is: `IMA_PREFS_FILE`, else
/// `~/.openclaw/memory/ima_prefs.json`. None where the environment names no home.
pub fn preferences() -> Option<PathBuf> {
    if let Some(own) = env::var_os("IMA_PREFS_FILE").filter(|value| !value.is_empty()) {
        return std::path::absolute(PathBuf::from(own)).ok();
    }
    Some(home()?.join(".openclaw/memory/ima_prefs.json"))
}

/// Where the logs of the vendor's tools are: `IMA_LOG_DIR`, else
/// `~/.openclaw/logs/ima_skills`. None where the environment names no home.
pub fn logs() -> Option<PathBuf> {
    if let Some(own) = env::var_os("IMA_LOG_DIR").filter(|value| !value.is_empty()) {
        return std::path::absolute(PathBuf::from(own)).ok();
    }
    Some(home()?.join(".openclaw/logs/ima_skills"))
}

fn home() -> Option<PathBuf> {
    env::var_os("HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

fn folder(own: &str, xdg: &str, in_home: &str) -> Option<PathBuf> {
    // The specification has relative paths ignored.
    let absolute = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    if let Some(own) = env::var_os(own).filter(|value| !value.is_empty()) {
        return std::path::absolute(PathBuf::from(own)).ok();
    }
    let base = absolute(xdg).or_else(|| home().map(|home| home.join(in_home)))?;
    Some(base.join("ima"))
}

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

/// The folder that a file is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}
