//! Tests for longer than the usual run has time for: the model test, and the program in random
//! environments; and the replay of one of their seeds.

use crate::error::Error;
use crate::run::cargo;

/// Runs the model test, or with `--program` the program, with these options.
pub(crate) fn run(options: &[&str], usage: &'static str) -> Result<(), Error> {
    match options {
        ["--program", options @ ..] => program(options, usage),
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

fn program(options: &[&str], usage: &'static str) -> Result<(), Error> {
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
    // As the tests build it, so that nothing is compiled twice.
    let test = [
        "test",
        "--test",
        "program",
        "environments",
        "--",
        "--nocapture",
    ];
    cargo(&test, &[("IMA_TEST_RUNS", runs), ("IMA_TEST_SEED", seed)])
}
