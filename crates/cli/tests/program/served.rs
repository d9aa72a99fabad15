//! A server that the program runs, and requests to it as they stand.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use ima_simulator::DEMO_KEY;
use serde_json::Value;

/// A running server. It ends with the test.
pub(crate) struct Served {
    child: Child,
    /// What it told of itself in its first line.
    pub(crate) told: Value,
}

/// An answer of it.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Served {
    /// Starts it, and waits for the line that says where it listens.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let told = serde_json::from_str(&line).unwrap();
        Self { child, told }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request on a connection of its own, with what every request has beside these headers. The key is in no
/// answer.
pub(crate) fn send(authority: &str, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = format!("{line} HTTP/1.1\r\nconnection: close\r\n");
    let host = ("host", authority);
    let named = headers.iter().any(|(name, _)| *name == "host");
    for (name, value) in headers.iter().chain((!named).then_some(&host)) {
        request += &format!("{name}: {value}\r\n");
    }
    let length = body.len();
    request += &format!("content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}");
    let mut stream = TcpStream::connect(authority).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let whole = String::from_utf8(bytes).unwrap();
    assert!(!whole.contains(DEMO_KEY), "the key: {whole}");
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}
