//! The preference file of the vendor's tools on this machine.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ima_host::types::{Preferred, TaskType};
use ima_host::{Error, Runtime};

/// Why preferences were not read or written. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PreferenceFileError {
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Component(#[from] Error),
}

/// The file of every user's preferences.
#[derive(Debug, Clone)]
pub(crate) struct PreferenceFile {
    path: PathBuf,
}

impl PreferenceFile {
    /// `IMA_PREFS_FILE`, else `~/.openclaw/memory/ima_prefs.json`.
    pub(crate) fn default_path() -> Option<PathBuf> {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        set("IMA_PREFS_FILE").map(PathBuf::from).or_else(|| {
            set("HOME").map(|home| Path::new(&home).join(".openclaw/memory/ima_prefs.json"))
        })
    }

    pub(crate) fn open(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    pub(crate) async fn get(
        &self,
        runtime: &Runtime,
        user: &str,
        task: TaskType,
    ) -> Result<Option<Preferred>, PreferenceFileError> {
        Ok(runtime.preferred(&self.read()?, user, task).await?)
    }

    pub(crate) async fn set(
        &self,
        runtime: &Runtime,
        user: &str,
        task: TaskType,
        preferred: &Preferred,
    ) -> Result<(), PreferenceFileError> {
        let file = self.read()?;
        self.write(&runtime.remember(&file, user, task, preferred).await?)
    }

    pub(crate) async fn clear(
        &self,
        runtime: &Runtime,
        user: &str,
        task: Option<TaskType>,
    ) -> Result<(), PreferenceFileError> {
        let file = self.read()?;
        self.write(&runtime.forget(&file, user, task).await?)
    }

    fn read(&self) -> Result<Vec<u8>, PreferenceFileError> {
        match std::fs::read(&self.path) {
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(source) => Err(self.failed(source)),
        }
    }

    fn write(&self, bytes: &[u8]) -> Result<(), PreferenceFileError> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let write = || {
            std::fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(bytes)?;
            file.persist(&self.path)?;
            Ok(())
        };
        write().map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> PreferenceFileError {
        PreferenceFileError::File {
            path: self.path.clone(),
            source,
        }
    }
}
