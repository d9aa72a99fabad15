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

fn folder(own: &str, xdg: &str, in_home: &str) -> Option<PathBuf> {
    // The specification has relative paths ignored; wasmtime's cache refuses them too.
    let absolute = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    if let Some(own) = env::var_os(own).filter(|value| !value.is_empty()) {
        return std::path::absolute(PathBuf::from(own)).ok();
    }
    let base = absolute(xdg).or_else(|| absolute("HOME").map(|home| home.join(in_home)))?;
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
