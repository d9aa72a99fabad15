//! The usual model of a runtime's user: taken where a request names none, kept after a success.

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::timeout;

use super::{PreferenceFile, PreferenceFileError};
use crate::runtime::Runtime;
use crate::types::{MusicOptions, Options, Preferred, Request, Success, TaskType};

/// How long a success is held up where others work on the file.
const PATIENCE: Duration = Duration::from_secs(5);

impl Runtime {
    /// The file of usual models, where the runtime was [told](crate::Builder::preferences) of one.
    pub fn preferences(&self) -> Option<&PreferenceFile> {
        self.shared.preferences.as_ref()
    }

    /// The request as [`start`](Self::start) and [`quote`](Self::quote) take it: with the usual
    /// model of this runtime's user, where it names none and the runtime knows the preferences.
    ///
    /// With options for music the usual model does not count: they are Suno's, so another one is
    /// not what is meant. A file that can't be read is logged, and is as if it were not there.
    pub async fn with_usual_model(&self, request: &Request) -> Request {
        let mut request = request.clone();
        let Some(file) = self.preferences().filter(|_| is_open(&request)) else {
            return request;
        };
        match file.get(self, self.user(), request.task).await {
            Ok(Some(preferred)) => {
                request.model_id = Some(preferred.model_id);
                request.habitual = true;
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the preferences were not read"),
        }
        request
    }

    /// Keeps the model of a success as the usual one.
    pub(crate) async fn keep_usual(
        &self,
        task: TaskType,
        success: &Success,
    ) -> Option<Result<Option<PathBuf>, PreferenceFileError>> {
        let file = self.preferences()?;
        let preferred = Preferred::now(&success.model_id, &success.model_name, success.points);
        let kept = file.set(self, self.user(), task, &preferred);
        let kept = timeout(PATIENCE, kept).await;
        let kept = kept.unwrap_or(Err(PreferenceFileError::Busy));
        if let Err(error) = &kept {
            tracing::warn!(%error, "the usual model was not kept");
        }
        Some(kept)
    }
}

/// Whether a request leaves the model to the user's habit.
fn is_open(request: &Request) -> bool {
    let music =
        matches!(&request.options, Some(Options::Music(it)) if *it != MusicOptions::default());
    request.model_id.is_none() && !music
}
