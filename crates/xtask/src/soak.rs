//! The model test for longer than the tests have time for, and the replay of one of its seeds.

use crate::error::Error;
use crate::run::cargo;

/// Runs the program of `tests/model`, optimised, with these options.
pub(crate) fn run(options: &[&str]) -> Result<(), Error> {
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
