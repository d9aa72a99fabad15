//! The simulator in a process of its own, and its control interface.

use crate::error::Error;
use crate::files;
use crate::run;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

/// The simulator's account. No real key.
pub(crate) const KEY: &str = "ima_demo_key";

/// A running simulator. It ends with its standard input.
pub(crate) struct Simulator {
    process: Child,
    /// Scheme, host and port.
    pub(crate) origin: String,
}

impl Simulator {
    /// Starts one whose time passes `speed` times as fast; with 0 it moves only when told to.
    pub(crate) fn start(speed: u32) -> Result<Self, Error> {
        Self::start_at(0, speed)
    }

    /// The same on a port of one's choice.
    pub(crate) fn start_at(port: u16, speed: u32) -> Result<Self, Error> {
        let start = |error| Error::Start("ima-simulator".to_owned(), error);
        let mut process = Command::new(run::program("ima-simulator"))
            .args(["--port", &port.to_string(), "--speed", &speed.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(start)?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(start)?;
        }
        let origin = line
            .trim()
            .strip_prefix("listening on ")
            .ok_or(Error::NoSimulator)?;
        Ok(Self {
            origin: origin.to_owned(),
            process,
        })
    }

    /// Sends JSON to the control interface.
    pub(crate) fn tell(&self, path: &str, body: &str) -> Result<(), Error> {
        self.control("POST", path, body).map(drop)
    }

    /// How often the account was charged.
    pub(crate) fn charges(&self) -> Result<usize, Error> {
        let ledger = self.control("GET", &format!("ledger?key={KEY}"), "")?;
        Ok(ledger.matches("\"task_id\"").count())
    }

    /// How many requests an endpoint had, by its name in the control interface.
    pub(crate) fn requests(&self, endpoint: &str) -> Result<usize, Error> {
        let requests = self.control("GET", "requests", "")?;
        let needle = format!("\"endpoint\":\"{endpoint}\"");
        Ok(requests.matches(&needle).count())
    }

    /// An origin that passes one `GET` on and is gone before its answer is out, so that whoever
    /// connects again is refused.
    pub(crate) fn vanishing(&self) -> Result<String, Error> {
        let failed = |error| Error::Control("vanishing".to_owned(), error);
        let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
        let origin = format!("http://{}", listener.local_addr().map_err(failed)?);
        let authority = self.authority().to_owned();
        // Its error shows in what the client says.
        thread::spawn(move || -> std::io::Result<()> {
            let (mut client, _) = listener.accept()?;
            drop(listener);
            let mut lines = BufReader::new(client.try_clone()?).lines();
            let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
            while lines
                .next()
                .transpose()?
                .is_some_and(|line| !line.is_empty())
            {}
            let path = request.split(' ').nth(1).unwrap_or_default();
            let answer = exchange(&authority, "GET", path, "")?;
            client.write_all(answer.as_bytes())
        });
        Ok(origin)
    }

    /// Host and port.
    pub(crate) fn authority(&self) -> &str {
        self.origin.trim_start_matches("http://")
    }

    /// The port alone.
    pub(crate) fn port(&self) -> &str {
        self.origin.rsplit(':').next().unwrap_or_default()
    }

    fn control(&self, method: &str, path: &str, body: &str) -> Result<String, Error> {
        let failed = |error| Error::Control(path.to_owned(), error);
        let answer = exchange(self.authority(), method, &format!("/_control/{path}"), body)
            .map_err(failed)?;
        match answer.split_once("\r\n\r\n") {
            Some((head, body)) if head.starts_with("HTTP/1.1 2") => Ok(body.to_owned()),
            _ => Err(failed(std::io::Error::other(answer))),
        }
    }
}

/// One request on a connection of its own. Gives the whole answer.
fn exchange(authority: &str, method: &str, path: &str, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(authority)?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {authority}\r\nauthorization: Bearer {KEY}\r\n\
         connection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

impl Drop for Simulator {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // It ends by itself; waiting only collects it.
        let _ = self.process.wait();
    }
}

/// The size in bytes of an audio file of the simulator.
pub(crate) fn audio(path: &Path) -> Result<usize, Error> {
    let bytes = files::read(path)?;
    if bytes.starts_with(b"RIFF") && bytes.len() > 1_000 {
        Ok(bytes.len())
    } else {
        Err(Error::NoAudio(path.display().to_string()))
    }
}
