//! The program killed, or its disk failing, at every point of a generation: one charge, and the
//! audio arrives.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

use ima_host::{JobState, Journal};
use ima_simulator::{Control, DEMO_KEY, Endpoint, Fault, NthRequest, Options, Simulator};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How much faster time runs on both sides.
const SPEED: u32 = 50;

struct Stage {
    control: Control,
    origin: String,
    home: tempfile::TempDir,
    _simulator: Simulator,
}

/// A program under way. It ends with the test, however that ends.
struct Running(Option<Child>);

impl Running {
    /// SIGKILL: the program has no chance to do anything.
    fn kill(mut self) {
        let mut child = self.0.take().unwrap();
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn output(mut self) -> Output {
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
    async fn new() -> Self {
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

    fn command(&self, origin: &str, arguments: &[&str]) -> Command {
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

    fn start(&self, origin: &str, arguments: &[&str]) -> Running {
        let mut command = self.command(origin, arguments);
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Running(Some(command.spawn().unwrap()))
    }

    /// Runs a command to its end without holding up the simulator.
    async fn ima(&self, arguments: &[&str]) -> Output {
        let running = self.start(&self.origin, arguments);
        tokio::task::spawn_blocking(move || running.output())
            .await
            .unwrap()
    }

    fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    fn journal(&self) -> Journal {
        Journal::open(&self.data()).unwrap()
    }

    /// The state of the only job.
    fn job(&self) -> (String, JobState) {
        let jobs = self.journal().list().unwrap();
        assert_eq!(jobs.len(), 1);
        (jobs[0].id.clone(), jobs[0].state)
    }

    fn requests(&self, endpoint: Endpoint) -> usize {
        let requests = self.control.requests();
        requests
            .iter()
            .filter(|request| request.endpoint == endpoint)
            .count()
    }

    fn charges(&self) -> usize {
        self.control.ledger(DEMO_KEY).charges.len()
    }

    fn fault(&self, endpoint: Endpoint, fault: Fault) {
        self.control.fault(endpoint, NthRequest::Every, fault);
    }

    /// Resumes the only job and holds the result against all that was promised.
    async fn is_delivered_by_resume(&self) {
        self.control.clear_faults();
        let (job, _) = self.job();
        let output = self.ima(&["resume", &job, "--out", "late.wav"]).await;
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(hound::WavReader::open(self.home.path().join("late.wav")).is_ok());
        assert_eq!((self.charges(), self.requests(Endpoint::Create)), (1, 1));
        assert_eq!(self.job().1, JobState::Finished);
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Waits until something holds; a program that hangs fails the test instead of hanging it.
async fn until(holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting)
        .await
        .expect("it never came to that");
}

/// A way to the simulator that holds create requests back until it is opened.
struct Gate {
    origin: String,
    held: watch::Receiver<usize>,
    open: watch::Sender<bool>,
}

impl Gate {
    async fn before(origin: &str) -> Self {
        let target = origin.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (count, held) = watch::channel(0);
        let (open, opened) = watch::channel(false);
        let count = Arc::new(count);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&target).await.unwrap();
                tokio::spawn(carry(client, server, Arc::clone(&count), opened.clone()));
            }
        });
        Self { origin, held, open }
    }

    async fn holds_one(&self) {
        let mut held = self.held.clone();
        held.wait_for(|held| *held == 1).await.unwrap();
    }
}

async fn carry(
    client: TcpStream,
    server: TcpStream,
    count: Arc<watch::Sender<usize>>,
    mut opened: watch::Receiver<bool>,
) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answers =
        tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let mut chunk = vec![0; 64 << 10];
    while let Ok(size @ 1..) = from_client.read(&mut chunk).await {
        let mut bytes = chunk[..size].to_vec();
        if bytes.starts_with(b"POST /open/v1/tasks/create") {
            while !is_whole(&bytes) {
                let size = from_client.read(&mut chunk).await.unwrap();
                assert_ne!(size, 0, "half a request");
                bytes.extend_from_slice(&chunk[..size]);
            }
            count.send_modify(|held| *held += 1);
            if opened.wait_for(|open| *open).await.is_err() {
                return;
            }
        }
        if to_server.write_all(&bytes).await.is_err() {
            return;
        }
    }
    // The service need not notice that the program is gone.
    let _ = answers.await;
    drop(to_server);
}

