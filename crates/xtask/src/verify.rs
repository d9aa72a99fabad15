//! Everything that must hold before a change lands.

use crate::error::Error;
use crate::run::cargo;

/// The packages that run inside the sandbox.
const GUESTS: [&str; 4] = ["ima-core", "ima-driver", "ima-plugin", "ima-hostile"];

pub(crate) fn run() -> Result<(), Error> {
    cargo(&["fmt", "--all", "--check"], &[])?;
    let deny = ["--", "-D", "warnings"];
    let native = ["clippy", "--workspace", "--all-targets"];
    cargo(&[&native[..], &deny].concat(), &[])?;
    let mut guests = vec!["clippy", "--target", "wasm32-wasip2"];
    guests.extend(GUESTS.iter().flat_map(|package| ["--package", package]));
    cargo(&[&guests[..], &deny].concat(), &[])?;
    let pure = [
        "clippy",
        "--target",
        "wasm32-unknown-unknown",
        "--package",
        "ima-core",
    ];
    cargo(&[&pure[..], &deny].concat(), &[])?;
    cargo(
        &[
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
        ],
        &[("RUSTDOCFLAGS", "-D warnings")],
    )?;
    cargo(&["test", "--workspace"], &[])
}
