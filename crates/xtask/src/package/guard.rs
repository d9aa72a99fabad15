//! This program in the place of `rustc` and `cargo`, while a project is built that must need neither
//! a wasm target nor a cargo of its own. Which of them it stands for, its file name says.

use std::ffi::OsStr;
use std::process::{Command, ExitCode};

/// The name under which this program is the compiler.
pub(crate) const RUSTC_GUARD: &str = "rustc";
/// The name under which it is cargo.
pub(crate) const CARGO_GUARD: &str = "cargo";
/// The variable that names the real compiler.
pub(super) const REAL_RUSTC: &str = "IMA_REAL_RUSTC";

/// Runs the compiler with the arguments of this program, unless they are for a wasm target.
pub(crate) fn run_rustc() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    if arguments.iter().any(|argument| is_wasm(argument)) {
        eprintln!("A build for a wasm target was started.");
        return ExitCode::FAILURE;
    }
    let Some(rustc) = std::env::var_os(REAL_RUSTC) else {
        eprintln!("{REAL_RUSTC} is not set.");
        return ExitCode::FAILURE;
    };
    match Command::new(rustc).args(arguments).status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// What a build script gets that runs cargo.
pub(crate) fn refuse_cargo() -> ExitCode {
    eprintln!("A build script ran cargo.");
    ExitCode::FAILURE
}

fn is_wasm(argument: &OsStr) -> bool {
    let argument = argument.to_string_lossy();
    argument
        .trim_start_matches("--target=")
        .starts_with("wasm32")
}

#[cfg(test)]
mod tests {
    use super::is_wasm;

    #[test]
    fn a_wasm_target_is_seen_in_both_notations() {
        assert!(is_wasm("--target=wasm32-wasip2".as_ref()));
        assert!(is_wasm("wasm32-unknown-unknown".as_ref()));
        assert!(!is_wasm("src/wasm32.rs".as_ref()));
        assert!(!is_wasm("--target=x86_64-unknown-linux-gnu".as_ref()));
    }
}
