//! The model that a user usually takes (music and speech: "User Preference Memory").

use ima_host::Runtime;
use ima_host::types::{Language, Preferred, Success, TaskType};

use crate::args::Common;
use crate::exit::Exit;
use crate::preferences::{PreferenceFile, PreferenceFileError};
use crate::setup::Trouble;
use crate::{text, when};

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
            file: PreferenceFile::default_path().map(PreferenceFile::open),
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
        file.set(runtime, self.user, task, &preferred)
            .await
            .map_err(|error| {
                tracing::warn!(%error, "the preferences were not written");
                self.trouble()
            })
    }

    /// Forgets the usual model for a task, or for all.
    pub(crate) async fn clear(
        &self,
        runtime: &Runtime,
        task: Option<TaskType>,
    ) -> Result<(), Trouble> {
        match &self.file {
            None => Ok(()),
            Some(file) => file
                .clear(runtime, self.user, task)
                .await
                .map_err(|_| self.trouble()),
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

    fn trouble(&self) -> Trouble {
        let path = PreferenceFile::default_path();
        let advice = text::preferences(self.language, path.as_deref());
        Trouble::new(Exit::Refused, "preferences", advice)
    }
}
