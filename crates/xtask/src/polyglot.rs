//! The example in JavaScript, run against the simulator as a user would run it.

pub(crate) mod packages;

use crate::error::Error;
use crate::files;
use crate::run::{self, cargo};
use crate::simulator::{self, KEY, Simulator};
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// How much faster than real time the waiting passes.
const FAST: &str = "1000";
/// A create request is accepted and charged, and its answer takes minutes.
const SLOW_ANSWER: &str =
    r#"{"endpoint": "create", "nth": "every", "fault": {"drip": {"bytes_per_second": 1}}}"#;
/// A create request is accepted and charged, and its answer is lost.
const LOST_ANSWER: &str = r#"{"endpoint": "create", "nth": "every", "fault": "reset_after"}"#;
/// Every speech task is finished at once.
const INSTANT: &str = r#"{"model_id": "seed-tts-2.0", "timeline": {"total_seconds": 0}}"#;

/// Builds what the example needs, then runs it.
pub(crate) fn run() -> Result<(), Error> {
    cargo(&crate::demo::BUILD, &[])?;
    scenarios()
}

/// Runs every scenario with what has been built.
pub(crate) fn scenarios() -> Result<(), Error> {
    let component = run::target().join("guest").join("ima_machine.wasm");
    let javascript = packages::javascript(&component)?.join("generate.js");
    let language = "JavaScript";
    let folder = run::target().join("polyglot").join("audio").join(language);
    files::make_empty(&folder)?;
    let example = Example {
        language,
        program: PathBuf::from("node"),
        script: javascript,
        component,
        folder,
    };
    example.brings_audio("music", 2)?;
    example.brings_audio("speech", 1)?;
    example.goes_on_with_a_task()?;
    example.never_repeats_a_create_request_by_itself()?;
    example.tells_of_a_lost_answer()?;
    example.spends_nothing_without_a_connection()?;
    example.keeps_the_key_from_a_redirect()
}

/// The example in one language.
struct Example {
    language: &'static str,
    program: PathBuf,
    script: PathBuf,
    component: PathBuf,
    /// Where it saves.
    folder: PathBuf,
}

/// What a run to its end left.
struct Ended {
    code: Option<i32>,
    output: String,
}

/// A run that waits, and the job file that it keeps. Dropping it kills it, as a crash would: it
/// writes nothing more.
struct Running {
    process: Child,
    job: String,
    /// Held open, so that the end of it is not what ends the process.
    output: Lines<BufReader<ChildStdout>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // Where it has ended by itself there is nothing to kill.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Example {
    /// A generation brings its audio, for one charge, and leaves no job behind.
    fn brings_audio(&self, task: &str, files: usize) -> Result<(), Error> {
        let simulator = Simulator::start(1_000)?;
        let ended = self.run(&simulator.origin, &[task, "calm ambient piano"])?;
        self.holds(ended.code == Some(0), "brings audio", &ended.output)?;
        self.has_saved(&ended, files)?;
        self.charged(&simulator, 1)?;
        let files = files::list(&self.folder)?;
        let mut jobs = files.iter().filter_map(|path| path.extension());
        self.holds(
            jobs.all(|end| end != "job"),
            "leaves no job behind",
            &ended.output,
        )
    }

