//! The program on a stage of its own: an empty home, and the simulator in place of the service.

mod running;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use ima_simulator::{Control, DEMO_KEY, Endpoint, Fault, NthRequest, Options, Simulator};
use serde_json::Value;

pub(crate) use running::{until, until_a_job_is};

/// How much faster time runs on both sides.
pub(crate) const SPEED: u32 = 50;

pub(crate) struct Stage {
    pub(crate) control: Control,
    pub(crate) origin: String,
    pub(crate) home: tempfile::TempDir,
    _simulator: Simulator,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::at(SPEED).await
    }

    /// A stage on which time passes a thousand times as fast, for programs that are told so.
    pub(crate) async fn fast() -> Self {
        Self::at(1_000).await
    }

    async fn at(speed: u32) -> Self {
        let options = Options {
            speed: f64::from(speed),
            ..Options::default()
        };
        let simulator = Simulator::start(options).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("here")).unwrap();
        Self {
            control: simulator.control(),
            origin: simulator.origin(),
            home,
            _simulator: simulator,
        }
    }

    pub(crate) fn ima(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// A command that reaches the simulator, whose time passes as fast.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.command_at(&self.origin, arguments)
    }

    /// The same for what stands before the simulator.
    pub(crate) fn command_at(&self, origin: &str, arguments: &[&str]) -> Command {
        let mut command = self.plain(arguments);
        command.args(["--base-url", origin]);
        command.args(["--clock-rate", &SPEED.to_string()]);
        command
    }

    /// A command that is told nothing of the simulator.
    pub(crate) fn plain(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ima"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path())
            // No player of this machine is found.
            .env("PATH", self.home.path())
            .env("IMA_API_KEY", DEMO_KEY)
            .env("IMA_CACHE_DIR", env!("CARGO_TARGET_TMPDIR"))
            .current_dir(self.here());
        command
    }

    /// A command with a key, against a port that nobody listens on.
    pub(crate) fn unreachable(&self, arguments: &[&str]) -> Command {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let mut command = self.plain(arguments);
        command.env("IMA_BASE_URL", origin);
        command
    }

    /// The folder that the program runs in.
    pub(crate) fn here(&self) -> PathBuf {
        self.home.path().join("here")
    }

    pub(crate) fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.here())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    pub(crate) fn charges(&self) -> usize {
        self.control.ledger(DEMO_KEY).charges.len()
    }

    pub(crate) fn requests(&self, endpoint: Endpoint) -> usize {
        let requests = self.control.requests();
        requests
            .iter()
            .filter(|request| request.endpoint == endpoint)
            .count()
    }

    pub(crate) fn fault(&self, endpoint: Endpoint, fault: Fault) {
        self.control.fault(endpoint, NthRequest::Every, fault);
    }

    /// Runs a command that fails, and holds it against everything that a failure promises.
    pub(crate) fn fails(&self, arguments: &[&str], code: i32) -> Value {
        let before = self.files();
        let output = self.ima(&[arguments, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
        assert_eq!(self.files(), before, "something is left on the disk");
        let object: Value = serde_json::from_slice(&output.stdout).unwrap();
        let message = object["error"]["message"].as_str().unwrap();
        assert!(!message.is_empty());
        assert!(!text(&output.stderr).contains("panicked"));
        self.holds_no_key(&output);
        object["error"].clone()
    }

    /// The key is in nothing that the program printed or wrote.
    pub(crate) fn holds_no_key(&self, output: &Output) {
        let key = DEMO_KEY.as_bytes();
        let holds = |bytes: &[u8]| bytes.windows(key.len()).any(|window| window == key);
        assert!(!holds(&output.stdout) && !holds(&output.stderr));
        let mut folders = vec![self.home.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.is_file() {
                    assert!(!holds(&fs::read(&path).unwrap()), "{}", path.display());
                }
            }
        }
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Standard output as one JSON object.
pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {} {}", text(&output.stdout), text(&output.stderr))
    })
}

/// Fails with what the program said unless it ended with this code.
pub(crate) fn ends(output: &Output, code: i32) {
    assert_eq!(
        output.status.code(),
        Some(code),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}
