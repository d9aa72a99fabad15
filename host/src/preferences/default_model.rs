//! The default model of a user: taken if a request names none, kept after a success.

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::timeout;

use super::PreferenceFileError;
use crate::request::Request;
use crate::runtime::Runtime;
use crate::types::{MusicOptions, Options, Preferred, Success, TaskType};

/// How long a success is held up if others work on the file.
const PATIENCE: Duration = Duration::from_secs(5);

impl Runtime {
    /// The request as [`start`](Self::start) and [`quote`](Self::quote) take it: with the default
    /// model of its user, if it names none and the runtime knows the preferences.
    ///
    /// With options for music the default doesn't count: they are Suno's, so another model is not
    /// what is meant. A file that can't be read is logged, and is as if it were not there.
    pub async fn with_preferred_model(&self, request: Request) -> Request {
        self.preferring(request).await.0
    }

    /// The same, and whether the model is the default of its user.
    pub(crate) async fn preferring(&self, mut request: Request) -> (Request, bool) {
        let Some(file) = self.preferences().filter(|_| is_open(&request)) else {
            return (request, false);
        };
        match file.get(self, request.user(), request.task).await {
            Ok(Some(preferred)) => {
                request.model_id = Some(preferred.model_id);
                return (request, true);
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the preferences were not read"),
        }
        (request, false)
    }

    /// Keeps the model of a success as the default of a user.
    pub(crate) async fn remember_model(
        &self,
        user: &str,
        task: TaskType,
        success: &Success,
    ) -> Option<Result<Option<PathBuf>, PreferenceFileError>> {
        let file = self.preferences()?;
        let preferred = Preferred::now(&success.model_id, &success.model_name, success.points);
        let kept = timeout(PATIENCE, file.set(self, user, task, &preferred)).await;
        let kept = kept.unwrap_or(Err(PreferenceFileError::Busy));
        if let Err(error) = &kept {
            tracing::warn!(%error, "the default model was not kept");
        }
        Some(kept)
    }
}

/// Whether a request leaves the model to the user's default.
fn is_open(request: &Request) -> bool {
    let music =
        matches!(&request.options, Some(Options::Music(it)) if *it != MusicOptions::default());
    request.model_id.is_none() && !music
}
