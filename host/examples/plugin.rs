//! A host with an engine, linker and store of its own, for the component of world `plugin`: stock
//! wasmtime-wasi-http, with the policy of `ima_host::wasi` as its hooks.
//!
//! ```console
//! $ IMA_API_KEY=… cargo run -p ima-host --features wasi --example plugin -- ima_plugin.wasm "calm piano"
//! ```
//!
//! `IMA_BASE_URL` names another address of the service, for example that of `ima-simulator`.

mod bindings {
    #![allow(missing_docs, reason = "generated; the WIT items are documented")]

    wasmtime::component::bindgen!({
        path: "../wit",
        world: "plugin",
        exports: { default: async },
    });
}

use std::error::Error;

use bindings::Plugin;
use bindings::exports::ima::studio::types::{self, CheckpointState, Event, Outcome, Settings};
use ima_host::types::Language;
use ima_host::wasi::{Hooks, InstanceLimits, keep_epoch};
use ima_host::{Credential, Limits, Origin, Request, Runtime};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    http: WasiHttpCtx,
    hooks: Hooks,
    limits: InstanceLimits,
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

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (file, prompt) = arguments
        .next()
        .zip(arguments.next())
        .ok_or("usage: plugin COMPONENT PROMPT")?;

    // The policy: origin, key, ledger. It runs no generation here.
    let ima = Runtime::builder()
        .origin(&std::env::var("IMA_BASE_URL").unwrap_or(Origin::DEFAULT.to_owned()))
        .credential(Credential::environment("IMA_API_KEY"))
        .build()
        .await?;
    let mut request = Request::music(prompt, Language::En);
    request.budget = Some(50);
    let (hooks, guard) = ima.wasi_hooks(&request)?;

    // The embedder's own engine, linker and store.
    let limits = Limits::default();
    let mut config = Config::new();
    InstanceLimits::configure(&mut config, &limits);
    let engine = Engine::new(&config)?;
    keep_epoch(&engine)?;
    let component = Component::from_file(&engine, file)?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    let limits = InstanceLimits::new(&limits);
    let state = State {
        wasi: WasiCtx::builder().build(),
        table: limits.resource_table(),
        http: WasiHttpCtx::new(),
        hooks,
        limits,
    };
    let mut store = Store::new(&engine, state);
    InstanceLimits::attach(&mut store, |state| &mut state.limits);
    let plugin = Plugin::instantiate_async(&mut store, &component, &linker).await?;

    let generations = plugin.ima_studio_generations().generation();
    let (asked, settings) = (contract(&request), settings(ima.origin()));
    let started = generations
        .call_start(&mut store, &asked, &settings)
        .await?;
    let generation = started.map_err(|error| format!("{error:?}"))?;
    let mut kept = false;
    loop {
        // Asking for the event after a checkpoint says that it is durable. Here it is only printed: an
        // agent runtime writes it to its database.
        if std::mem::take(&mut kept) {
            guard.checkpoint_kept();
        }
        store.data_mut().limits.begin_call();
        let next = generations.call_next(&mut store, generation);
        let event = tokio::select! {
            limit = guard.until_halted() => return Err(format!("stopped: {limit:?}").into()),
            event = next => event?,
        };
        match event {
            Some(Event::Started(started)) => {
                guard.price_told(&started.model_id, started.points);
            }
            Some(Event::Checkpoint(checkpoint)) => {
                println!("checkpoint: {:?}", checkpoint.task_id);
                kept = checkpoint.state == CheckpointState::Creating;
            }
            Some(Event::Message(message)) => println!("{}", message.text),
            Some(Event::Finished(Outcome::Failure(failure))) => {
                println!("charged: {:?}", guard.charge());
                return Err(failure.message.into());
            }
            Some(_) => {}
            None => return Ok(()),
        }
    }
}

/// The request in the words of these bindings.
fn contract(request: &Request) -> types::Request {
    types::Request {
        task: types::TaskType::TextToMusic,
        prompt: request.prompt.clone(),
        model_id: None,
        version_id: None,
        options: None,
        parameters: Vec::new(),
        unknown_parameters: types::UnknownParameters::Refuse,
        on_mismatch: types::OnMismatch::Amend,
        habitual: false,
        budget: request.budget,
        language: types::Language::En,
    }
}

fn settings(origin: String) -> Settings {
    Settings {
        origin: Some(origin),
        deadline_ms: None,
        connect_timeout_ms: None,
        first_byte_timeout_ms: None,
        between_bytes_timeout_ms: None,
        response_limit: None,
    }
}
