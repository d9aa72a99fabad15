//! What the runtime gives without sending anything: utterances, questions, voices, preferences.

use crate::error::Error;
use crate::instance::Stop;
use crate::runtime::Runtime;
use crate::types::{Interpretation, Language, Preferred, Question, TaskType, Voice};

impl Runtime {
    /// What an utterance in Chinese or English asks for. Pure: nothing is sent.
    ///
    /// # Errors
    ///
    /// Those of a component that misbehaves; so too for the next functions.
    pub async fn interpret(&self, utterance: &str) -> Result<Interpretation, Error> {
        self.pure()
            .await?
            .interpret(utterance)
            .await
            .map_err(Stop::unspent)
    }

    /// Reads an utterance again with the answer to a question about the task or the model.
    ///
    /// # Errors
    ///
    /// As [`interpret`](Self::interpret).
    pub async fn interpret_as(
        &self,
        task: TaskType,
        model_id: Option<&str>,
        utterance: &str,
    ) -> Result<Interpretation, Error> {
        let mut instance = self.pure().await?;
        instance
            .interpret_as(task, model_id, utterance)
            .await
            .map_err(Stop::unspent)
    }

    /// What to ask before a generation, required, suggested and optional.
    ///
    /// # Errors
    ///
    /// As [`interpret`](Self::interpret).
    pub async fn intake(
        &self,
        task: TaskType,
        utterance: &str,
        language: Language,
    ) -> Result<Vec<Question>, Error> {
        let mut instance = self.pure().await?;
        instance
            .intake(task, utterance, language)
            .await
            .map_err(Stop::unspent)
    }

    /// Hints on how to describe music, or on a text to speak.
    ///
    /// # Errors
    ///
    /// As [`interpret`](Self::interpret).
    pub async fn tips(&self, task: TaskType, language: Language) -> Result<Vec<String>, Error> {
        self.pure()
            .await?
            .tips(task, language)
            .await
            .map_err(Stop::unspent)
    }

    /// The voices that the service accepts.
    ///
    /// # Errors
    ///
    /// As [`interpret`](Self::interpret).
    pub async fn voices(&self, language: Language) -> Result<Vec<Voice>, Error> {
        self.pure()
            .await?
            .voices(language)
            .await
            .map_err(Stop::unspent)
    }

    /// The preferred model of a user in the bytes of a preference file. An empty file has none.
    ///
    /// # Errors
    ///
    /// [`Error::Preferences`] where the file is damaged: set it aside, never overwrite it. So too
    /// for the next two functions.
    pub async fn preferred(
        &self,
        file: &[u8],
        user: &str,
        task: TaskType,
    ) -> Result<Option<Preferred>, Error> {
        let preferred = self.pure().await?.preferred(file, user, task).await;
        preferred
            .map_err(Stop::unspent)?
            .map_err(Error::Preferences)
    }

    /// The bytes of a preference file with this preference. All that is not ours stays as it was.
    ///
    /// # Errors
    ///
    /// As [`preferred`](Self::preferred).
    pub async fn remember(
        &self,
        file: &[u8],
        user: &str,
        task: TaskType,
        preferred: &Preferred,
    ) -> Result<Vec<u8>, Error> {
        let file = self
            .pure()
            .await?
            .remember(file, user, task, preferred)
            .await;
        file.map_err(Stop::unspent)?.map_err(Error::Preferences)
    }

    /// The bytes of a preference file without a user's preference for a task, or for any.
    ///
    /// # Errors
    ///
    /// As [`preferred`](Self::preferred).
    pub async fn forget(
        &self,
        file: &[u8],
        user: &str,
        task: Option<TaskType>,
    ) -> Result<Vec<u8>, Error> {
        let file = self.pure().await?.forget(file, user, task).await;
        file.map_err(Stop::unspent)?.map_err(Error::Preferences)
    }

    /// What to tell the user whose wish 以后都用XXX was saved.
    ///
    /// # Errors
    ///
    /// As [`interpret`](Self::interpret).
    pub async fn confirmation(
        &self,
        task: TaskType,
        model_name: &str,
        language: Language,
    ) -> Result<String, Error> {
        let mut instance = self.pure().await?;
        instance
            .confirmation(task, model_name, language)
            .await
            .map_err(Stop::unspent)
    }
}
