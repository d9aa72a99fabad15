//! One instance of the component, and calls into it that always return.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::Store;
use wasmtime::component::ResourceAny;

use crate::bindings::{Generations, Plugin};
use crate::egress::Guard;
use crate::error::{Aftermath, Error};
use crate::limits::Limit;
use crate::sandbox::{self, State};
use crate::types::{
    self, Event, Failure, Language, Model, OnUnknown, Quote, Request, Settings, TaskType,
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

/// A call about to be made: the exports, the store they run in, and the watch over it.
struct Call<'a> {
    exports: &'a Generations,
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
            exports: self.plugin.ima_studio_generations(),
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
            exports,
            store,
            watch,
        } = self.call();
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
            exports,
            store,
            watch,
        } = self.call();
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
            exports,
            store,
            watch,
        } = self.call();
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
            exports,
            store,
            watch,
        } = self.call();
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
            exports,
            store,
            watch,
        } = self.call();
        watch
            .over(exports.generation().call_next(store, generation))
            .await
    }

    pub(crate) async fn cancel(&mut self, generation: ResourceAny) -> Result<(), Stop> {
        let Call {
            exports,
            store,
            watch,
        } = self.call();
        watch
            .over(exports.generation().call_cancel(store, generation))
            .await
    }
}
