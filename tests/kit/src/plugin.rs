//! A host of its own for components of world `plugin`: stock wasmtime-wasi-http, with the policy of
//! `ima_host::wasi` as its hooks.

mod bindings {
    #![allow(missing_docs, reason = "generated; the WIT items are documented")]

    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "plugin",
        exports: { default: async },
    });
}

use std::time::Duration;

pub use bindings::exports::ima::studio::generations::OnUnknown;
pub use bindings::exports::ima::studio::types;
pub use bindings::exports::ima::studio::understanding::Interpretation;

use ima_host::wasi::{Hooks, InstanceLimits, MoneyGuard, keep_epoch};
use ima_host::{Limit, Limits, Request, Runtime};
use wasmtime::component::{Component, Linker, ResourceAny, ResourceTable};
use wasmtime::{Cache, CacheConfig, Config, Engine, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::clock::{self, SteppedClock};
use crate::{Stage, cache};
use bindings::PluginPre;
use types::{Cause, Charge, CheckpointState, Event, Outcome, Settings};

/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a store holds for its instance.
struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    http: WasiHttpCtx,
    hooks: Hooks,
    limits: InstanceLimits,
    clock: SteppedClock,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.hooks,
        }
    }
}

/// A compiled component of world `plugin`, and the runtime whose policy it is held to.
pub struct PluginHost<'a> {
    stage: &'a Stage,
    runtime: Runtime,
    limits: Limits,
    pre: PluginPre<State>,
}

/// Why a call gave no result.
#[derive(Debug)]
pub enum Stopped {
    /// It exceeded a limit; `None` if it was stopped for its money.
    Halted(Option<Limit>),
    /// It broke down.
    Trap(wasmtime::Error),
}

/// A generation in an instance of its own.
pub struct PluginGeneration {
    store: Store<State>,
    plugin: bindings::Plugin,
    generation: ResourceAny,
    guard: MoneyGuard,
    creating: bool,
}

