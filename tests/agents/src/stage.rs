//! The simulator, and the program's gateway before it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use ima_simulator::{Control, DEMO_KEY, Endpoint, Fault, NthRequest, Options, Simulator, Timeline};
use serde_json::Value;

use crate::AgentHost;

pub struct Stage {
    pub control: Control,
    /// The simulator's.
    pub service: String,
    _simulator: Simulator,
    home: tempfile::TempDir,
    _runtime: tokio::runtime::Runtime,
}

/// A running gateway. It ends with the test.
pub struct Gateway {
    child: Child,
    /// What components are told.
    pub origin: String,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Stage {
    pub fn new() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let options = Options {
            speed: 50.0,
            ..Options::default()
        };
        let simulator = runtime.block_on(Simulator::start(options)).unwrap();
        let control = simulator.control();
        control.set_timeline("GenBGM", Timeline::lasting(60.0));
        Self {
            control,
            service: simulator.origin(),
            _simulator: simulator,
            home: tempfile::tempdir().unwrap(),
            _runtime: runtime,
        }
    }

    fn ima(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(crate::built("ima"));
        command
            .args(arguments)
            .args(["--base-url", &self.service, "--clock-rate", "50"])
            .env_clear()
            .env("HOME", self.home.path())
            .env("IMA_API_KEY", DEMO_KEY)
            .env("IMA_CACHE_DIR", std::env::temp_dir().join("ima-agents"))
            .stdin(Stdio::null());
        command
    }

    /// Starts the gateway; at the address of an earlier one, if that is given.
    pub fn gateway(&self, at: Option<&str>, options: &[&str]) -> Gateway {
        let listen = at.map_or("127.0.0.1:0".to_owned(), |origin| {
            authority(origin).to_owned()
        });
        let arguments = [&["gateway", "--json", "--listen", &listen], options].concat();
        let mut child = self.ima(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        let origin = told["origin"].as_str().unwrap().to_owned();
        Gateway { child, origin }
    }

    /// What the program prints for a host.
    pub fn policy(&self, host: &str, gateway: &Gateway) -> String {
        let listen = authority(&gateway.origin);
        let output = self
            .ima(&["gateway", "--policy", host, "--listen", listen])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn fault(&self, fault: Fault) {
        self.control
            .fault(Endpoint::Create, NthRequest::Every, fault);
    }

    pub fn charges(&self) -> usize {
        self.control.ledger(DEMO_KEY).charges.len()
    }
}

/// Host and port of an origin.
pub fn authority(origin: &str) -> &str {
    let rest = origin.strip_prefix("http://").unwrap();
    rest.split('/').next().unwrap()
}

/// A host whose every word is searched for the key.
pub struct Searched<H>(pub H);

impl<H: AgentHost> AgentHost for Searched<H> {
    fn call(&self, tool: &str, arguments: Value) -> Result<Value, String> {
        let answer = self.0.call(tool, arguments);
        let words = format!("{answer:?}");
        assert!(
            !words.contains(DEMO_KEY),
            "the key reached the sandbox: {words}"
        );
        answer
    }

    fn call_and_die(&self, tool: &str, arguments: Value, after: std::time::Duration) {
        self.0.call_and_die(tool, arguments, after);
    }
}
