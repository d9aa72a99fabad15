//! Adds the wasm targets that the toolchain lacks.

use crate::error::Error;
use crate::run;
use std::path::Path;
use std::process::Command;

const TARGETS: [&str; 2] = ["wasm32-wasip2", "wasm32-unknown-unknown"];

/// Asks rustup for the targets, unless the toolchain has them: one that does not come from rustup
/// may have them too.
pub(crate) fn run() -> Result<(), Error> {
    let missing: Vec<_> = TARGETS
        .into_iter()
        .filter(|target| !installed(target))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("$ rustup target add {}", missing.join(" "));
    let mut command = Command::new("rustup");
    command
        .args(["target", "add"])
        .args(missing)
        .current_dir(run::workspace());
    run::run(&mut command, "rustup target add")
}

fn installed(target: &str) -> bool {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", target])
        .current_dir(run::workspace())
        .output();
    output.is_ok_and(|output| {
        let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success() && Path::new(&folder).is_dir()
    })
}