/// Whether a request is there with its whole body.
fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let Some((head, _)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        let named = name.eq_ignore_ascii_case("content-length");
        named.then(|| value.parse::<usize>().unwrap())
    };
    let length = head.lines().find_map(length).unwrap_or_default();
    bytes.len() >= head.len() + 4 + length
}

#[tokio::test]
async fn killed_before_anything_was_asked_for_nothing_is_owed() {
    let stage = Stage::new().await;
    stage.fault(Endpoint::ProductList, Fault::Delay(Duration::from_secs(60)));
    let running = stage.start(&stage.origin, &["speech", "hello"]);
    until(|| stage.requests(Endpoint::ProductList) == 1).await;
    running.kill();
    assert!(stage.journal().list().unwrap().is_empty());
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (0, 0));
}

#[tokio::test]
async fn killed_at_the_checkpoint_before_create_the_doubt_is_kept() {
    let stage = Stage::new().await;
    let gate = Gate::before(&stage.origin).await;
    let running = stage.start(&gate.origin, &["speech", "hello"]);
    gate.holds_one().await;
    running.kill();
    let (job, state) = stage.job();
    assert_eq!((state, stage.charges()), (JobState::Creating, 0));

    // Nobody can know that the request never arrived: it is said, and nothing is sent.
    let told = stage.ima(&["resume", &job]).await;
    assert_eq!(told.status.code(), Some(7), "{}", stderr(&told));
    assert_eq!(stage.requests(Endpoint::Create), 0);
    let again = ["resume", &job, "--create-again", "--out", "a.wav"];
    let output = stage.ima(&again).await;
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(hound::WavReader::open(stage.home.path().join("a.wav")).is_ok());
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

#[tokio::test]
async fn killed_after_create_was_sent_nothing_is_sent_again() {
    let stage = Stage::new().await;
    // The service acts on it, and the program is gone by then.
    stage.fault(Endpoint::Create, Fault::ResetAfter);
    let gate = Gate::before(&stage.origin).await;
    let running = stage.start(&gate.origin, &["speech", "hello"]);
    gate.holds_one().await;
    gate.open.send_replace(true);
    running.kill();
    let (job, state) = stage.job();
    assert_eq!(state, JobState::Creating);
    until(|| stage.charges() == 1).await;

    let told = stage.ima(&["resume", &job]).await;
    assert_eq!(told.status.code(), Some(7), "{}", stderr(&told));
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

#[tokio::test]
async fn killed_once_the_task_exists_the_audio_is_had_for_nothing_more() {
    let stage = Stage::new().await;
    stage.fault(Endpoint::Detail, Fault::Delay(Duration::from_secs(60)));
    let running = stage.start(&stage.origin, &["speech", "hello"]);
    let waiting = |journal: &Journal| {
        let jobs = journal.list().unwrap();
        jobs.first()
            .is_some_and(|job| job.state == JobState::Waiting)
    };
    until(|| stage.requests(Endpoint::Create) == 1).await;
    let journal = stage.journal();
    until(|| waiting(&journal)).await;
    running.kill();
    stage.is_delivered_by_resume().await;
}

#[tokio::test]
async fn killed_while_polling_the_audio_is_had_for_nothing_more() {
    let stage = Stage::new().await;
    let failing = Fault::Status {
        code: 503,
        headers: Vec::new(),
        body: String::new(),
    };
    stage.fault(Endpoint::Detail, failing);
    let running = stage.start(&stage.origin, &["speech", "hello"]);
    until(|| stage.requests(Endpoint::Detail) >= 3).await;
    running.kill();
    assert_eq!(stage.job().1, JobState::Waiting);
    stage.is_delivered_by_resume().await;
}

#[tokio::test]
async fn killed_while_downloading_the_audio_is_had_for_nothing_more() {
    let stage = Stage::new().await;
    let slowly = Fault::Drip {
        bytes_per_second: 100,
    };
    stage.fault(Endpoint::Audio, slowly);
    let running = stage.start(&stage.origin, &["speech", "hello", "--out", "late.wav"]);
    until(|| stage.requests(Endpoint::Audio) == 1).await;
    running.kill();
    assert!(!stage.home.path().join("late.wav").exists());
    let job = stage.journal().list().unwrap().remove(0);
    assert_eq!((job.state, job.saved), (JobState::Finished, false));
    let listed = stage.ima(&["jobs", "--open"]).await;
    assert!(String::from_utf8_lossy(&listed.stdout).contains(&job.id));
    stage.is_delivered_by_resume().await;
    let listed = stage.ima(&["jobs", "--open"]).await;
    assert!(!String::from_utf8_lossy(&listed.stdout).contains(&job.id));
}

#[tokio::test]
async fn two_programs_can_not_create_the_same_job_again() {
    let stage = Stage::new().await;
    stage
        .control
        .fault(Endpoint::Create, NthRequest::Number(1), Fault::ResetBefore);
    let lost = stage.ima(&["speech", "hello"]).await;
    assert_eq!(lost.status.code(), Some(7), "{}", stderr(&lost));
    let (job, _) = stage.job();

    let gate = Gate::before(&stage.origin).await;
    let first = stage.start(&gate.origin, &["resume", &job, "--create-again"]);
    gate.holds_one().await;
    for arguments in [
        &["resume", &job, "--create-again"][..],
        &["resume", &job][..],
    ] {
        let refused = stage.ima(arguments).await;
        assert_ne!(refused.status.code(), Some(0));
        assert!(!refused.stderr.is_empty());
    }
    assert_eq!(stage.requests(Endpoint::Create), 1);

    gate.open.send_replace(true);
    let output = tokio::task::spawn_blocking(move || first.output());
    // It does not fetch audio from anywhere but its own origin, which was the gate.
    let output = output.await.unwrap();
    assert_eq!(output.status.code(), Some(6), "{}", stderr(&output));
    let later = stage.ima(&["resume", &job, "--out", "a.wav"]).await;
    assert_eq!(later.status.code(), Some(0), "{}", stderr(&later));
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 2));
}

