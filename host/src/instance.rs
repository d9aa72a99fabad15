//! One instance of the component, and calls into it that always return.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::Store;
use wasmtime::component::ResourceAny;

use crate::bindings::Plugin;
use crate::egress::Guard;
use crate::error::{Aftermath, Error};
use crate::limits::Limit;
use crate::sandbox::{self, State};
use crate::types::{
    self, Event, Failure, Interpretation, Language, Model, OnUnknown, PreferencesError, Preferred,
    Question, Quote, Request, Settings, TaskType, Voice,
};

/// Why a call into an instance gave no result.
pub(crate) enum Stop {
    /// A limit was exceeded.
    Limit(Limit),
    /// The component broke down.
    Trap(wasmtime::Error),
    /// There was no call: this was in the way.
    Refused(Error),
}

impl Stop {
    pub(crate) fn into_error(self, aftermath: Aftermath) -> Error {
        let aftermath = Box::new(aftermath);
        match self {
            Self::Limit(limit) => Error::Limit { limit, aftermath },
            Self::Trap(source) => Error::Trap { aftermath, source },
            Self::Refused(error) => error,
        }
    }
}

impl From<wasmtime::Error> for Stop {
    fn from(error: wasmtime::Error) -> Self {
        match sandbox::exceeded(&error) {
            Some(limit) => Self::Limit(limit),
            None => Self::Trap(error),
        }
    }
}

/// An instance in its store. After a call that was stopped or dropped it can't be used again.
pub(crate) struct Instance {
    store: Store<State>,
    plugin: Plugin,
    guard: Arc<Guard>,
    patience: Duration,
}

/// A call about to be made: the component, the store they run in, and the watch over it.
struct Call<'a> {
    plugin: &'a Plugin,
    store: &'a mut Store<State>,
    watch: Watch<'a>,
}

/// Stops a call that takes too long or sends too much.
struct Watch<'a> {
    guard: &'a Guard,
    patience: Duration,
}

impl Watch<'_> {
    async fn over<T>(self, call: impl Future<Output = wasmtime::Result<T>>) -> Result<T, Stop> {
        let result = tokio::select! {
            biased;
            limit = self.guard.stopped() => Err(Stop::Limit(limit)),
            result = tokio::time::timeout(self.patience, call) => match result {
                Ok(result) => result.map_err(Stop::from),
                Err(_) => Err(Stop::Limit(Limit::Call)),
            },
        };
        // The component may have returned in the moment in which it was to be stopped.
        match self.guard.exceeded() {
            Some(limit) => Err(Stop::Limit(limit)),
            None => result,
        }
    }
}

impl Instance {
    pub(crate) fn new(
        store: Store<State>,
        plugin: Plugin,
        guard: Arc<Guard>,
        patience: Duration,
    ) -> Self {
        Self {
            store,
            plugin,
            guard,
            patience,
        }
    }