impl<'a> PluginHost<'a> {
    /// Compiles a component, held to these limits, against the service of a stage.
    pub fn new(stage: &'a Stage, component: &[u8], limits: Limits) -> Self {
        let mut config = Config::new();
        let mut compiled = CacheConfig::new();
        compiled.with_directory(std::path::absolute(cache().join("plugins")).unwrap());
        config.cache(Some(Cache::new(compiled).unwrap()));
        InstanceLimits::configure(&mut config, &limits);
        let engine = Engine::new(&config).unwrap();
        keep_epoch(&engine).unwrap();
        let component = Component::from_binary(&engine, component).unwrap();
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker).unwrap();
        clock::shadow(&mut linker, |state: &mut State| clock::View {
            clock: &state.clock,
            table: &mut state.table,
        })
        .unwrap();
        let pre = linker.instantiate_pre(&component).unwrap();
        Self {
            stage,
            runtime: stage.runtime.clone(),
            limits,
            pre: PluginPre::new(pre).unwrap(),
        }
    }

    /// A new generation.
    pub async fn start(&self, request: &Request) -> Result<PluginGeneration, Stopped> {
        let asked = contract(request);
        let settings = self.settings(request);
        self.open(request, async |plugin, store| {
            let generations = plugin.ima_studio_generations().generation();
            generations.call_start(store, &asked, &settings).await
        })
        .await
    }

    /// A generation resumed from a continuation.
    pub async fn resume(
        &self,
        request: &Request,
        continuation: &str,
        on_unknown: OnUnknown,
    ) -> Result<PluginGeneration, Stopped> {
        let settings = self.settings(request);
        self.open(request, async |plugin, store| {
            let generations = plugin.ima_studio_generations().generation();
            let resumed = generations.call_resume(store, continuation, &settings, on_unknown);
            resumed.await
        })
        .await
    }

    /// A task that is known to exist.
    pub async fn adopt(
        &self,
        request: &Request,
        continuation: &str,
        task_id: &str,
    ) -> Result<PluginGeneration, Stopped> {
        let settings = self.settings(request);
        self.open(request, async |plugin, store| {
            let generations = plugin.ima_studio_generations().generation();
            let adopted = generations.call_adopt(store, continuation, task_id, &settings);
            adopted.await
        })
        .await
    }

    async fn open(
        &self,
        request: &Request,
        make: impl AsyncFnOnce(
            &bindings::Plugin,
            &mut Store<State>,
        ) -> wasmtime::Result<Result<ResourceAny, types::Error>>,
    ) -> Result<PluginGeneration, Stopped> {
        let (mut store, plugin, guard) = self.instantiate(request).await?;
        let generation = make(&plugin, &mut store).await?;
        let generation =
            generation.map_err(|error| Stopped::Trap(wasmtime::format_err!("{error:?}")))?;
        Ok(PluginGeneration {
            store,
            plugin,
            generation,
            guard,
            creating: false,
        })
    }

    async fn instantiate(
        &self,
        request: &Request,
    ) -> Result<(Store<State>, bindings::Plugin, MoneyGuard), Stopped> {
        let (hooks, guard) = self.runtime.wasi_hooks(request).unwrap();
        let limits = InstanceLimits::new(&self.limits);
        let service = self.stage.control.clone();
        let state = State {
            wasi: WasiCtx::builder().build(),
            table: limits.resource_table(),
            http: WasiHttpCtx::new(),
            hooks,
            limits,
            clock: SteppedClock::new(move |step| service.advance(step)),
        };
        let mut store = Store::new(self.pre.engine(), state);
        InstanceLimits::attach(&mut store, |state| &mut state.limits);
        let plugin = self.pre.instantiate_async(&mut store).await?;
        Ok((store, plugin, guard))
    }

    /// What a request would cost.
    pub async fn quote(&self, request: &Request) -> Result<types::Quote, types::Failure> {
        let (mut store, plugin, _) = self.instantiate(request).await.unwrap();
        let generations = plugin.ima_studio_generations();
        let (asked, settings) = (contract(request), self.settings(request));
        let quoted = generations.call_quote(&mut store, &asked, &settings);
        quoted.await.unwrap()
    }

    /// What the prompt of a request means as an utterance.
    pub async fn interpret(&self, utterance: &Request) -> Result<Interpretation, Stopped> {
        let (mut store, plugin, _) = self.instantiate(utterance).await?;
        store.data_mut().limits.begin_call();
        let understanding = plugin.ima_studio_understanding();
        let read = understanding.call_interpret(&mut store, &utterance.prompt);
        Ok(read.await?)
    }

    fn settings(&self, request: &Request) -> Settings {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Settings {
            origin: Some(self.runtime.origin()),
            deadline_ms: request.deadline.map(milliseconds),
            connect_timeout_ms: None,
            first_byte_timeout_ms: None,
            between_bytes_timeout_ms: None,
            response_limit: None,
        }
    }

    /// Runs a request to its end.
    pub async fn run(&self, request: &Request) -> Vec<Event> {
        let mut generation = self.start(request).await.unwrap();
        match generation.play().await {
            (events, None) => events,
            (_, Some(stopped)) => panic!("{stopped:?}"),
        }
    }

    /// What a hostile component says that it saw.
    pub async fn report(&self, crime: &Request) -> String {
        match self.run(crime).await.pop() {
            Some(Event::Finished(Outcome::Failure(failure))) => match failure.cause {
                Cause::Other(report) => report,
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    /// The limit that stops a crime, and whether it cost anything.
    pub async fn stopped(&self, crime: &Request) -> (Limit, ima_host::types::Charge) {
        let mut generation = match self.start(crime).await {
            Ok(generation) => generation,
            Err(Stopped::Halted(Some(limit))) => return (limit, ima_host::types::Charge::No),
            Err(other) => panic!("{other:?}"),
        };
        match generation.play().await {
            (_, Some(Stopped::Halted(Some(limit)))) => (limit, generation.guard.charge()),
            other => panic!("{other:?}"),
        }
    }
}

impl PluginGeneration {
    /// What is known of its money.
    pub fn guard(&self) -> &MoneyGuard {
        &self.guard
    }

    /// Ends the waiting.
    pub async fn cancel(&mut self) {
        let generations = self.plugin.ima_studio_generations().generation();
        let cancelled = generations.call_cancel(&mut self.store, self.generation);
        cancelled.await.unwrap();
    }

    /// The next event.
    pub async fn next(&mut self) -> Result<Option<Event>, Stopped> {
        if std::mem::take(&mut self.creating) {
            self.guard.checkpoint_kept();
        }
        self.store.data_mut().limits.begin_call();
        let generations = self.plugin.ima_studio_generations().generation();
        let next = generations.call_next(&mut self.store, self.generation);
        let next = tokio::time::timeout(PATIENCE, next);
        let event = tokio::select! {
            biased;
            limit = self.guard.until_halted() => return Err(Stopped::Halted(limit)),
            event = next => event.unwrap_or_else(|_| Err(Limit::Call.into()))?,
        };
        match &event {
            Some(Event::Started(started)) => {
                self.guard.price_told(&started.model_id, started.points);
            }
            Some(Event::Checkpoint(checkpoint)) => {
                self.creating = checkpoint.state == CheckpointState::Creating;
            }
            _ => {}
        }
        Ok(event)
    }

    /// Pulls events up to the end, or until it is stopped.
    pub async fn play(&mut self) -> (Vec<Event>, Option<Stopped>) {
        let mut events = Vec::new();
        loop {
            match self.next().await {
                Ok(Some(event)) => events.push(event),
                Ok(None) => return (events, None),
                Err(stopped) => return (events, Some(stopped)),
            }
        }
    }
}

impl From<wasmtime::Error> for Stopped {
    fn from(error: wasmtime::Error) -> Self {
        match InstanceLimits::exceeded(&error) {
            Some(limit) => Self::Halted(Some(limit)),
            None => Self::Trap(error),
        }
    }
}

/// The request in the words of this host's own bindings.
fn contract(request: &Request) -> types::Request {
    let parameters = request.parameters.iter();
    types::Request {
        task: match request.task {
            ima_host::types::TaskType::TextToMusic => types::TaskType::TextToMusic,
            ima_host::types::TaskType::TextToSpeech => types::TaskType::TextToSpeech,
        },
        prompt: request.prompt.clone(),
        model_id: request.model_id.clone(),
        version_id: request.version_id.clone(),
        options: None,
        parameters: parameters
            .map(|(name, value)| types::Parameter {
                name: name.clone(),
                value: value.to_string(),
            })
            .collect(),
        unknown_parameters: types::UnknownParameters::Refuse,
        on_mismatch: types::OnMismatch::Amend,
        habitual: false,
        budget: request.budget,
        language: match request.language {
            ima_host::types::Language::En => types::Language::En,
            ima_host::types::Language::Zh => types::Language::Zh,
        },
    }
}

/// Whether a failure says that nothing, something or nobody knows what was charged.
pub fn charge(events: &[Event]) -> Option<Charge> {
    match events.last() {
        Some(Event::Finished(Outcome::Failure(failure))) => Some(failure.charge),
        _ => None,
    }
}
