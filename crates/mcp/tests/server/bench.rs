//! A server over the simulator, and clients with a person behind them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ima_host::types::Language;
use ima_host::{Ceilings, Job, Journal};
use ima_mcp::{Server, Settings};
use ima_simulator::Endpoint;
use ima_test_kit::Stage;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ClientConfig,
    ElicitRequestParams, ElicitResult, ElicitationAction, Implementation,
    ProgressNotificationParam, ProtocolVersion,
};
use rmcp::service::{NotificationContext, RequestContext, RunningService};
use rmcp::{ClientHandler, ClientLifecycleMode, ClientServiceExt, ErrorData, RoleClient};
use serde_json::{Value, json};

/// The protocols that clients speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Era {
    Initialize,
    Discover,
}

pub(crate) const ERAS: [Era; 2] = [Era::Initialize, Era::Discover];

/// A person behind a client.
#[derive(Clone)]
pub(crate) struct Person {
    /// The result of every form; none if the client can't show one, null if it never answers.
    pub(crate) answer: Option<Value>,
    pub(crate) tasks: bool,
    pub(crate) asked: Arc<Mutex<Vec<Value>>>,
    pub(crate) progress: Arc<Mutex<Vec<f64>>>,
}

impl Person {
    fn new(answer: Option<Value>) -> Self {
        Self {
            answer,
            tasks: false,
            asked: Arc::default(),
            progress: Arc::default(),
        }
    }

    /// Nobody: the client shows no forms.
    pub(crate) fn nobody() -> Self {
        Self::new(None)
    }

    pub(crate) fn answering(result: Value) -> Self {
        Self::new(Some(result))
    }

    /// Says yes to any price.
    pub(crate) fn agreeing() -> Self {
        Self::answering(json!("agree"))
    }

    pub(crate) fn taking_tasks(mut self) -> Self {
        self.tasks = true;
        self
    }
}

impl ClientHandler for Person {
    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::default();
        if self.answer.is_some() {
            capabilities.elicitation = Some(Default::default());
        }
        if self.tasks {
            let tasks = ClientCapabilities::builder().enable_tasks().build();
            capabilities.extensions = tasks.extensions;
        }
        ClientConfig::new(capabilities, Implementation::new("bench", "1"))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let asked = serde_json::to_value(request).unwrap();
        let words = asked["requestedSchema"]["properties"]["decision"]["enum"].clone();
        self.asked.lock().unwrap().push(asked);
        match self.answer.clone().unwrap() {
            Value::Null => std::future::pending().await,
            Value::String(_) => Ok(ElicitResult::new(ElicitationAction::Accept)
                .with_content(json!({"decision": words[0]}))),
            result => Ok(serde_json::from_value(result).unwrap()),
        }
    }

    async fn on_progress(
        &self,
        told: ProgressNotificationParam,
        _: NotificationContext<RoleClient>,
    ) {
        self.progress.lock().unwrap().push(told.progress);
    }
}

/// The service, and the folders of one user.
pub(crate) struct Bench {
    pub(crate) stage: Stage,
    pub(crate) home: tempfile::TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self {
            stage: Stage::new().await,
            home: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal::open_blocking(&self.home.path().join("data")).unwrap()
    }

    pub(crate) async fn jobs(&self) -> Vec<Job> {
        self.journal().list().await.unwrap()
    }

    /// A server with a journal of its own, as in another process.
    pub(crate) async fn server(&self, configure: impl FnOnce(&mut Settings)) -> Server {
        let mut settings = Settings::new(self.home.path().join("audio"), Language::En);
        configure(&mut settings);
        let (journal, ceilings) = (self.journal(), settings.ceilings);
        let runtime = self
            .stage
            .another(|it| it.journal(journal).ceilings(ceilings));
        Server::new(runtime.await, settings).unwrap()
    }

    /// A server that may spend this much on a purchase.
    pub(crate) async fn allowed(&self, points: u64) -> Server {
        self.server(|it| it.ceilings = ceilings(Some(points), None))
            .await
    }

    /// A client of a server whose defaults hold.
    pub(crate) async fn client(&self, person: Person, era: Era) -> Client {
        Client::of(&self.server(|_| {}).await, person, era).await
    }

    pub(crate) fn creates(&self) -> usize {
        self.stage.requests(Endpoint::Create)
    }

    /// The names of the files that were saved.
    pub(crate) fn files(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.home.path().join("audio")) else {
            return Vec::new();
        };
        let name = |it: std::io::Result<std::fs::DirEntry>| it.unwrap().file_name();
        let mut names: Vec<_> = entries.map(|it| name(it).into_string().unwrap()).collect();
        names.sort();
        names
    }
}

pub(crate) const fn ceilings(per_request: Option<u64>, per_day: Option<u64>) -> Ceilings {
    Ceilings {
        per_request,
        per_day,
    }
}

/// A client of a server in this process.
pub(crate) struct Client {
    pub(crate) service: RunningService<RoleClient, Person>,
}

impl Client {
    pub(crate) async fn of(server: &Server, person: Person, era: Era) -> Self {
        let (near, far) = tokio::io::duplex(1 << 16);
        tokio::spawn(server.clone().serve_until(far, std::future::pending()));
        let lifecycle = match era {
            Era::Initialize => ClientLifecycleMode::Initialize,
            Era::Discover => ClientLifecycleMode::Discover {
                preferred_versions: vec![ProtocolVersion::V_2026_07_28],
            },
        };
        let service = person.serve_with_lifecycle(near, lifecycle).await.unwrap();
        Self { service }
    }

    pub(crate) async fn result(&self, tool: &'static str, arguments: Value) -> CallToolResult {
        let call = self.service.call_tool(params(tool, arguments));
        tokio::time::timeout(Duration::from_secs(60), call)
            .await
            .expect("the call hangs")
            .unwrap()
    }

    /// The object that a tool answers with.
    pub(crate) async fn call(&self, tool: &'static str, arguments: Value) -> Value {
        let result = self.result(tool, arguments).await;
        let object = result.structured_content.unwrap();
        let failed = ["failed", "unknown", "refused"].map(Value::from);
        assert_eq!(
            result.is_error,
            Some(failed.contains(&object["status"])),
            "{object}"
        );
        object
    }

    pub(crate) async fn once(&self, tool: &'static str, arguments: Value) -> CallToolResponse {
        self.service
            .call_tool_once(params(tool, arguments))
            .await
            .unwrap()
    }

    /// A quote for music with a model.
    pub(crate) async fn quote(&self, model: &str) -> Value {
        let arguments = json!({"prompt": "rain on a tin roof", "model": model});
        let quote = self.call("quote_music", arguments).await;
        assert_eq!(quote["status"], "quoted", "{quote}");
        quote
    }

    /// Buys a quote.
    pub(crate) async fn buy(&self, quote: &Value) -> Value {
        self.call("create_audio", purchase(quote)).await
    }

    pub(crate) fn questions(&self) -> Vec<Value> {
        self.service.service().asked.lock().unwrap().clone()
    }
}

/// The arguments that buy a quote.
pub(crate) fn purchase(quote: &Value) -> Value {
    json!({"quote_id": quote["quote_id"], "points": quote["points"]})
}

pub(crate) fn params(tool: &'static str, arguments: Value) -> CallToolRequestParams {
    let Value::Object(arguments) = arguments else {
        panic!("no object")
    };
    CallToolRequestParams::new(tool).with_arguments(arguments)
}

/// Waits until something holds.
pub(crate) async fn until(holds: impl AsyncFn() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting)
        .await
        .expect("it never came to that");
}
