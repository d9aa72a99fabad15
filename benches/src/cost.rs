//! What a process has used: computing time, wall time, memory.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What one run of a program cost.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// User and system time.
    pub(crate) cpu: Duration,
    pub(crate) wall: Duration,
    /// The most memory that was resident, in KiB.
    pub(crate) peak: u64,
}

/// Runs a program to its end, its output thrown away, and prints its [`Cost`] as JSON.
///
/// This is a process of its own because the system sums up what the children of a process used,
/// and because a child's peak begins with that of the process it was started from.
pub(crate) fn once(program: &str, arguments: &[&str]) -> Result<(), Error> {
    let begin = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(Error::program(program))?;
    let wall = begin.elapsed();
    if !status.success() {
        return Err(Error::Failed(format!("{program} {}", arguments.join(" "))));
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|_| Error::Usageless)?;
    let cost = Cost {
        cpu: cpu(&usage),
        wall,
        peak: u64::try_from(usage.max_rss()).unwrap_or_default(),
    };
    println!(
        "{}",
        serde_json::to_string(&cost).map_err(|_| Error::Empty)?
    );
    Ok(())
}

/// What a command costs, measured by a small process between it and this one.
pub(crate) fn of(command: &Command) -> Result<Cost, Error> {
    let program = command.get_program();
    let mut between = Command::new(own()?);
    between.arg("once").arg(program).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => between.env(name, value),
            None => between.env_remove(name),
        };
    }
    ask(&mut between)
}

/// Runs a command that prints one line of JSON.
pub(crate) fn ask<T: for<'a> Deserialize<'a>>(command: &mut Command) -> Result<T, Error> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(Error::program(&name))?;
    if !output.status.success() {
        return Err(Error::Failed(format!("{command:?}")));
    }
    serde_json::from_slice(&output.stdout).map_err(|_| Error::Output {
        program: name,
        text: String::from_utf8_lossy(&output.stdout).into_owned(),
    })
}

/// This program.
pub(crate) fn own() -> Result<std::path::PathBuf, Error> {
    std::env::current_exe().map_err(Error::program("ima-bench"))
}

/// The computing time of this process so far.
pub(crate) fn own_cpu() -> Result<Duration, Error> {
    let usage = getrusage(UsageWho::RUSAGE_SELF).map_err(|_| Error::Usageless)?;
    Ok(cpu(&usage))
}

fn cpu(usage: &Usage) -> Duration {
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

/// The memory of this process that is resident now, in bytes.
pub(crate) fn resident() -> Result<u64, Error> {
    let status = std::fs::read_to_string("/proc/self/status").map_err(|_| Error::Usageless)?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    Ok(kib.ok_or(Error::Usageless)? * 1_024)
}
