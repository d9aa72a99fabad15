//! A host that follows Wassette's rules: exports become tools, every parameter is required, integers come as
//! numbers, an `err` is a result like any other, and the policy file says what the component may reach.

use std::time::Duration;

use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use wasmtime::component::types::Type;
use wasmtime::component::{Component, Linker, ResourceTable, Val};
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error as HttpError, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks,
    WasiHttpView, default_send_request,
};

use crate::AgentHost;
use crate::stage::Gateway;

pub struct Wassette {
    runtime: Runtime,
    engine: Engine,
    component: Component,
    policy: Policy,
    origin: String,
}

/// What the policy file allows.
#[derive(Clone)]
struct Policy {
    hosts: Vec<String>,
    variables: Vec<String>,
}

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    http: WasiHttpCtx,
    policy: Policy,
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
            hooks: &mut self.policy,
        }
    }
}

type Sent = (
    http::Response<WasiBody>,
    Box<dyn Future<Output = Result<(), HttpError>> + Send>,
);

impl WasiHttpHooks for Policy {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), HttpError>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, HttpError>> + Send> {
        let host = request.uri().authority().map(ToString::to_string);
        let allowed = host.is_some_and(|host| self.hosts.contains(&host));
        Box::new(async move {
            if !allowed {
                return Err(HttpError::HttpRequestDenied);
            }
            let (response, done) = default_send_request(request, options).await?;
            let done: Box<dyn Future<Output = _> + Send> = Box::new(done);
            Ok((response.map(BodyExt::boxed_unsync), done))
        })
    }
}

impl Policy {
    fn read(text: &str) -> Self {
        let policy: Value = serde_norway::from_str(text).unwrap();
        assert_eq!(policy["version"], "1.0");
        let list = |part: &Value, name: &str| {
            let allowed = part["allow"].as_array().unwrap();
            let text = |it: &Value| it[name].as_str().unwrap().to_owned();
            allowed.iter().map(text).collect()
        };
        let permissions = &policy["permissions"];
        Self {
            hosts: list(&permissions["network"], "host"),
            variables: list(&permissions["environment"], "key"),
        }
    }
}

impl Wassette {
    pub fn load(policy: &str, gateway: &Gateway) -> Self {
        let engine = Engine::new(&Config::new()).unwrap();
        let file = crate::built("ima_tools.wasm");
        assert_documented(&std::fs::read(&file).unwrap());
        let component = Component::from_file(&engine, file).unwrap();
        Self {
            runtime: Runtime::new().unwrap(),
            engine,
            component,
            policy: Policy::read(policy),
            origin: gateway.origin.clone(),
        }
    }

    async fn invoke(&self, tool: &str, arguments: Value) -> Result<Value, String> {
        let mut wasi = WasiCtx::builder();
        assert_eq!(self.policy.variables, ["IMA_BASE_URL"]);
        wasi.env("IMA_BASE_URL", &self.origin);
        let state = State {
            wasi: wasi.build(),
            table: ResourceTable::new(),
            http: WasiHttpCtx::new(),
            policy: self.policy.clone(),
        };
        let mut store = Store::new(&self.engine, state);
        let mut linker = Linker::new(&self.engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker).unwrap();
        let instance = linker
            .instantiate_async(&mut store, &self.component)
            .await
            .unwrap();
        let function = instance.get_func(&mut store, tool).unwrap();
        let types = function.ty(&store);
        let parameters: Vec<Val> = types
            .params()
            .map(|(name, ty)| value(&arguments, name, &ty))
            .collect();
        let mut results = [Val::Bool(false)];
        function
            .call_async(&mut store, &parameters, &mut results)
            .await
            .unwrap();
        match &results[0] {
            Val::Result(Ok(Some(answer))) => Ok(shown(answer)),
            Val::Result(Err(Some(problem))) => Err(shown(problem).to_string()),
            other => panic!("{other:?}"),
        }
    }
}

/// The argument of a parameter, which an agent gives as JSON: a text or a number.
fn value(arguments: &Value, name: &str, ty: &Type) -> Val {
    let given = &arguments[name.replace('-', "_")];
    match ty {
        Type::String => Val::String(given.as_str().unwrap_or_default().to_owned()),
        Type::U32 => Val::U32(u32::try_from(given.as_u64().unwrap_or_default()).unwrap()),
        other => panic!("agents can't give {other:?}"),
    }
}

fn shown(value: &Val) -> Value {
    match value {
        Val::String(text) => json!(text),
        Val::U32(number) => json!(number),
        Val::List(items) => items.iter().map(shown).collect(),
        Val::Record(fields) => fields
            .iter()
            .map(|(name, value)| (name.replace('-', "_"), shown(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => panic!("agents can't be shown {other:?}"),
    }
}

/// Every tool has a description where Wassette looks for it.
fn assert_documented(component: &[u8]) {
    let sections = wasmparser::Parser::new(0).parse_all(component);
    let mut docs = sections.filter_map(|section| match section.unwrap() {
        wasmparser::Payload::CustomSection(section) if section.name() == "package-docs" => {
            Some(section.data().to_vec())
        }
        _ => None,
    });
    let docs = docs
        .next()
        .expect("the component has a section package-docs");
    let docs: Value = serde_json::from_slice(&docs[1..]).unwrap();
    for tool in ["models", "voices", "quote", "create", "check"] {
        let told = docs["worlds"]["tools"]["func_exports"][tool].to_string();
        assert!(told.contains("pend"), "{tool}: {told}");
    }
}

impl AgentHost for Wassette {
    fn call(&self, tool: &str, arguments: Value) -> Result<Value, String> {
        self.runtime.block_on(self.invoke(tool, arguments))
    }

    fn call_and_die(&self, tool: &str, arguments: Value, after: Duration) {
        self.runtime.block_on(async {
            let _ = tokio::time::timeout(after, self.invoke(tool, arguments)).await;
        });
    }
}