#[tokio::test]
async fn a_claim_dies_with_the_program_that_was_killed() {
    let stage = Stage::new().await;
    let gate = Gate::before(&stage.origin).await;
    let first = stage.start(&gate.origin, &["speech", "hello"]);
    gate.holds_one().await;
    let (job, _) = stage.job();
    let refused = stage.ima(&["resume", &job, "--create-again"]).await;
    assert_ne!(refused.status.code(), Some(0));
    assert_eq!(stage.requests(Endpoint::Create), 0);

    first.kill();
    let again = stage.ima(&["resume", &job, "--create-again"]).await;
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

/// The program in a shell that lets no file grow, so that the disk seems full.
#[cfg(unix)]
fn on_a_full_disk(stage: &Stage) -> Command {
    let whole = stage.command(&stage.origin, &["speech", "hello"]);
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"])
        .arg(whole.get_program())
        .args(whole.get_args())
        .env_clear()
        .envs(
            whole
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .current_dir(stage.home.path());
    command
}

#[cfg(unix)]
#[tokio::test]
async fn on_a_full_disk_nothing_is_spent() {
    for prepared in [false, true] {
        let stage = Stage::new().await;
        if prepared {
            drop(stage.journal());
        }
        let mut command = on_a_full_disk(&stage);
        let output = tokio::task::spawn_blocking(move || command.output());
        let output = output.await.unwrap().unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        assert!(!output.stderr.is_empty());
        let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(object["error"]["cause"], "journal");
        assert_eq!(object["error"]["charge"], "no");
        assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (0, 0));
    }
}

#[tokio::test]
async fn without_a_place_for_the_journal_nothing_is_spent() {
    let stage = Stage::new().await;
    fs::write(stage.data(), "a file where the folder should be").unwrap();
    let output = stage.ima(&["speech", "hello"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert_eq!(stage.requests(Endpoint::Create), 0);
}

#[tokio::test]
async fn a_damaged_journal_is_set_aside_and_the_work_goes_on() {
    let stage = Stage::new().await;
    fs::create_dir(stage.data()).unwrap();
    let damaged = "this was a journal once, before the disk went bad";
    fs::write(stage.data().join("journal.db"), damaged).unwrap();
    let output = stage.ima(&["speech", "hello", "--out", "a.wav"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let aside = stage.data().join("journal.damaged-1.db");
    assert_eq!(fs::read_to_string(aside).unwrap(), damaged);
    assert_eq!((stage.job().1, stage.charges()), (JobState::Finished, 1));
}
