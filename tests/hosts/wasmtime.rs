//! Stock wasmtime with stock wasmtime-wasi-http, and nothing of this project but the component: one
//! generation, whose end is printed as JSON. `README.md` beside it says what for.
#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a driver of tests: it prints, and ends with an error if it is called wrongly"
)]

mod bindings {
    #![allow(missing_docs, reason = "generated; the WIT items are documented")]

    wasmtime::component::bindgen!({
        path: "../wit",
        world: "plugin",
        exports: { default: async },
    });
}

use bindings::Plugin;
use bindings::exports::ima::studio::types::{
    Charge, Event, Language, OnMismatch, Outcome, Request, Settings, TaskType, UnknownParameters,
};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView, default_hooks};

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    http: WasiHttpCtx,
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
            hooks: default_hooks(),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [component, origin, task, limit] = arguments.as_slice() else {
        return Err("usage: COMPONENT ORIGIN music|speech LIMIT_MS".into());
    };
    let limit: u32 = limit.parse()?;
    let engine = Engine::default();
    let component = Component::from_file(&engine, component)?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    let state = State {
        wasi: WasiCtx::builder().build(),
        table: ResourceTable::new(),
        http: WasiHttpCtx::new(),
    };
    let mut store = Store::new(&engine, state);
    let plugin = Plugin::instantiate_async(&mut store, &component, &linker).await?;

    let request = Request {
        task: match task.as_str() {
            "music" => TaskType::TextToMusic,
            _ => TaskType::TextToSpeech,
        },
        prompt: "calm ambient piano".to_owned(),
        model_id: None,
        version_id: None,
        options: None,
        parameters: Vec::new(),
        unknown_parameters: UnknownParameters::Refuse,
        on_mismatch: OnMismatch::Amend,
        habitual: false,
        budget: None,
        language: Language::En,
    };
    let settings = Settings {
        origin: Some(origin.clone()),
        deadline_ms: Some(4_000),
        connect_timeout_ms: Some(limit),
        first_byte_timeout_ms: Some(limit),
        between_bytes_timeout_ms: Some(limit),
        response_limit: None,
    };
    let generations = plugin.ima_studio_generations().generation();
    let started = generations.call_start(&mut store, &request, &settings);
    let generation = started.await?.map_err(|error| format!("{error:?}"))?;
    while let Some(event) = generations.call_next(&mut store, generation).await? {
        match event {
            Event::Finished(Outcome::Success(success)) => {
                let medias = success.medias.len();
                println!(r#"{{"end":"success","charge":"yes","medias":{medias}}}"#);
            }
            Event::Finished(Outcome::Failure(failure)) => {
                let charge = match failure.charge {
                    Charge::No => "no",
                    Charge::Yes => "yes",
                    Charge::Unknown => "unknown",
                };
                println!(r#"{{"end":"failure","charge":"{charge}","medias":0}}"#);
            }
            _ => {}
        }
    }
    Ok(())
}
