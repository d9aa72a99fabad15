//! The model that a user usually takes (music and speech: "User Preference Memory").

use std::path::PathBuf;

use ima_host::types::{Preferred, TaskType};
use ima_host::{PreferenceFile, PreferenceFileError, Runtime};

use crate::command_error::CommandError;
use crate::options::Common;
use crate::ui::out;
use crate::ui::text::{self, command_error};

/// What a success means for the preferences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterSuccess {
    /// The model becomes the usual one.
    Remember,
    /// The same, and the user is told so.
    RememberAndSay,
    /// The preferences stay as they are.
    Leave,
}

/// The preferences of one user. Without a home there are none.
pub(crate) struct Usual<'a> {
    runtime: &'a Runtime,
    common: &'a Common,
}

impl<'a> Usual<'a> {
    pub(crate) fn of(runtime: &'a Runtime, common: &'a Common) -> Self {
        Self { runtime, common }
    }

    /// The usual model.
    pub(crate) async fn get(&self, task: TaskType) -> Result<Option<Preferred>, CommandError> {
        let Some(file) = self.runtime.preferences() else {
            return Ok(None);
        };
        let preferred = file.get(self.runtime, &self.common.user, task).await;
        preferred.map_err(|_| self.unusable())
    }

    /// Makes a model the usual one.
    pub(crate) async fn set(
        &self,
        task: TaskType,
        preferred: &Preferred,
    ) -> Result<(), CommandError> {
        let file = self.runtime.preferences().ok_or_else(|| self.unusable())?;
        let user = &self.common.user;
        let written = file.set(self.runtime, user, task, preferred).await;
        self.changed(written)
    }

    /// Forgets the usual model for a task, or for all.
    pub(crate) async fn clear(&self, task: Option<TaskType>) -> Result<(), CommandError> {
        let Some(file) = self.runtime.preferences() else {
            return Ok(());
        };
        let user = &self.common.user;
        self.changed(file.clear(self.runtime, user, task).await)
    }

    /// What a change came to. The user hears where a damaged file went.
    fn changed(
        &self,
        result: Result<Option<PathBuf>, PreferenceFileError>,
    ) -> Result<(), CommandError> {
        match result {
            Ok(aside) => {
                if let Some(aside) = aside {
                    out::error(text::set_aside(&aside).get(self.common.language()));
                }
                Ok(())
            }
            Err(error) => {
                tracing::warn!(%error, "the preferences were not written");
                Err(self.unusable())
            }
        }
    }

    fn unusable(&self) -> CommandError {
        let path = self.runtime.preferences().map(PreferenceFile::path);
        let path = path.map_or_else(
            || "~/.openclaw/memory/ima_prefs.json".to_owned(),
            |path| path.display().to_string(),
        );
        command_error!(
            Preferences,
            "The preferences in {path} can't be used. The file was not changed."
                => "Repair the file or move it away.",
            "无法使用 {path} 中的偏好设置，文件保持原样。" => "请修复这个文件，或把它移走。"
        )
    }
}
