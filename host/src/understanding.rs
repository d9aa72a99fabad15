//! What the runtime gives without sending anything: utterances, questions, voices, preferences.
//!
//! All of them are calls into one instance that the runtime keeps.

use wasmtime::Store;

use crate::bindings::exports::ima::studio::{preferences, understanding};
use crate::engine::{Instance, Meter};
use crate::error::{Error, Stop};
use crate::machine::Calling;
use crate::runtime::Runtime;
use crate::types::{Interpretation, Language, Preferred, Question, TaskType, Voice};

/// A call of an interface's function in the kept instance, with its arguments.
macro_rules! call {
    ($runtime:expr, $interface:ident.$function:ident($($argument:expr),*)) => {
        $runtime.in_kept_instance(move |inside| Box::pin(async move {
            let (exports, store) = $interface(inside);
            exports.$function(store, $($argument),*).await
        }))
    };
}

impl Runtime {
    /// What an utterance in Chinese or English asks for. Pure: nothing is sent.
    ///
    /// # Errors
    ///
    /// [`Error::KeyInRequest`] if it holds the key that the runtime has, [`Error::TooLarge`] if it
    /// exceeds a limit, and those of a component that misbehaves; so too for the next functions.
    pub async fn interpret(&self, utterance: &str) -> Result<Interpretation, Error> {
        let utterance = self.taken_in(utterance)?;
        call!(self, language.call_interpret(&utterance)).await
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
        let utterance = self.taken_in(utterance)?;
        let model_id = model_id.map(|id| self.taken_in(id)).transpose()?;
        call!(
            self,
            language.call_interpret_as(task, model_id.as_deref(), &utterance)
        )
        .await
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
        language_of_questions: Language,
    ) -> Result<Vec<Question>, Error> {
        let utterance = self.taken_in(utterance)?;
        call!(
            self,
            language.call_intake(task, &utterance, language_of_questions)
        )
        .await
    }

    /// Hints on how to describe music, or on a text to speak.
    ///
    /// # Errors
    ///
    /// As [`interpret`](Self::interpret).
    pub async fn tips(
        &self,
        task: TaskType,
        language_of_tips: Language,
    ) -> Result<Vec<String>, Error> {
        call!(self, language.call_tips(task, language_of_tips)).await
    }

    /// The voices that the service accepts.
    ///
    /// # Errors
    ///
    /// As [`interpret`](Self::interpret).
    pub async fn voices(&self, language_of_names: Language) -> Result<Vec<Voice>, Error> {
        call!(self, language.call_voices(language_of_names)).await
    }

    /// The preferred model of a user in the bytes of a preference file. An empty file has none.
    ///
    /// # Errors
    ///
    /// [`Error::Preferences`] if the file is damaged: set it aside, never overwrite it. So too for
    /// the next two functions.
    pub async fn preferred(
        &self,
        file: &[u8],
        user: &str,
        task: TaskType,
    ) -> Result<Option<Preferred>, Error> {
        let (file, user) = (file.to_vec(), self.taken_in(user)?);
        let preferred = call!(self, preferences.call_get(&file, &user, task)).await?;
        preferred.map_err(Error::Preferences)
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
        for name in [&preferred.model_id, &preferred.model_name] {
            self.taken_in(name)?;
        }
        let (file, user, preferred) = (file.to_vec(), self.taken_in(user)?, preferred.clone());
        let file = call!(self, preferences.call_set(&file, &user, task, &preferred)).await?;
        file.map_err(Error::Preferences)
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
        let (file, user) = (file.to_vec(), self.taken_in(user)?);
        let file = call!(self, preferences.call_clear(&file, &user, task)).await?;
        file.map_err(Error::Preferences)
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
        language_of_text: Language,
    ) -> Result<String, Error> {
        let name = self.taken_in(model_name)?;
        call!(
            self,
            preferences.call_confirmation(task, &name, language_of_text)
        )
        .await
    }

    /// A text that goes into the sandbox. It must not hold the key, as far as there is one.
    fn taken_in(&self, text: &str) -> Result<String, Error> {
        let most = self.limits().input_size;
        match self.key() {
            Ok(key) => crate::request::check_text(text, most, &key)?,
            Err(_) if text.len() > most => {
                let size = text.len();
                return Err(Error::TooLarge { size, most });
            }
            Err(_) => text.len(),
        };
        Ok(text.to_owned())
    }

    async fn in_kept_instance<T: Send + 'static>(
        &self,
        call: impl for<'a> FnOnce(&'a mut Instance) -> Calling<'a, T> + Send + 'static,
    ) -> Result<T, Error> {
        let instance = self.machines().kept().await.map_err(Stop::unspent)?;
        let mut left = self.limits().cpu;
        instance.call(&mut left, call).await.map_err(Stop::unspent)
    }
}

fn language(inside: &mut Instance) -> (&understanding::Guest, &mut Store<Meter>) {
    (inside.machine.ima_studio_understanding(), &mut inside.store)
}

fn preferences(inside: &mut Instance) -> (&preferences::Guest, &mut Store<Meter>) {
    (inside.machine.ima_studio_preferences(), &mut inside.store)
}
