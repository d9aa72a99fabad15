//! A server in a process of its own. It ends with this value, and whatever it started with it.

use crate::error::Error;
use crate::files;
use crate::run;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// How often a server is asked whether it is there, a quarter of a second apart.
const TRIES: u32 = 480;

pub(crate) struct Server {
    process: Child,
    port: u16,
    output: PathBuf,
}

impl Server {
    /// Starts one on a free port, and waits for its first answer.
    pub(crate) fn start(
        name: &str,
        command: impl FnOnce(u16) -> Result<Command, Error>,
    ) -> Result<Self, Error> {
        let start = |error| Error::Start(name.to_owned(), error);
        let free = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let port = free.map_err(start)?.port();
        let folder = run::target().join("polyglot").join("served");
        let output = folder.join(format!("{name}-{port}.log"));
        files::write(&output, "")?;
        let file = std::fs::File::options().append(true).open(&output);
        let file = file.map_err(files::at(&output))?;
        let mut command = command(port)?;
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let process = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().map_err(start)?)
            .stderr(file)
            .spawn()
            .map_err(start)?;
        let mut server = Self {
            process,
            port,
            output,
        };
        for _ in 0..TRIES {
            if answers(port) {
                return Ok(server);
            }
            if let Ok(Some(_)) = server.process.try_wait() {
                break;
            }
            thread::sleep(Duration::from_millis(250));
        }
        let said = files::read_text(&server.output)?;
        Err(start(std::io::Error::other(said)))
    }

    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What stands behind these words in a line that it printed.
    pub(crate) fn said(&self, words: &str) -> Result<String, Error> {
        let output = files::read_text(&self.output)?;
        let found = output.lines().find_map(|line| line.strip_prefix(words));
        let missing = || Error::Example("edge", format!("it never says {words}: {output}"));
        found.map(|rest| rest.trim().to_owned()).ok_or_else(missing)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It leads a group of its own, in which is what it started.
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            let _ = kill_process_group(Pid::from_child(&self.process), Signal::KILL);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    let request =
        format!("GET /healthz HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n");
    let mut answer = [0; 12];
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .is_ok()
        && stream.write_all(request.as_bytes()).is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && answer == *b"HTTP/1.1 200"
}
