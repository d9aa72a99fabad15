//! Where the program keeps its files: the XDG base directories, and those of the vendor's tools.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use ima_host::Origin;

/// Where the journal is: `IMA_DATA_DIR`, else `ima` in `XDG_DATA_HOME`, else in `~/.local/share`.
/// None if neither the environment nor the system names a home.
pub(crate) fn data() -> Option<PathBuf> {
    folder("IMA_DATA_DIR", "XDG_DATA_HOME", ".local/share")
}

/// An address of this machine.
pub(crate) const SIMULATOR: &str = "http://127.0.0.1";

/// Where the jobs of a service at this address are; empty is the usual one. Those of a simulator stand
/// apart from the real ones, unless `IMA_DATA_DIR` says where.
pub(crate) fn data_of(address: &str) -> Option<PathBuf> {
    let is_simulator = address.parse().is_ok_and(|it: Origin| it.is_loopback());
    let own = env::var_os("IMA_DATA_DIR").is_some_and(|it| !it.is_empty());
    let folder = data()?;
    Some(match is_simulator && !own {
        true => folder.join("simulator"),
        false => folder,
    })
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

/// Where the settings are: `IMA_CONFIG_DIR`, else `ima` in `XDG_CONFIG_HOME`, else in
/// `~/.config`. None if neither the environment nor the system names a home.
pub(crate) fn config() -> Option<PathBuf> {
    folder("IMA_CONFIG_DIR", "XDG_CONFIG_HOME", ".config")
}

/// Replaces a file as a whole, for this user only.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::NotFound)?;
    create_private(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Creates a folder, and what is missing above it, for this user only.
pub(crate) fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