    /// Prepares a call: computing time is counted from zero.
    fn call(&mut self) -> Call<'_> {
        self.store.data_mut().meter.reset();
        Call {
            plugin: &self.plugin,
            store: &mut self.store,
            watch: Watch {
                guard: &self.guard,
                patience: self.patience,
            },
        }
    }

    pub(crate) async fn quote(
        &mut self,
        request: &Request,
        settings: &Settings,
    ) -> Result<Result<Quote, Failure>, Stop> {
        let Call {
            plugin,
            store,
            watch,
        } = self.call();
        let exports = plugin.ima_studio_generations();
        watch
            .over(exports.call_quote(store, request, settings))
            .await
    }

    pub(crate) async fn models(
        &mut self,
        task: TaskType,
        language: Language,
        settings: &Settings,
    ) -> Result<Result<Vec<Model>, Failure>, Stop> {
        let Call {
            plugin,
            store,
            watch,
        } = self.call();
        let exports = plugin.ima_studio_generations();
        watch
            .over(exports.call_models(store, task, language, settings))
            .await
    }

    pub(crate) async fn start(
        &mut self,
        request: &Request,
        settings: &Settings,
    ) -> Result<Result<ResourceAny, types::Error>, Stop> {
        let Call {
            plugin,
            store,
            watch,
        } = self.call();
        let exports = plugin.ima_studio_generations();
        watch
            .over(exports.generation().call_start(store, request, settings))
            .await
    }

    pub(crate) async fn resume(
        &mut self,
        continuation: &str,
        settings: &Settings,
        on_unknown: OnUnknown,
    ) -> Result<Result<ResourceAny, types::Error>, Stop> {
        let Call {
            plugin,
            store,
            watch,
        } = self.call();
        let exports = plugin.ima_studio_generations();
        watch
            .over(
                exports
                    .generation()
                    .call_resume(store, continuation, settings, on_unknown),
            )
            .await
    }

    pub(crate) async fn next(&mut self, generation: ResourceAny) -> Result<Option<Event>, Stop> {
        let Call {
            plugin,
            store,
            watch,
        } = self.call();
        let exports = plugin.ima_studio_generations();
        watch
            .over(exports.generation().call_next(store, generation))
            .await
    }

    pub(crate) async fn cancel(&mut self, generation: ResourceAny) -> Result<(), Stop> {
        let Call {
            plugin,
            store,
            watch,
        } = self.call();
        let exports = plugin.ima_studio_generations();
        watch
            .over(exports.generation().call_cancel(store, generation))
            .await
    }

    pub(crate) async fn interpret(&mut self, utterance: &str) -> Result<Interpretation, Stop> {
        let Call {
            plugin,
            store,
            watch,
        } = self.call();
        let exports = plugin.ima_studio_understanding();
        watch.over(exports.call_interpret(store, utterance)).await
    }

    pub(crate) async fn interpret_as(
        &mut self,
        task: TaskType,
        model_id: Option<&str>,
        utterance: &str,
    ) -> Result<Interpretation, Stop> {
        let Call {
            plugin,
            store,
            watch,
        } = self.call();
        let exports = plugin.ima_studio_understanding();
        watch
            .over(exports.call_interpret_as(store, task, model_id, utterance))
            .await
    }

    pub(crate) async fn intake(
        &mut self,
        task: TaskType,
        utterance: &str,
        language: Language,
    ) -> Result<Vec<Question>, Stop> {
        let Call {
            plugin,
            store,
            watch,
        } = self.call();
        let exports = plugin.ima_studio_understanding();
        watch
            .over(exports.call_intake(store, task, utterance, language))
            .await
    }

    pub(crate) async fn tips(
        &mut self,
        task: TaskType,
        language: Language,
    ) -> Result<Vec<String>, Stop> {
        let Call {
            plugin,
            store,
            watch,
        } = self.call();
        let exports = plugin.ima_studio_understanding();
        watch.over(exports.call_tips(store, task, language)).await
    }

    pub(crate) async fn voices(&mut self, language: Language) -> Result<Vec<Voice>, Stop> {
        let Call {
            plugin,
            store,
            watch,
        } = self.call();
        let exports = plugin.ima_studio_understanding();
        watch.over(exports.call_voices(store, language)).await
    }

    pub(crate) async fn preferred(
        &mut self,
        file: &[u8],
        user: &str,
        task: TaskType,
    ) -> Result<Result<Option<Preferred>, PreferencesError>, Stop> {
        let Call {
            plugin,
            store,
            watch,
        } = self.call();
        let exports = plugin.ima_studio_preferences();
        watch.over(exports.call_get(store, file, user, task)).await
    }

    pub(crate) async fn remember(
        &mut self,
        file: &[u8],
        user: &str,
        task: TaskType,
        preferred: &Preferred,
    ) -> Result<Result<Vec<u8>, PreferencesError>, Stop> {
        let Call {
            plugin,
            store,
            watch,
        } = self.call();
        let exports = plugin.ima_studio_preferences();
        watch
            .over(exports.call_set(store, file, user, task, preferred))
            .await
    }

    pub(crate) async fn forget(
        &mut self,
        file: &[u8],
        user: &str,
        task: Option<TaskType>,
    ) -> Result<Result<Vec<u8>, PreferencesError>, Stop> {
        let Call {
            plugin,
            store,
            watch,
        } = self.call();
        let exports = plugin.ima_studio_preferences();
        watch
            .over(exports.call_clear(store, file, user, task))
            .await
    }

    pub(crate) async fn confirmation(
        &mut self,
        task: TaskType,
        model_name: &str,
        language: Language,
    ) -> Result<String, Stop> {
        let Call {
            plugin,
            store,
            watch,
        } = self.call();
        let exports = plugin.ima_studio_preferences();
        watch
            .over(exports.call_confirmation(store, task, model_name, language))
            .await
    }
}
