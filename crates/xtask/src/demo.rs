//! The main job, as a user sees it: one piece of music and one spoken text, through the real
//! component in the real host, against the simulator.

use crate::error::Error;
use crate::run::{self, cargo};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The simulator's account. No real key.
const KEY: &str = "ima_demo_key";

/// Runs the demo with a time that passes `speed` times as fast.
pub(crate) fn run(speed: u32) -> Result<(), Error> {
    cargo(
        &[
            "build",
            "--package",
            "ima-host",
            "--package",
            "ima-simulator",
        ],
        &[],
    )?;
    let folder = run::target().join("demo");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| file(&folder, error))?;
    }
    fs::create_dir_all(&folder).map_err(|error| file(&folder, error))?;

    let simulator = Simulator::start(speed)?;
    let music = folder.join("music.wav");
    let speech = folder.join("speech.wav");
    let prompt = "upbeat lo-fi hip hop, 90 BPM, no vocals";
    ima(
        &simulator,
        speed,
        &["music", prompt, "--model", "sonic", "--language", "en"],
        &music,
    )?;
    ima(
        &simulator,
        speed,
        &[
            "speech",
            "欢迎来到 IMA Studio。",
            "--voice",
            "魅力苏菲",
            "--language",
            "zh",
        ],
        &speech,
    )?;
    drop(simulator);

    println!("\nThe audio is here:");
    for path in [music, folder.join("music-2.wav"), speech] {
        let bytes = fs::read(&path).map_err(|error| file(&path, error))?;
        if !(bytes.starts_with(b"RIFF") && bytes.len() > 1_000) {
            return Err(Error::NoAudio(path.display().to_string()));
        }
        println!("  {} ({} KiB)", path.display(), bytes.len() / 1024);
    }
    Ok(())
}

fn ima(simulator: &Simulator, speed: u32, arguments: &[&str], out: &Path) -> Result<(), Error> {
    println!("\n$ ima {}", arguments.join(" "));
    let folder = run::target().join("demo");
    let mut command = Command::new(program("ima"));
    command
        .args(arguments)
        .args([
            "--base-url",
            &simulator.origin,
            "--clock-rate",
            &speed.to_string(),
        ])
        .arg("--out")
        .arg(out)
        .env("IMA_API_KEY", KEY)
        .env("IMA_DATA_DIR", folder.join("data"))
        .env("IMA_PREFS_FILE", folder.join("preferences.json"))
        .env("IMA_CACHE_DIR", run::target().join("ima-cache"));
    run::run(&mut command, "ima")
}

/// The simulator in a process of its own. It ends with its standard input.
struct Simulator {
    process: Child,
    origin: String,
}

impl Simulator {
    fn start(speed: u32) -> Result<Self, Error> {
        let start = |error| Error::Start("ima-simulator".to_owned(), error);
        let mut process = Command::new(program("ima-simulator"))
            .args(["--port", "0", "--speed", &speed.to_string()])
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
}

impl Drop for Simulator {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // It ends by itself; waiting only collects it.
        let _ = self.process.wait();
    }
}

fn program(name: &str) -> std::path::PathBuf {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    run::target().join("debug").join(name)
}

fn file(path: &Path, error: std::io::Error) -> Error {
    Error::File(path.display().to_string(), error)
}
