//! A host for tools of IronClaw: its published contract, a fresh store for each call, 60 seconds and 10 MiB, and
//! requests only to what the tool's capabilities file allows.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use wasmtime::component::{Component, HasSelf, Linker, ResourceTable};
use wasmtime::{Config, Engine, Store, StoreLimits, StoreLimitsBuilder};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::AgentHost;
use crate::stage::{Gateway, authority};

mod bindings {
    wasmtime::component::bindgen!({
        path: "wit/ironclaw.wit",
        world: "sandboxed-tool",
    });
}

use bindings::SandboxedTool;
use bindings::exports::near::agent::tool::{Request, Response};
use bindings::near::agent::host::{self, HttpErrorKind, HttpFailure, HttpResponse, LogLevel};

const LONGEST: Duration = Duration::from_secs(60);
const MEMORY: usize = 10 << 20;

#[derive(Clone)]
pub struct IronClaw {
    engine: Engine,
    component: Component,
    origin: String,
    /// Host and port, and the beginning of the path, that the capabilities file allows.
    allowed: String,
}

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    limits: StoreLimits,
    origin: String,
    allowed: String,
    end: Instant,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl host::Host for State {
    fn log(&mut self, _: LogLevel, _: String) {}

    fn now_millis(&mut self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        u64::try_from(now.as_millis()).unwrap()
    }

    fn workspace_read(&mut self, path: String) -> Option<String> {
        (path == "ima/gateway").then(|| format!("{}\n", self.origin))
    }

    fn http_request(
        &mut self,
        method: String,
        url: String,
        headers_json: String,
        body: Option<Vec<u8>>,
        timeout_ms: Option<u32>,
    ) -> Result<HttpResponse, HttpFailure> {
        let failure = |kind, request_sent| HttpFailure {
            kind,
            code: None,
            message: None,
            request_sent,
        };
        if !url.starts_with(&self.allowed) {
            return Err(failure(HttpErrorKind::NetworkDenied, false));
        }
        let wanted = Duration::from_millis(timeout_ms.unwrap_or(30_000).into());
        let left = self.end.saturating_duration_since(Instant::now());
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(wanted.min(left)))
            .http_status_as_error(false)
            .build()
            .into();
        let mut request = ureq::http::Request::builder()
            .method(method.as_str())
            .uri(url);
        let headers: BTreeMap<String, String> = serde_json::from_str(&headers_json).unwrap();
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(body.unwrap_or_default()).unwrap();
        let sent = agent.run(request);
        let mut answer = sent.map_err(|error| match error {
            ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => {
                failure(HttpErrorKind::Client, false)
            }
            _ => failure(HttpErrorKind::Client, true),
        })?;
        let body = answer.body_mut().read_to_vec();
        Ok(HttpResponse {
            status: answer.status().as_u16(),
            headers_json: "{}".to_owned(),
            body: body.map_err(|_| failure(HttpErrorKind::Client, true))?,
        })
    }

    fn tool_invoke(&mut self, _: String, _: String) -> Result<String, String> {
        Err("not granted".to_owned())
    }

    fn secret_exists(&mut self, _: String) -> bool {
        false
    }
}

impl IronClaw {
    pub fn load(gateway: &Gateway) -> Self {
        let engine = Engine::new(&Config::new()).unwrap();
        let component = Component::from_file(&engine, crate::built("ironclaw/ima_ironclaw.wasm"));
        let file = std::fs::read(crate::built("ironclaw/ima_ironclaw.capabilities.json")).unwrap();
        let capabilities: Value = serde_json::from_slice(&file).unwrap();
        let allowed = &capabilities["http"]["allowlist"][0];
        assert_eq!(allowed["host"], "127.0.0.1");
        assert_eq!(
            capabilities["workspace"]["allowed_prefixes"],
            json!(["ima/"])
        );
        Self {
            engine,
            component: component.unwrap(),
            origin: gateway.origin.clone(),
            allowed: format!(
                "http://{}{}",
                authority(&gateway.origin),
                allowed["path_prefix"].as_str().unwrap()
            ),
        }
    }

    fn execute(&self, params: String) -> Result<Value, String> {
        let state = State {
            wasi: WasiCtx::builder().build(),
            table: ResourceTable::new(),
            limits: StoreLimitsBuilder::new().memory_size(MEMORY).build(),
            origin: self.origin.clone(),
            allowed: self.allowed.clone(),
            end: Instant::now() + LONGEST,
        };
        let mut store = Store::new(&self.engine, state);
        store.limiter(|state| &mut state.limits);
        let mut linker = Linker::new(&self.engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
        host::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state).unwrap();
        let tool = SandboxedTool::instantiate(&mut store, &self.component, &linker).unwrap();
        let request = Request {
            params,
            context: None,
        };
        match tool
            .near_agent_tool()
            .call_execute(&mut store, &request)
            .unwrap()
        {
            Response::Success(answer) => Ok(serde_json::from_str(&answer).unwrap()),
            Response::Failure(failure) => Err(format!("{:?} {:?}", failure.code, failure.message)),
        }
    }
}

impl AgentHost for IronClaw {
    fn call(&self, tool: &str, mut arguments: Value) -> Result<Value, String> {
        arguments["action"] = json!(tool);
        self.execute(arguments.to_string())
    }

    fn call_and_die(&self, tool: &str, mut arguments: Value, after: Duration) {
        arguments["action"] = json!(tool);
        let host = self.clone();
        // What it would answer reaches nobody.
        std::thread::spawn(move || host.execute(arguments.to_string()));
        std::thread::sleep(after);
    }
}
