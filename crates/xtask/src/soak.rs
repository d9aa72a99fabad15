//! Tests for longer than the usual run has time for: the model test, the program in random
//! environments, and the program attacked; and the replay of one of their seeds.

use crate::error::Error;
use crate::run::cargo;

/// Runs the model test, or with `--program` or `--attacks` the program, with these options.
pub(crate) fn run(options: &[&str], usage: &'static str) -> Result<(), Error> {
    match options {
        ["--program", options @ ..] => program("environments", options, usage),
        ["--attacks", options @ ..] => program("attacks", options, usage),
        options => model(options),
    }
}

/// The program of `tests/model`, optimised.
fn model(options: &[&str]) -> Result<(), Error> {
    let program = [
        "run",
        "--quiet",
        "--release",
        "--package",
        "ima-model",
        "--",
    ];
    cargo(&[&program[..], options].concat(), &[])
}

/// The tests of the program in a module that counts its runs and takes a seed; as the tests build it, so
/// that nothing is compiled twice.
fn program(module: &str, options: &[&str], usage: &'static str) -> Result<(), Error> {
    let (mut runs, mut seed) = ("2000", "0");
    let mut options = options.chunks_exact(2);
    for option in options.by_ref() {
        match option {
            ["--runs", number] => runs = number,
            ["--seed", number] => seed = number,
            _ => return Err(Error::Usage(usage)),
        }
    }
    if !options.remainder().is_empty() {
        return Err(Error::Usage(usage));
    }
    let test = ["test", "--test", "program", module, "--", "--nocapture"];
    cargo(&test, &[("IMA_TEST_RUNS", runs), ("IMA_TEST_SEED", seed)])
}
