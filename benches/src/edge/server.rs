//! A server in a process of its own. It ends with this value.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::Error;

/// How long a server may take to its first answer.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
}

impl Server {
    /// Starts one, and waits for its first answer.
    pub(crate) fn start(command: impl Fn(u16) -> Result<Command, Error>) -> Result<Self, Error> {
        // Free a moment ago, which is near enough here.
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(Error::program("a free port"))?
            .port();
        let mut command = command(port)?;
        let name = command.get_program().to_string_lossy().into_owned();
        let process = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(Error::program(&name))?;
        let server = Self { process, port };
        let begin = Instant::now();
        while !answers(port) {
            if begin.elapsed() > PATIENCE {
                return Err(Error::Failed(format!("{name} does not answer")));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(server)
    }

    /// The most memory that was resident, in KiB.
    pub(crate) fn peak(&self) -> Result<u64, Error> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let status = status.map_err(|_| Error::Usageless)?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        kib.ok_or(Error::Usageless)
    }

    /// The computing time of its threads so far.
    pub(crate) fn computed(&self) -> Result<Duration, Error> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.process.id()));
        let mut nanoseconds = 0_u64;
        for task in tasks.map_err(|_| Error::Usageless)?.flatten() {
            let times = std::fs::read_to_string(task.path().join("schedstat"));
            let times = times.map_err(|_| Error::Usageless)?;
            let running = times
                .split_whitespace()
                .next()
                .and_then(|it| it.parse::<u64>().ok());
            nanoseconds += running.ok_or(Error::Usageless)?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    let request = b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";
    let mut answer = [0; 9];
    stream.write_all(request).is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && answer.starts_with(b"HTTP/1.1 ")
}
