//! The tasks behind the commands of the README: `cargo xtask setup`, `demo`, `test` and `bench`.

mod bench;
mod demo;
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
  test            formatting, lints (native and wasm), documentation, every test
  bench [PART]    figures of the release build: flow, sandbox, tls, start, delivery; without a part
                  all of them, in about ten minutes
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match *arguments {
        ["setup"] => setup::run(),
        ["demo"] => setup::run().and_then(|()| demo::run(20)),
        ["demo", "--fast"] => setup::run().and_then(|()| demo::run(1_000)),
        ["test"] => setup::run().and_then(|()| verify::run()),
        ["bench"] => setup::run().and_then(|()| bench::run(None)),
        ["bench", part] => setup::run().and_then(|()| bench::run(Some(part))),
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
