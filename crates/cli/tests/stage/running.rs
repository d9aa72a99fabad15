//! Programs that run while a test watches, and may be killed.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use ima_host::{Job, JobState, Journal};
use ima_simulator::Endpoint;

use super::{Stage, ends};

/// A program that is running. It ends with the test, however that ends.
pub(crate) struct Running(Option<Child>);

impl Running {
    /// SIGKILL: the program has no chance to do anything.
    pub(crate) fn kill(mut self) {
        let mut child = self.0.take().unwrap();
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Waits for the end without holding up what else the test runs.
    pub(crate) async fn output(mut self) -> Output {
        let child = self.0.take().unwrap();
        let output = tokio::task::spawn_blocking(move || child.wait_with_output());
        output.await.unwrap().unwrap()
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
    /// Starts a command against the simulator.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        Self::spawn(self.command(arguments))
    }

    /// Starts a command against what stands before the simulator.
    pub(crate) fn start_at(&self, origin: &str, arguments: &[&str]) -> Running {
        Self::spawn(self.command_at(origin, arguments))
    }

    fn spawn(mut command: Command) -> Running {
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Running(Some(command.spawn().unwrap()))
    }

    /// The folder of the journal: jobs of a simulator stand apart.
    pub(crate) fn data(&self) -> PathBuf {
        self.home.path().join(".local/share/ima/simulator")
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal::open_blocking(&self.data()).unwrap()
    }

    /// The jobs in it.
    pub(crate) async fn jobs(&self) -> Vec<Job> {
        self.journal().list().await.unwrap()
    }

    /// The id and the state of the only job.
    pub(crate) async fn job(&self) -> (String, JobState) {
        let jobs = self.jobs().await;
        assert_eq!(jobs.len(), 1);
        (jobs[0].id.clone(), jobs[0].state)
    }

    /// Resumes the only job and checks the result against all that was promised.
    pub(crate) async fn is_delivered_by_resume(&self) {
        self.control.clear_faults();
        let (job, _) = self.job().await;
        ends(&self.ima(&["resume", &job, "--out", "late.wav"]), 0);
        self.is_audio("late.wav");
        assert_eq!((self.charges(), self.requests(Endpoint::Create)), (1, 1));
        assert_eq!(self.job().await.1, JobState::Finished);
    }

    /// The file is there, and a player would take it.
    pub(crate) fn is_audio(&self, name: &str) {
        assert!(hound::WavReader::open(self.here().join(name)).is_ok());
    }
}

/// Waits until a job of the journal is in this state.
pub(crate) async fn until_a_job_is(journal: &Journal, state: JobState) {
    let waiting = async {
        let is = |jobs: Vec<Job>| jobs.iter().any(|job| job.state == state);
        while !is(journal.list().await.unwrap()) {}
    };
    tokio::time::timeout(Duration::from_secs(60), waiting)
        .await
        .expect("it never came to that");
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
