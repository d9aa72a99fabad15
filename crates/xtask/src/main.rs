//! The tasks behind the commands of the README: `cargo xtask setup`, `demo`, `test` and the others.

mod agents;
mod bench;
mod bindings;
mod clients;
mod demo;
mod dist;
mod documents;
mod edge_hosts;
mod error;
mod files;
mod fuzz;
mod hosts;
mod package;
mod picture;
mod polyglot;
mod run;
mod setup;
mod simulator;
mod size;
mod soak;
mod svg;
mod unusual;
mod verify;

use error::Error;
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask <TASK>

Tasks:
  setup           add the wasm targets to the toolchain
  demo [--fast]   build all, then make one piece of music and one spoken text against the simulator;
                  --fast lets its time run a thousand times faster instead of twenty; --serve serves the
                  HTTP API and its page instead, until Ctrl-C
  bench [PART]    figures of the release build: flow, sandbox, session, hog, tls, start, edge, delivery;
                  without a part all of them, in about ten minutes
  clients         run the MCP server with clients of others against the simulator, and validate the skill
  dist [--debug]  make target/dist: the program, the components, the WIT, the packages of other languages,
                  completions, manual and checksums; a release build, or with --debug the one of every day
  fuzz [TARGET] [--seconds N] [--keep]
                  run the fuzz targets, or one of them, for N seconds each (600); --keep then puts those
                  inputs in tests/corpus/found that reach most of what the seeds do not
  hosts [--edge]  run the components in hosts of others against the simulator; with --edge only the HTTP API,
                  with what has been built
  package [--check]
                  make target/package: the crates that an agent runtime depends on, as a registry takes
                  them; --check then builds and runs projects that depend on them, offline
  packages [--javascript | --python]
                  build the packages of other languages, install them, and run their tests; of one language
                  with what has been built
  size            the sizes of the components
  picture         run the program in a terminal against the simulator and draw it: docs/ima.svg
  soak [--seconds N | --seeds N] [--from SEED]
                  play new seeds of the model test for N seconds (60), or so many
  soak --seed SEED [--trace]
                  play one of its seeds again and show what happens in it
  soak --program [--runs N] [--seed S]
                  run the program in N random environments (2000), from this seed on
  soak --attacks [--runs N] [--seed S]
                  attack the program N times (2000) at random times: a service that lies, planted files,
                  kills
  test --agents   the tools in real agent hosts, through the gateway, against the simulator
  test [--quick]  formatting, lints (native and wasm), documentation, every test, the packages, the
                  hosts; --quick runs the tests of the core, 2,000 seeds and one generation
";

fn main() -> ExitCode {
    let program = std::env::current_exe().unwrap_or_default();
    let name = program.file_stem().and_then(|name| name.to_str());
    match name {
        Some(package::RUSTC_GUARD) => package::run_rustc(),
        Some(package::CARGO_GUARD) => package::refuse_cargo(),
        _ => run_task(),
    }
}

fn run_task() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match *arguments {
        ["setup"] => setup::run(),
        ["demo"] => setup::run().and_then(|()| demo::run(20)),
        ["demo", "--serve"] => setup::run().and_then(|()| demo::serve(20)),
        ["demo", "--fast"] => setup::run().and_then(|()| demo::run(1_000)),
        ["dist"] => setup::run().and_then(|()| dist::run("release")),
        ["dist", "--debug"] => setup::run().and_then(|()| dist::run("debug")),
        ["hosts", "--edge"] => edge_hosts::scenarios(),
        ["hosts"] => setup::run().and_then(|()| hosts::run()),
        ["clients"] => setup::run().and_then(|()| clients::run()),
        ["picture"] => setup::run().and_then(|()| picture::run()),
        ["fuzz", ref options @ ..] => fuzz::run(options, USAGE),
        ["packages", "--javascript"] => bindings::javascript::scenarios(),
        ["packages", "--python"] => bindings::python::check(),
        ["packages"] => setup::run().and_then(|()| bindings::run()),
        ["package"] => setup::run().and_then(|()| package::run()),
        ["package", "--check"] => setup::run().and_then(|()| package::build_and_check()),
        ["size"] => setup::run().and_then(|()| size::run()),
        ["soak", ref options @ ..] => soak::run(options, USAGE),
        ["test"] => setup::run().and_then(|()| verify::run()),
        ["test", "--agents"] => setup::run().and_then(|()| agents::test()),
        ["test", "--quick"] => setup::run().and_then(|()| verify::quick()),
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
