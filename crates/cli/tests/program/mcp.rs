//! `ima mcp` as clients start it: over its standard streams, killed at every step, several at once.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use ima_simulator::{DEMO_KEY, Endpoint, Fault};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::stage::{Stage, ends, text, until};

/// A client that can't ask, speaking the protocol by hand.
struct Agent {
    child: Child,
    input: Option<ChildStdin>,
    lines: mpsc::UnboundedReceiver<String>,
    last: u64,
    /// Answers that came before they were looked for, by their ids.
    early: HashMap<u64, Value>,
}

impl Agent {
    async fn start(stage: &Stage, options: &[&str]) -> Self {
        Self::from(stage.command(&[&["mcp"], options].concat())).await
    }

    async fn from(mut command: Command) -> Self {
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (told, lines) = mpsc::unbounded_channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = told.send(line);
            }
        });
        let mut agent = Self {
            input: child.stdin.take(),
            child,
            lines,
            last: 0,
            early: HashMap::new(),
        };
        let hello = json!({
            "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": {"name": "agent", "version": "1"},
        });
        let answer = agent.ask("initialize", hello).await;
        assert_eq!(
            answer["result"]["protocolVersion"], "2025-11-25",
            "{answer}"
        );
        agent.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        agent
    }

    fn send(&mut self, message: &Value) {
        let input = self.input.as_mut().unwrap();
        writeln!(input, "{message}").unwrap();
    }

    fn begin(&mut self, method: &str, params: Value) -> u64 {
        self.last += 1;
        let id = self.last;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// The answer with this id. Nothing but JSON-RPC may stand on the output.
    async fn answer(&mut self, id: u64) -> Value {
        loop {
            if let Some(answer) = self.early.remove(&id) {
                return answer;
            }
            let line = tokio::time::timeout(Duration::from_secs(60), self.lines.recv());
            let line = line.await.expect("no answer").expect("it ended");
            assert!(!line.contains(DEMO_KEY));
            let message: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(message["jsonrpc"], "2.0");
            if let Some(id) = message["id"].as_u64() {
                self.early.insert(id, message);
            }
        }
    }

    async fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params);
        self.answer(id).await
    }

    async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let params = json!({"name": tool, "arguments": arguments});
        let answer = self.ask("tools/call", params).await;
        answer["result"]["structuredContent"].clone()
    }

    /// The arguments of a purchase.
    async fn quote(&mut self) -> Value {
        let quote = self.call("quote_speech", json!({"text": "Hello."})).await;
        assert_eq!(quote["status"], "quoted", "{quote}");
        json!({"quote_id": quote["quote_id"], "points": quote["points"]})
    }

    /// SIGKILL.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The end of its input, and its own.
    async fn close(mut self) -> (i32, String) {
        drop(self.input.take());
        let mut errors = self.child.stderr.take().unwrap();
        let ended = tokio::task::spawn_blocking(move || {
            let mut said = String::new();
            let _ = errors.read_to_string(&mut said);
            (self.child.wait().unwrap().code().unwrap(), said)
        });
        let ended = tokio::time::timeout(Duration::from_secs(60), ended).await;
        ended.expect("it goes on").unwrap()
    }
}

const ALLOWED: [&str; 2] = ["--max-points", "50"];

