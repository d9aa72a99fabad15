//! The MCP server over HTTP in a process of its own: the example `loopback` of `ima-mcp`.

use crate::error::Error;
use crate::run;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// The running server. It ends with its standard input.
pub(crate) struct Loopback {
    process: Child,
    /// Where it listens.
    pub(crate) url: String,
}

impl Loopback {
    pub(crate) fn start() -> Result<Self, Error> {
        let program = run::target()
            .join("debug")
            .join("examples")
            .join(format!("loopback{}", std::env::consts::EXE_SUFFIX));
        let start = |error| Error::Start("loopback".to_owned(), error);
        let mut process = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(start)?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(start)?;
        }
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap_or_default();
        Ok(Self {
            url: url.to_owned(),
            process,
        })
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // It ends by itself; waiting only collects it.
        let _ = self.process.wait();
    }
}
