//! Running other programs.

use crate::error::Error;
use std::path::PathBuf;
use std::process::Command;

/// Runs `cargo` with these arguments, its output shown.
pub(crate) fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result<(), Error> {
    let mut command = Command::new(cargo_program());
    command
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(workspace());
    eprintln!("$ cargo {}", arguments.join(" "));
    run(&mut command, &format!("cargo {}", arguments.join(" ")))
}

/// The cargo that runs this program.
pub(crate) fn cargo_program() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command, name: &str) -> Result<(), Error> {
    let status = command
        .status()
        .map_err(|error| Error::Start(name.to_owned(), error))?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::Failed(name.to_owned()))
    }
}

/// The folder of the workspace.
pub(crate) fn workspace() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.join("../..").canonicalize().unwrap_or(here)
}

/// The folder of what is built.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || workspace().join("target"),
        |folder| workspace().join(folder),
    )
}

/// A program that cargo has built.
pub(crate) fn program(name: &str) -> PathBuf {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    target().join("debug").join(name)
}