#[tokio::test]
async fn it_buys_once_and_ends_with_its_input() {
    let stage = Stage::new().await;
    let mut agent = Agent::start(&stage, &ALLOWED).await;
    let purchase = agent.quote().await;
    let done = agent.call("create_audio", purchase.clone()).await;
    assert_eq!(
        (&done["status"], &done["charge"]),
        (&json!("finished"), &json!("yes")),
        "{done}"
    );
    let path = done["files"][0]["path"].as_str().unwrap();
    assert!(
        path.starts_with(
            stage
                .data()
                .parent()
                .unwrap()
                .join("audio")
                .to_str()
                .unwrap()
        ),
        "{path}"
    );
    assert!(hound::WavReader::open(path).is_ok());
    let (code, said) = agent.close().await;
    assert_eq!((code, said.as_str()), (0, ""));

    let mut later = Agent::start(&stage, &ALLOWED).await;
    assert_eq!(later.call("create_audio", purchase).await, done);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

#[tokio::test]
async fn two_programs_buy_a_quote_once() {
    let stage = Stage::new().await;
    let mut one = Agent::start(&stage, &ALLOWED).await;
    let mut other = Agent::start(&stage, &ALLOWED).await;
    let purchase = one.quote().await;
    let params = json!({"name": "create_audio", "arguments": purchase});
    let ids: Vec<_> = (0..50)
        .map(|_| {
            (
                one.begin("tools/call", params.clone()),
                other.begin("tools/call", params.clone()),
            )
        })
        .collect();
    let mut jobs = std::collections::BTreeSet::new();
    for (first, second) in ids {
        for answer in [one.answer(first).await, other.answer(second).await] {
            let object = &answer["result"]["structuredContent"];
            assert_eq!(object["status"], "finished", "{answer}");
            jobs.insert(object["job_id"].to_string());
        }
    }
    assert_eq!(jobs.len(), 1);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

#[tokio::test]
async fn killed_before_the_create_request_the_quote_is_as_it_was() {
    let stage = Stage::new().await;
    let mut agent = Agent::start(&stage, &ALLOWED).await;
    let purchase = agent.quote().await;
    stage.fault(Endpoint::ProductList, Fault::Delay(Duration::from_secs(60)));
    let lists = stage.requests(Endpoint::ProductList);
    agent.begin(
        "tools/call",
        json!({"name": "create_audio", "arguments": purchase}),
    );
    until(|| stage.requests(Endpoint::ProductList) > lists).await;
    agent.kill();
    stage.control.clear_faults();
    let mut next = Agent::start(&stage, &ALLOWED).await;
    assert_eq!(
        next.call("create_audio", purchase).await["status"],
        "finished"
    );
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

#[tokio::test]
async fn killed_while_the_create_request_is_under_way_the_doubt_is_kept() {
    let stage = Stage::new().await;
    let mut agent = Agent::start(&stage, &ALLOWED).await;
    let purchase = agent.quote().await;
    stage.fault(Endpoint::Create, Fault::Delay(Duration::from_secs(1)));
    agent.begin(
        "tools/call",
        json!({"name": "create_audio", "arguments": purchase}),
    );
    until(|| stage.requests(Endpoint::Create) == 1).await;
    agent.kill();
    until(|| stage.charges() == 1).await;
    stage.control.clear_faults();
    let mut next = Agent::start(&stage, &ALLOWED).await;
    for _ in 0..3 {
        let told = next.call("create_audio", purchase.clone()).await;
        assert_eq!(
            (&told["status"], &told["charge"]),
            (&json!("unknown"), &json!("unknown")),
            "{told}"
        );
        assert_eq!(told["retry"], "never");
    }
    assert_eq!(stage.jobs().await.len(), 1);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

#[tokio::test]
async fn killed_while_it_waits_the_next_start_brings_the_audio_by_itself() {
    killed_while_it_is_at(Endpoint::Detail).await;
}

#[tokio::test]
async fn killed_while_it_fetches_the_next_start_brings_the_audio_by_itself() {
    killed_while_it_is_at(Endpoint::Audio).await;
}

/// Killed while a request to this part of the service, which comes after the create request, is under way.
async fn killed_while_it_is_at(endpoint: Endpoint) {
    let stage = Stage::new().await;
    stage.fault(endpoint, Fault::Delay(Duration::from_secs(60)));
    let mut agent = Agent::start(&stage, &ALLOWED).await;
    let purchase = agent.quote().await;
    let params = json!({"name": "create_audio", "arguments": purchase});
    agent.begin("tools/call", params);
    until(|| stage.requests(endpoint) > 0).await;
    agent.kill();
    stage.control.clear_faults();
    let mut next = Agent::start(&stage, &[]).await;
    let journal = stage.journal();
    let saved = async {
        while !journal.list().await.unwrap()[0].saved {
            tokio::task::yield_now().await;
        }
    };
    let saved = tokio::time::timeout(Duration::from_secs(60), saved);
    saved.await.unwrap();
    let done = next.call("create_audio", purchase).await;
    assert_eq!(done["status"], "finished", "{done}");
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

#[tokio::test]
async fn without_a_ceiling_a_client_that_can_not_ask_spends_nothing() {
    let stage = Stage::new().await;
    let mut agent = Agent::start(&stage, &[]).await;
    let purchase = agent.quote().await;
    let refused = agent.call("create_audio", purchase).await;
    assert_eq!(refused["status"], "refused");
    assert!(refused["advice"].as_str().unwrap().contains("--max-points"));
    assert_eq!(stage.requests(Endpoint::Create), 0);
}

#[tokio::test]
async fn a_missing_key_is_said_in_a_result_and_a_file_holds_it() {
    let stage = Stage::new().await;
    let mut command = stage.command(&["mcp"]);
    command.env_remove("IMA_API_KEY");
    let mut agent = Agent::from(command).await;
    let refused = agent.call("quote_speech", json!({"text": "Hello."})).await;
    assert_eq!(
        (&refused["status"], &refused["charge"]),
        (&json!("refused"), &json!("no")),
        "{refused}"
    );
    assert!(refused.to_string().contains("key"), "{refused}");

    let file = key_file(&stage);
    let mut command = stage.command(&["mcp", "--key-file", &file]);
    command.env_remove("IMA_API_KEY");
    Agent::from(command).await.quote().await;
    let mut check = stage.command(&["mcp", "--check", "--json", "--key-file", &file]);
    ends(&check.env_remove("IMA_API_KEY").output().unwrap(), 0);
}

/// A file with the key, for its owner alone.
fn key_file(stage: &Stage) -> String {
    let file = stage.home.path().join("key");
    std::fs::write(&file, DEMO_KEY).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    file.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_goes_into_a_clients_configuration_has_no_key() {
    let stage = Stage::new().await;
    for client in [
        "claude-code",
        "claude-desktop",
        "codex",
        "cursor",
        "vscode",
        "goose",
        "openclaw",
    ] {
        let options = ["mcp", "--config", client, "--max-points", "50"];
        let output = stage.plain(&options).output().unwrap();
        ends(&output, 0);
        stage.holds_no_key(&output);
        let said = text(&output.stdout);
        for part in ["--max-points", "50", "IMA_API_KEY"] {
            assert!(said.contains(part), "{client}: {said}");
        }
    }
}

#[tokio::test]
async fn the_key_is_in_no_byte_that_leaves() {
    let stage = Stage::new().await;
    stage.fault(Endpoint::Create, Fault::EchoKey);
    let mut agent = Agent::start(&stage, &ALLOWED).await;
    let text = format!("Say {DEMO_KEY}.");
    let refused = agent.call("quote_speech", json!({"text": text})).await;
    assert_eq!(refused["status"], "refused", "{refused}");
    // `Agent` looks at every line, also at the failure that repeats the key.
    let purchase = agent.quote().await;
    agent.call("create_audio", purchase).await;
    let (_, said) = agent.close().await;
    assert!(!said.contains(DEMO_KEY), "{said}");
    stage.holds_no_key(&stage.ima(&["jobs", "--json"]));
    for request in stage.control.requests() {
        let sent = request.path + &request.body;
        assert!(!sent.contains(DEMO_KEY), "{sent}");
    }
}

#[tokio::test]
async fn what_can_not_be_used_is_said_on_the_command_line() {
    let stage = Stage::new().await;
    for arguments in [
        ["mcp", "--out", "relative"],
        ["mcp", "--confirm", "sometimes"],
        ["mcp", "--config", "nothing"],
        ["mcp", "--max-points", "-1"],
    ] {
        ends(&stage.plain(&arguments).output().unwrap(), 2);
    }
    ends(&stage.ima(&["mcp", "--check", "--json"]), 0);
}
