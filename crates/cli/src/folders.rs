//! Where the program keeps its files: the XDG base directories, and those of the vendor's tools.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Where the journal is: `IMA_DATA_DIR`, else `ima` in `XDG_DATA_HOME`, else in `~/.local/share`.
/// None if neither the environment nor the system names a home.
pub(crate) fn data() -> Option<PathBuf> {
    folder("IMA_DATA_DIR", "XDG_DATA_HOME", ".local/share")
}

/// Where compiled code is: `IMA_CACHE_DIR`, else `ima` in `XDG_CACHE_HOME`, else in `~/.cache`.
/// None if neither the environment nor the system names a home.
pub(crate) fn cache() -> Option<PathBuf> {
    folder("IMA_CACHE_DIR", "XDG_CACHE_HOME", ".cache")
}

/// Where the preference file of the vendor's tools is: `IMA_PREFS_FILE`, else
/// `~/.openclaw/memory/ima_prefs.json`. None if neither the environment nor the system names a home.
pub(crate) fn preferences() -> Option<PathBuf> {
    if let Some(own) = env::var_os("IMA_PREFS_FILE").filter(|value| !value.is_empty()) {
        return std::path::absolute(PathBuf::from(own)).ok();
    }
    Some(home()?.join(".openclaw/memory/ima_prefs.json"))
}

/// Where the logs of the vendor's tools are: `IMA_LOG_DIR`, else
/// `~/.openclaw/logs/ima_skills`. None if neither the environment nor the system names a home.
pub(crate) fn logs() -> Option<PathBuf> {
    if let Some(own) = env::var_os("IMA_LOG_DIR").filter(|value| !value.is_empty()) {
        return std::path::absolute(PathBuf::from(own)).ok();
    }
    Some(home()?.join(".openclaw/logs/ima_skills"))
}

/// The user's home: `HOME`, else what the system's user database says.
fn home() -> Option<PathBuf> {
    env::home_dir().filter(|path| path.is_absolute())
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
