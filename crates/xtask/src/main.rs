//! The tasks behind the commands of the README: `cargo xtask setup`, `demo`, `dist` and `test`.

mod demo;
mod dist;
mod error;
mod run;
mod setup;
mod verify;

use error::Error;
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask <TASK>

Tasks:
  setup           add the wasm targets to the toolchain
  demo [--fast]   build all, then make one piece of music and one spoken text against the simulator;
                  --fast lets its time run a thousand times faster instead of twenty
  dist [--debug]  make target/dist: the program, the components, the WIT, completions, manual and
                  checksums; a release build, or with --debug the one of every day
  test            formatting, lints (native and wasm), documentation, every test
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match *arguments {
        ["setup"] => setup::run(),
        ["demo"] => setup::run().and_then(|()| demo::run(20)),
        ["demo", "--fast"] => setup::run().and_then(|()| demo::run(1_000)),
        ["dist"] => setup::run().and_then(|()| dist::run("release")),
        ["dist", "--debug"] => setup::run().and_then(|()| dist::run("debug")),
        ["test"] => setup::run().and_then(|()| verify::run()),
        _ => Err(Error::Usage(USAGE)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
