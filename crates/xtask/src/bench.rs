//! Measures whole processes, the sandbox and the core. Prints figures; none of them fails a build.

use crate::error::Error;
use crate::run::{self, cargo};
use std::process::Command;

/// Builds everything with one optimised profile, and runs one part of the benchmarks or all.
pub(crate) fn run(part: Option<&str>) -> Result<(), Error> {
    cargo(
        &[
            "build",
            "--release",
            "--package",
            "ima-bench",
            "--package",
            "ima-cli",
            "--package",
            "ima-simulator",
        ],
        &[],
    )?;
    let program = format!("ima-bench{}", std::env::consts::EXE_SUFFIX);
    let mut command = Command::new(run::target().join("release").join(program));
    command.args(part);
    run::run(&mut command, "ima-bench")
}
