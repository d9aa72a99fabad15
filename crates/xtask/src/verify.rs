//! Everything that must hold before a change lands.

use crate::error::Error;
use crate::polyglot;
use crate::run::cargo;

/// What runs inside the sandbox, by the target that it is built for.
const GUESTS: [(&str, &[&str]); 2] = [
    (
        "wasm32-unknown-unknown",
        &[
            "ima-core",
            "ima-guest",
            "ima-hostile-machine",
            "ima-machine",
            "ima-plugin",
            "ima-understanding",
        ],
    ),
    ("wasm32-wasip2", &["ima-hostile"]),
];

pub(crate) fn run() -> Result<(), Error> {
    cargo(&["fmt", "--all", "--check"], &[])?;
    let deny = ["--", "-D", "warnings"];
    let native = ["clippy", "--workspace", "--all-targets"];
    cargo(&[&native[..], &deny].concat(), &[])?;
    for (target, packages) in GUESTS {
        let mut clippy = vec!["clippy", "--target", target];
        clippy.extend(packages.iter().flat_map(|package| ["--package", package]));
        cargo(&[&clippy[..], &deny].concat(), &[])?;
    }
    cargo(
        &[
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
        ],
        &[("RUSTDOCFLAGS", "-D warnings")],
    )?;
    // The guests have no tests of their own, and natively they would only have the engine compiled
    // with other features than the programs have. It leaves the programs and the components that
    // the examples need.
    cargo(&["test"], &[])?;
    cargo(&["test", "--package", "guest-build"], &[])?;
    polyglot::scenarios()
}
