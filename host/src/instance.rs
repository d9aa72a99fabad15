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
}

impl Stop {
    pub(crate) fn into_error(self, aftermath: Aftermath) -> Error {
        let aftermath = Box::new(aftermath);
        match self {
            Self::Limit(limit) => Error::Limit { limit, aftermath },
            Self::Trap(source) => Error::Trap { aftermath, source },
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

/// Stops a call that takes too long or sends too much.
pub(crate) struct Watch<'a> {
    pub(crate) guard: &'a Guard,
    pub(crate) patience: Duration,
}

impl Watch<'_> {
    pub(crate) async fn over<T, E>(
        self,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Stop>
    where
        Stop: From<E>,
    {
        let result = tokio::select! {
            biased;
            limit = self.guard.stopped() => Err(Stop::Limit(limit)),
            result = self.in_time(call) => result,
        };
        // The component may have returned in the moment in which it was to be stopped.
        match self.guard.exceeded() {
            Some(limit) => Err(Stop::Limit(limit)),
            None => result,
        }
    }

    /// Ends a call that takes too long. Where its requests waited for their turn, it has as much
    /// more time.
    async fn in_time<T, E>(&self, call: impl Future<Output = Result<T, E>>) -> Result<T, Stop>
    where
        Stop: From<E>,
    {
        let mut call = std::pin::pin!(call);
        self.guard.waited();
        let mut left = self.patience;
        loop {
            match tokio::time::timeout(left, &mut call).await {
                Ok(result) => return result.map_err(Stop::from),
                Err(_) => left = self.guard.waited().ok_or(Stop::Limit(Limit::Call))?,
            }
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
}

/// Methods that call an export: computing time is counted from zero, and the call is watched over.
macro_rules! exports {
    ($(
        $name:ident($($argument:ident: $kind:ty),*) -> $result:ty
            = $interface:ident $([$resource:ident])? $call:ident;
    )*) => {
        impl Instance {
            $(
                pub(crate) async fn $name(&mut self, $($argument: $kind),*) -> Result<$result, Stop> {
                    self.store.data_mut().meter.reset();
                    let watch = Watch {
                        guard: &self.guard,
                        patience: self.patience,
                    };
                    let exports = self.plugin.$interface()$(.$resource())?;
                    watch.over(exports.$call(&mut self.store, $($argument),*)).await
                }
            )*
        }
    };
}

exports! {
    start(request: &Request, settings: &Settings) -> Result<ResourceAny, types::Error>
        = ima_studio_generations[generation] call_start;
    resume(continuation: &str, settings: &Settings, on_unknown: OnUnknown)
        -> Result<ResourceAny, types::Error> = ima_studio_generations[generation] call_resume;
    next(generation: ResourceAny) -> Option<Event> = ima_studio_generations[generation] call_next;
    cancel(generation: ResourceAny) -> () = ima_studio_generations[generation] call_cancel;
    quote(request: &Request, settings: &Settings) -> Result<Quote, Failure>
        = ima_studio_generations call_quote;
    models(task: TaskType, language: Language, settings: &Settings) -> Result<Vec<Model>, Failure>
        = ima_studio_generations call_models;
    interpret(utterance: &str) -> Interpretation = ima_studio_understanding call_interpret;
    interpret_as(task: TaskType, model_id: Option<&str>, utterance: &str) -> Interpretation
        = ima_studio_understanding call_interpret_as;
    intake(task: TaskType, utterance: &str, language: Language) -> Vec<Question>
        = ima_studio_understanding call_intake;
    tips(task: TaskType, language: Language) -> Vec<String> = ima_studio_understanding call_tips;
    voices(language: Language) -> Vec<Voice> = ima_studio_understanding call_voices;
    preferred(file: &[u8], user: &str, task: TaskType)
        -> Result<Option<Preferred>, PreferencesError> = ima_studio_preferences call_get;
    remember(file: &[u8], user: &str, task: TaskType, preferred: &Preferred)
        -> Result<Vec<u8>, PreferencesError> = ima_studio_preferences call_set;
    forget(file: &[u8], user: &str, task: Option<TaskType>)
        -> Result<Vec<u8>, PreferencesError> = ima_studio_preferences call_clear;
    confirmation(task: TaskType, model_name: &str, language: Language) -> String
        = ima_studio_preferences call_confirmation;
}