    /// Killed once the task exists, it goes on with that task, and the song is paid once.
    fn goes_on_with_a_task(&self) -> Result<(), Error> {
        let simulator = Simulator::start(0)?;
        let running = self.start(&simulator, "music", "waiting")?;
        let job = running.job.clone();
        drop(running);
        simulator.tell("advance", r#"{"seconds": 200}"#)?;
        let ended = self.run(&simulator.origin, &["resume", &job])?;
        self.holds(
            ended.code == Some(0),
            "goes on after a crash",
            &ended.output,
        )?;
        self.has_saved(&ended, 2)?;
        self.charged(&simulator, 1)
    }

    /// Killed between the create request and its answer, it says that it does not know, as often as
    /// it is asked, and sends again only when told to.
    fn never_repeats_a_create_request_by_itself(&self) -> Result<(), Error> {
        let simulator = Simulator::start(0)?;
        simulator.tell("timelines", INSTANT)?;
        simulator.tell("faults", SLOW_ANSWER)?;
        let mut running = self.start(&simulator, "speech", "creating")?;
        while simulator.charges()? == 0 {
            let ended = running.process.try_wait();
            let waits = ended.is_ok_and(|status| status.is_none());
            self.holds(waits, "waits for the answer", "it ended")?;
        }
        let job = running.job.clone();
        drop(running);
        simulator.clear_faults()?;
        for _ in 0..2 {
            let ended = self.run(&simulator.origin, &["resume", &job])?;
            self.says_unknown(&ended)?;
            self.charged(&simulator, 1)?;
        }
        let ended = self.run(&simulator.origin, &["resume", &job, "--create-again"])?;
        self.holds(
            ended.code == Some(0),
            "creates again when told to",
            &ended.output,
        )?;
        self.has_saved(&ended, 1)?;
        self.charged(&simulator, 2)
    }

    /// An answer that is lost after sending is an unknown outcome, never a second request.
    fn tells_of_a_lost_answer(&self) -> Result<(), Error> {
        let simulator = Simulator::start(1_000)?;
        simulator.tell("faults", LOST_ANSWER)?;
        let ended = self.run(&simulator.origin, &["music", "calm ambient piano"])?;
        self.says_unknown(&ended)?;
        self.charged(&simulator, 1)
    }

    /// Where the service is gone when the create request should leave, nothing was sent, and it
    /// says that nothing was spent.
    fn spends_nothing_without_a_connection(&self) -> Result<(), Error> {
        let simulator = Simulator::start(1)?;
        let ended = self.run(&simulator.vanishing()?, &["speech", "Hello."])?;
        let says = ended.code == Some(3) && ended.output.contains("[creating] ");
        self.holds(says, "says that nothing was spent", &ended.output)?;
        self.charged(&simulator, 0)
    }

    /// A redirect is not followed, so the key does not travel.
    fn keeps_the_key_from_a_redirect(&self) -> Result<(), Error> {
        let simulator = Simulator::start(1_000)?;
        let fault = format!(
            r#"{{"endpoint": "product_list", "nth": "every", "fault": {{"redirect": "{}/elsewhere"}}}}"#,
            simulator.origin
        );
        simulator.tell("faults", &fault)?;
        let ended = self.run(&simulator.origin, &["speech", "Hello."])?;
        let followed = simulator.requests("other")?;
        let listed = simulator.requests("product_list")?;
        self.holds(
            ended.code == Some(3) && listed > 0 && followed == 0,
            "follows no redirect",
            &ended.output,
        )
    }

    fn command(&self, origin: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg(&self.script)
            .args(arguments)
            .arg("--out")
            .arg(&self.folder)
            .env("IMA_API_KEY", KEY)
            .env("IMA_BASE_URL", origin)
            .env("IMA_MACHINE", &self.component);
        command
    }

    /// Runs it to its end, with a time that passes fast.
    fn run(&self, origin: &str, arguments: &[&str]) -> Result<Ended, Error> {
        eprintln!("$ {} generate {}", self.language, arguments.join(" "));
        let output = self
            .command(origin, arguments)
            .args(["--clock-rate", FAST])
            .output()
            .map_err(|error| Error::Start(self.language.to_owned(), error))?;
        let text = [output.stdout, output.stderr].concat();
        Ok(Ended {
            code: output.status.code(),
            output: String::from_utf8_lossy(&text).into_owned(),
        })
    }

    /// Starts it and reads its output until it has kept a checkpoint of this state.
    fn start(&self, simulator: &Simulator, task: &str, state: &str) -> Result<Running, Error> {
        eprintln!("$ {} generate {task}, killed when {state}", self.language);
        let start = |error| Error::Start(self.language.to_owned(), error);
        let mut process = self
            .command(&simulator.origin, &[task, "calm ambient piano"])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(start)?;
        let Some(output) = process.stdout.take() else {
            return Err(Error::Example(self.language, "no output".to_owned()));
        };
        let mut running = Running {
            process,
            job: String::new(),
            output: BufReader::new(output).lines(),
        };
        let kept = format!("[{state}] ");
        for line in running.output.by_ref() {
            if let Some(job) = line.map_err(start)?.strip_prefix(&kept) {
                running.job = job.to_owned();
                return Ok(running);
            }
        }
        let what = format!("it ended before {state}");
        Err(Error::Example(self.language, what))
    }

    fn says_unknown(&self, ended: &Ended) -> Result<(), Error> {
        let says = ended.code == Some(7) && ended.output.contains("[charged: unknown]");
        self.holds(says, "says that it is unknown", &ended.output)
    }

    /// So often, and never more requests than that.
    fn charged(&self, simulator: &Simulator, times: usize) -> Result<(), Error> {
        let (charges, creates) = (simulator.charges()?, simulator.requests("create")?);
        self.holds(
            charges == times && creates == times,
            &format!("is charged {times} times"),
            &format!("{charges} charges, {creates} create requests"),
        )
    }

    /// Every file that it names is audio, and there are so many.
    fn has_saved(&self, ended: &Ended, files: usize) -> Result<(), Error> {
        let saved: Vec<&str> = ended
            .output
            .lines()
            .filter_map(|line| line.strip_prefix("Saved: "))
            .collect();
        for path in &saved {
            simulator::audio(Path::new(path))?;
        }
        self.holds(
            saved.len() == files,
            &format!("saves {files} files"),
            &ended.output,
        )
    }

    fn holds(&self, holds: bool, what: &str, seen: &str) -> Result<(), Error> {
        if holds {
            return Ok(());
        }
        Err(Error::Example(
            self.language,
            format!("expected that it {what}\n{seen}"),
        ))
    }
}
