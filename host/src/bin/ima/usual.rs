//! The model that a user usually takes (music and speech: "User Preference Memory").

use std::path::PathBuf;

use ima_host::types::{Language, Preferred, Success, TaskType};
use ima_host::{PreferenceFile, PreferenceFileError, Runtime};

use crate::args::Common;
use crate::exit::Exit;
use crate::setup::Trouble;
use crate::{out, text, when};

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

/// One user's preferences. Without a home there are none.
pub(crate) struct Usual<'a> {
    file: Option<PreferenceFile>,
    user: &'a str,
    language: Language,
}

impl<'a> Usual<'a> {
    pub(crate) fn of(common: &'a Common) -> Self {
        Self {
            file: PreferenceFile::default_path()
                .ok()
                .map(PreferenceFile::open),
            user: &common.user,
            language: common.language(),
        }
    }

    /// The usual model, asked for in silence: what can't be read is as if it were not there.
    pub(crate) async fn model(&self, runtime: &Runtime, task: TaskType) -> Option<Preferred> {
        match self.read(runtime, task).await {
            Ok(preferred) => preferred,
            Err(error) => {
                tracing::warn!(%error, "the preferences were not read");
                None
            }
        }
    }

    /// The usual model.
    pub(crate) async fn get(
        &self,
        runtime: &Runtime,
        task: TaskType,
    ) -> Result<Option<Preferred>, Trouble> {
        self.read(runtime, task).await.map_err(|_| self.trouble())
    }

    /// Makes a model the usual one.
    pub(crate) async fn set(
        &self,
        runtime: &Runtime,
        task: TaskType,
        model_id: &str,
        model_name: &str,
        points: u32,
    ) -> Result<(), Trouble> {
        let preferred = Preferred {
            model_id: model_id.to_owned(),
            model_name: model_name.to_owned(),
            credit: points,
            last_used: when::now(),
        };
        let file = self.file.as_ref().ok_or_else(|| self.trouble())?;
        let written = file.set(runtime, self.user, task, &preferred).await;
        self.changed(written)
    }

    /// Forgets the usual model for a task, or for all.
    pub(crate) async fn clear(
        &self,
        runtime: &Runtime,
        task: Option<TaskType>,
    ) -> Result<(), Trouble> {
        match &self.file {
            None => Ok(()),
            Some(file) => self.changed(file.clear(runtime, self.user, task).await),
        }
    }

    /// After a success: keeps its model, and gives the words for it where the user is to be told.
    /// Not being able to keep it is no failure of a generation.
    pub(crate) async fn after(
        &self,
        runtime: &Runtime,
        task: TaskType,
        success: &Success,
        habit: Habit,
    ) -> Option<String> {
        if habit == Habit::Leave {
            return None;
        }
        let (id, name) = (&success.model_id, &success.model_name);
        let saved = self.set(runtime, task, id, name, success.points).await;
        match habit {
            Habit::Confirm if saved.is_ok() => {
                runtime.confirmation(task, name, self.language).await.ok()
            }
            _ => None,
        }
    }

    async fn read(
        &self,
        runtime: &Runtime,
        task: TaskType,
    ) -> Result<Option<Preferred>, PreferenceFileError> {
        match &self.file {
            None => Ok(None),
            Some(file) => file.get(runtime, self.user, task).await,
        }
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
        let path = self.file.as_ref().map(PreferenceFile::path);
        let advice = text::preferences(self.language, path);
        Trouble::new(Exit::Refused, "preferences", advice)
    }
}
