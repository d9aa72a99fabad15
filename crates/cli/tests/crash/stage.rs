//! A home and a simulator for programs that are killed.

use ima_host::{JobState, Journal};
use ima_simulator::{Control, DEMO_KEY, Endpoint, Fault, NthRequest, Options, Simulator};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// How much faster time runs on both sides.
pub(crate) const SPEED: u32 = 50;

pub(crate) struct Stage {
    pub(crate) control: Control,
    pub(crate) origin: String,
    pub(crate) home: tempfile::TempDir,
    _simulator: Simulator,
}

/// A program under way. It ends with the test, however that ends.
pub(crate) struct Running(Option<Child>);

impl Running {
    /// SIGKILL: the program has no chance to do anything.
    pub(crate) fn kill(mut self) {
        let mut child = self.0.take().unwrap();
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub(crate) fn output(mut self) -> Output {
        self.0.take().unwrap().wait_with_output().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let simulator = Simulator::start(Options {
            speed: f64::from(SPEED),
            ..Options::default()
        });
        let simulator = simulator.await.unwrap();
        Self {
            control: simulator.control(),
            origin: simulator.origin(),
            home: tempfile::tempdir().unwrap(),
            _simulator: simulator,
        }
    }

    pub(crate) fn command(&self, origin: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ima"));
        command
            .args(arguments)
            .args(["--base-url", origin, "--language", "en", "--json"])
            .args(["--clock-rate", &SPEED.to_string()])
            .env_clear()
            .env("HOME", self.home.path())
            .env("IMA_API_KEY", DEMO_KEY)
            .env("IMA_CACHE_DIR", env!("CARGO_TARGET_TMPDIR"))
            .env("IMA_DATA_DIR", self.data())
            .current_dir(self.home.path());
        command
    }

    pub(crate) fn start(&self, origin: &str, arguments: &[&str]) -> Running {
        let mut command = self.command(origin, arguments);
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Running(Some(command.spawn().unwrap()))
    }

    /// Runs a command to its end without holding up the simulator.
    pub(crate) async fn ima(&self, arguments: &[&str]) -> Output {
        let running = self.start(&self.origin, arguments);
        tokio::task::spawn_blocking(move || running.output())
            .await
            .unwrap()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal::open(&self.data()).unwrap()
    }

    /// The state of the only job.
    pub(crate) fn job(&self) -> (String, JobState) {
        let jobs = self.journal().list().unwrap();
        assert_eq!(jobs.len(), 1);
        (jobs[0].id.clone(), jobs[0].state)
    }

    pub(crate) fn requests(&self, endpoint: Endpoint) -> usize {
        let requests = self.control.requests();
        requests
            .iter()
            .filter(|request| request.endpoint == endpoint)
            .count()
    }

    pub(crate) fn charges(&self) -> usize {
        self.control.ledger(DEMO_KEY).charges.len()
    }

    pub(crate) fn fault(&self, endpoint: Endpoint, fault: Fault) {
        self.control.fault(endpoint, NthRequest::Every, fault);
    }

    /// Resumes the only job and holds the result against all that was promised.
    pub(crate) async fn is_delivered_by_resume(&self) {
        self.control.clear_faults();
        let (job, _) = self.job();
        let output = self.ima(&["resume", &job, "--out", "late.wav"]).await;
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(hound::WavReader::open(self.home.path().join("late.wav")).is_ok());
        assert_eq!((self.charges(), self.requests(Endpoint::Create)), (1, 1));
        assert_eq!(self.job().1, JobState::Finished);
    }
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Waits until something holds; a program that hangs fails the test instead of hanging it.
pub(crate) async fn until(holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting)
        .await
        .expect("it never came to that");
}
