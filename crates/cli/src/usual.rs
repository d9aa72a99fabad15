//! The model that a user usually takes (music and speech: "User Preference Memory").

use std::path::PathBuf;

use ima_host::types::{Language, Preferred, TaskType};
use ima_host::{PreferenceFile, PreferenceFileError, Runtime};

use crate::exit::Exit;
use crate::setup::Trouble;
use crate::{out, text};

/// What a success means for the preferences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Habit {
    /// The model is the usual one from now on.
    Save,
    /// The same, and the user is told so.
    Confirm,
    /// It was for this once.
    Leave,
}

/// The preferences of a runtime's user. Without a home there are none.
pub(crate) struct Usual<'a> {
    runtime: &'a Runtime,
    language: Language,
}

impl<'a> Usual<'a> {
    pub(crate) fn of(runtime: &'a Runtime, language: Language) -> Self {
        Self { runtime, language }
    }

    /// The usual model.
    pub(crate) async fn get(&self, task: TaskType) -> Result<Option<Preferred>, Trouble> {
        let Some(file) = self.runtime.preferences() else {
            return Ok(None);
        };
        let preferred = file.get(self.runtime, self.runtime.user(), task).await;
        preferred.map_err(|_| self.trouble())
    }

    /// Makes a model the usual one.
    pub(crate) async fn set(&self, task: TaskType, preferred: &Preferred) -> Result<(), Trouble> {
        let file = self.runtime.preferences().ok_or_else(|| self.trouble())?;
        let user = self.runtime.user();
        let written = file.set(self.runtime, user, task, preferred).await;
        self.changed(written)
    }

    /// Forgets the usual model for a task, or for all.
    pub(crate) async fn clear(&self, task: Option<TaskType>) -> Result<(), Trouble> {
        let Some(file) = self.runtime.preferences() else {
            return Ok(());
        };
        let user = self.runtime.user();
        self.changed(file.clear(self.runtime, user, task).await)
    }

    /// What a change came to. The user hears where a damaged file went.
    fn changed(&self, result: Result<Option<PathBuf>, PreferenceFileError>) -> Result<(), Trouble> {
        match result {
            Ok(aside) => {
                if let Some(aside) = aside {
                    out::error(&text::set_aside(self.language, &aside));
                }
                Ok(())
            }
            Err(error) => {
                tracing::warn!(%error, "the preferences were not written");
                Err(self.trouble())
            }
        }
    }

    fn trouble(&self) -> Trouble {
        let path = self.runtime.preferences().map(PreferenceFile::path);
        let advice = text::preferences(self.language, path);
        Trouble::new(Exit::Refused, "preferences", advice)
    }
}
