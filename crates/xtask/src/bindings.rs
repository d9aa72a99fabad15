//! The packages for other languages, built as they are handed out and tested as a user installs them.

pub(crate) mod javascript;
pub(crate) mod python;

use crate::error::Error;
use crate::run::cargo;

/// What the packages hold, and what they are tested against.
const BUILD: [&str; 5] = [
    "build",
    "--package",
    "ima-components",
    "--package",
    "ima-simulator",
];

/// Builds what the packages need, then builds, installs and tests them.
pub(crate) fn run() -> Result<(), Error> {
    cargo(&BUILD, &[])?;
    check()
}

/// The same with what has been built.
pub(crate) fn check() -> Result<(), Error> {
    javascript::scenarios()?;
    python::check()
}
