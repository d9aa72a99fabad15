//! The preference file on disk, which other programs of the vendor share.

mod default_model;
mod file;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use tokio::sync::Mutex;

use crate::error::Error;
use crate::runtime::Runtime;
use crate::types::{PreferencesError, Preferred, TaskType};

/// Why the preference file was not read or written. A generation can go on without it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreferenceFileError {
    /// What is there, or what a link leads to, is not a regular file.
    #[error("{} is not a regular file.", .0.display())]
    NotAFile(PathBuf),
    /// It is larger than any preference file: more than 1 MiB.
    #[error("{} is too large for a preference file.", .0.display())]
    TooLarge(PathBuf),
    /// The file is not one of preferences. It was left as it is.
    #[error("The preference file {} is damaged: {reason}.", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, for developers.
        reason: String,
    },
    /// A file or folder could not be read, locked or written.
    #[error("The preference file {} can't be used: {source}.", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others held its lock for too long.
    #[error("Another process is using the preference file.")]
    Busy,
    /// The process is ending.
    #[error("The preference file was not reached: the process is ending.")]
    Interrupted,
    /// The component failed.
    #[error(transparent)]
    Component(Box<Error>),
}

/// The file with the users' preferred models.
///
/// Any number of processes may use it at once: a change is made under a lock on a file beside it
/// (`.ima_prefs.json.lock`, which stays), written to a temporary file, synced and renamed. What is
/// not ours in it stays as it is, byte for byte. A link is followed, and its target replaced.
#[derive(Debug, Clone)]
pub struct PreferenceFile {
    path: PathBuf,
}

/// One change at a time in this process: those that wait for the lock of another process wait in
/// a thread, and all of them together could use up the threads that the first one needs.
static CHANGE: LazyLock<Arc<Mutex<()>>> = LazyLock::new(Arc::default);

/// A change of the content.
#[derive(Clone, Copy)]
enum Edit<'a> {
    Set(&'a str, TaskType, &'a Preferred),
    Clear(&'a str, Option<TaskType>),
}

impl Edit<'_> {
    async fn of(self, runtime: &Runtime, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        match self {
            Self::Set(user, task, preferred) => {
                runtime.remember(bytes, user, task, preferred).await
            }
            Self::Clear(user, task) => runtime.forget(bytes, user, task).await,
        }
    }
}

impl PreferenceFile {
    /// The file at `path`. Nothing is read or created yet.
    pub fn open(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The preferred model of a user. None where there is none, or no file.
    ///
    /// # Errors
    ///
    /// [`PreferenceFileError::Damaged`] where the file can't be understood, which leaves it as it
    /// is, and the errors of the disk and of a component that misbehaves.
    pub async fn get(
        &self,
        runtime: &Runtime,
        user: &str,
        task: TaskType,
    ) -> Result<Option<Preferred>, PreferenceFileError> {
        let path = self.path.clone();
        let (path, bytes) = blocking(move || {
            let path = file::resolve(&path)?;
            let bytes = file::read(&path)?;
            Ok((path, bytes))
        })
        .await?;
        let preferred = runtime.preferred(&bytes, user, task).await;
        preferred.map_err(|error| failure(&path, error))
    }

    /// Saves the preferred model of a user. A damaged file is set aside first, and a new one begun:
    /// the new name of the damaged one is returned.
    ///
    /// # Errors
    ///
    /// Those of the disk, and of a component that misbehaves. The file is then as it was.
    pub async fn set(
        &self,
        runtime: &Runtime,
        user: &str,
        task: TaskType,
        preferred: &Preferred,
    ) -> Result<Option<PathBuf>, PreferenceFileError> {
        self.change(runtime, Edit::Set(user, task, preferred)).await
    }

    /// Forgets a user's preferred model for a task, or for all of them.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    pub async fn clear(
        &self,
        runtime: &Runtime,
        user: &str,
        task: Option<TaskType>,
    ) -> Result<Option<PathBuf>, PreferenceFileError> {
        self.change(runtime, Edit::Clear(user, task)).await
    }

    /// Reads, edits and replaces the file under its lock.
    async fn change(
        &self,
        runtime: &Runtime,
        edit: Edit<'_>,
    ) -> Result<Option<PathBuf>, PreferenceFileError> {
        let turn = Arc::clone(&CHANGE).lock_owned().await;
        let path = self.path.clone();
        let (lock, path, before) = blocking(move || {
            let path = file::resolve(&path)?;
            // What works on the file holds the lock itself: the caller may stop waiting for it.
            let lock = Arc::new((file::lock(&path)?, turn));
            let bytes = file::read(&path)?;
            Ok((lock, path, bytes))
        })
        .await?;

        let (before, after, aside) = match edit.of(runtime, &before).await {
            Ok(after) => (before, after, None),
            Err(Error::Preferences(PreferencesError::Damaged(_))) => {
                tracing::warn!("the preference file is damaged and is set aside");
                let (damaged, held) = (path.clone(), Arc::clone(&lock));
                let set_aside = move || {
                    let _held = held;
                    file::set_aside(&damaged)
                };
                let aside = blocking(set_aside).await?;
                let fresh = edit.of(runtime, &[]).await;
                let fresh = fresh.map_err(|error| failure(&path, error))?;
                (Vec::new(), fresh, Some(aside))
            }
            Err(error) => return Err(failure(&path, error)),
        };
        if after != before {
            let replace = move || {
                let _held = lock;
                file::stage(&path, &after)?.replace()
            };
            blocking(replace).await?;
        }
        Ok(aside)
    }
}

fn failure(path: &Path, error: Error) -> PreferenceFileError {
    match error {
        Error::Preferences(PreferencesError::Damaged(reason)) => PreferenceFileError::Damaged {
            path: path.to_path_buf(),
            reason,
        },
        error => PreferenceFileError::Component(Box::new(error)),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PreferenceFileError> + Send + 'static,
) -> Result<T, PreferenceFileError> {
    let result = tokio::task::spawn_blocking(work).await;
    result.map_err(|_| PreferenceFileError::Interrupted)?
}
