//! The program behind `cargo xtask bench`: measures, prints, and ends all that it started.
//!
//! Figures are ratios within one run of the same machine; nothing here passes or fails by them.

mod cost;
mod crowd;
mod delivery;
mod edge;
mod error;
mod flow;
mod hog;
mod instances;
mod native;
mod sandbox;
mod service;
mod session;
mod start;
mod stats;
mod tls;

use std::process::ExitCode;

use error::Error;

const USAGE: &str = "\
Usage: ima-bench [PART]

Parts, all of them without one:
  flow       the program against a Python process that does the same four requests
  sandbox    the machine and the native core with 1, 100 and 10,000 in flight
  session    the session alone, native and in an engine
  hog        other tasks while components burn computing time
  tls        connections and handshakes of a generation
  start      the program, the component, an instance
  edge       the HTTP API in wasmtime serve, in ima serve, and in Python
  delivery   polls, and from ready to delivered, against a poll every 5 s
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match *arguments {
        [] => flow::run()
            .and_then(|()| sandbox::run())
            .and_then(|()| session::run())
            .and_then(|()| hog::run())
            .and_then(|()| tls::run())
            .and_then(|()| start::run())
            .and_then(|()| edge::run())
            .and_then(|()| delivery::run()),
        ["flow"] => flow::run(),
        ["sandbox"] => sandbox::run(),
        ["session"] => session::run(),
        ["hog"] => hog::run(),
        ["tls"] => tls::run(),
        ["start"] => start::run(),
        ["edge"] => edge::run(),
        ["delivery"] => delivery::run(),
        // What the parts start in processes of their own.
        ["crowd", order] => crowd::run(order),
        ["instances", allocator] => instances::run(allocator),
        ["once", program, ref arguments @ ..] => cost::once(program, arguments),
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
