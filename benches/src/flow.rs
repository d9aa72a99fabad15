//! The whole flow without waiting: the program against a Python process that does the same.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::cost::{self, Cost};
use crate::error::Error;
use crate::service::{KEY, Service, block_on, folder, sibling};
use crate::stats::{heading, median, ms, ratio};

/// How often each side runs, in turns.
const RUNS: usize = 15;

/// How much faster time passes for the program: its first question after a task comes 3 s after the
/// task, as the requirements have it, which is 10 ms then.
const RATE: u32 = 300;

const PROMPT: &str = "upbeat lo-fi hip hop, 90 BPM, no vocals";

pub(crate) fn run() -> Result<(), Error> {
    heading("The whole flow, without waiting", "flow");
    let folder = folder("flow")?;
    let python = python(&folder)?;
    let service = Service::start(1)?;
    block_on(async {
        service.timeline(0.0, 1).await?;
        service.estimate("1~2s").await
    })?;

    let ours = ima(&service, &folder)?;
    let theirs = client(&service, &folder, &python);
    // Compiles and caches the component, compiles Python's modules, and counts the requests.
    let [first, second] = [&ours, &theirs].map(|command| counted(&service, command));
    let (first, second) = (first?, second?);
    if first != second {
        return Err(Error::Unequal {
            ours: first,
            theirs: second,
        });
    }

    let mut costs: [Vec<Cost>; 2] = Default::default();
    for _ in 0..RUNS {
        for (command, costs) in [&ours, &theirs].into_iter().zip(&mut costs) {
            costs.push(cost::of(command)?);
        }
    }
    let [ours, theirs] = &costs;
    println!("{first} requests each, median of {RUNS} runs each, in turns");
    println!("                          ima      Python     ratio   aim");
    let row = |name: &str, of: fn(&Cost) -> Duration, aim: &str| {
        let ours = median(ours.iter().map(of).collect())?;
        let theirs = median(theirs.iter().map(of).collect())?;
        let ratio = ratio(ours, theirs);
        println!(
            "{name:<20}{:>9} {:>11} {ratio:>9.3}   {aim}",
            ms(ours),
            ms(theirs)
        );
        Ok::<(), Error>(())
    };
    row("CPU", |cost| cost.cpu, "<= 0.100")?;
    row("wall", |cost| cost.wall, "")?;
    let [ours, theirs] = [ours, theirs].map(|costs| {
        let mut peaks: Vec<u64> = costs.iter().map(|cost| cost.peak).collect();
        peaks.sort_unstable();
        peaks.get(peaks.len() / 2).copied().unwrap_or_default() as f64 / 1_024.0
    });
    println!(
        "{:<20}{:>9} {:>11} {:>9.3}   <= 0.667",
        "peak memory",
        format!("{ours:.1} MiB"),
        format!("{theirs:.1} MiB"),
        ours / theirs
    );
    Ok(())
}

/// How many requests a command makes.
fn counted(service: &Service, command: &Command) -> Result<u64, Error> {
    let before = block_on(service.traffic())?.requests;
    cost::of(command)?;
    Ok(block_on(service.traffic())?.requests - before)
}

fn ima(service: &Service, folder: &Path) -> Result<Command, Error> {
    let mut command = Command::new(sibling("ima")?);
    command
        .args(["music", PROMPT, "--json", "--force", "--base-url"])
        .arg(&service.origin)
        .args(["--clock-rate", &RATE.to_string(), "--out"])
        .arg(folder.join("ima.wav"))
        .env("IMA_API_KEY", KEY)
        .env("IMA_DATA_DIR", folder.join("data"))
        .env("IMA_CACHE_DIR", folder.join("cache"));
    Ok(command)
}

fn client(service: &Service, folder: &Path, python: &Path) -> Command {
    let mut command = Command::new(python);
    command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/flow.py"))
        .args([&service.origin, PROMPT])
        .arg(folder.join("python.wav"))
        .env("IMA_API_KEY", KEY);
    command
}

/// A Python with `requests`, in a virtual environment of its own.
pub(crate) fn python(folder: &Path) -> Result<PathBuf, Error> {
    let venv = folder.join("venv");
    let python = venv.join("bin").join("python");
    if !python.exists() {
        let venv = venv.to_string_lossy();
        quietly("python3", &["-m", "venv", &venv])?;
        let python = python.to_string_lossy();
        quietly(&python, &["-m", "pip", "install", "--quiet", "requests"])?;
    }
    Ok(python)
}

/// Runs a program whose output nobody reads.
pub(crate) fn quietly(program: &str, arguments: &[&str]) -> Result<(), Error> {
    let status = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(Error::program(program))?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::Failed(format!("{program} {}", arguments.join(" "))))
    }
}
