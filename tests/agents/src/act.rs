//! The program `act`, a process for each call.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::AgentHost;
use crate::stage::Gateway;

pub struct Act {
    program: PathBuf,
    origin: String,
    home: tempfile::TempDir,
}

/// The program, if this machine has it.
pub fn program() -> Option<PathBuf> {
    std::env::var_os("ACT").map(PathBuf::from)
}

impl Act {
    pub fn load(program: PathBuf, gateway: &Gateway) -> Self {
        Self {
            program,
            origin: gateway.origin.clone(),
            home: tempfile::tempdir().unwrap(),
        }
    }

    fn command(&self, tool: &str, arguments: &Value) -> Command {
        let metadata = json!({ "ima:gateway": self.origin }).to_string();
        let mut command = Command::new(&self.program);
        command
            .arg("call")
            .arg(crate::built("ima_act.wasm"))
            .args([tool, "--args", &arguments.to_string()])
            .args([
                "--metadata-json",
                &metadata,
                "--allow",
                "http",
                "--no-audit",
            ])
            .env("HOME", self.home.path())
            .stdin(Stdio::null());
        command
    }
}

impl AgentHost for Act {
    fn call(&self, tool: &str, arguments: Value) -> Result<Value, String> {
        let output = self.command(tool, &arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        match (output.status.success(), serde_json::from_str(told.trim())) {
            (true, Ok(answer)) => Ok(answer),
            _ => Err(told + &String::from_utf8_lossy(&output.stderr)),
        }
    }

    fn call_and_die(&self, tool: &str, arguments: Value, after: Duration) {
        let mut child = self
            .command(tool, &arguments)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(after);
        let _ = child.kill();
        let _ = child.wait();
    }
}
