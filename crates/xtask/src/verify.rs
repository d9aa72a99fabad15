//! Everything that must hold before a change lands.

use crate::error::Error;
use crate::run::cargo;
use crate::{agents, bindings, clients, demo, documents, edge_hosts, hosts, package, unusual};

/// What runs inside the sandbox, by the target that it is built for.
const GUESTS: [(&str, &[&str]); 2] = [
    (
        "wasm32-unknown-unknown",
        &[
            "ima-core",
            "ima-edge",
            "ima-edge-p3",
            "ima-guest",
            "ima-hostile-machine",
            "ima-machine",
            "ima-plugin",
            "ima-understanding",
        ],
    ),
    (
        "wasm32-wasip2",
        &[
            "ima-act",
            "ima-hostile",
            "ima-ironclaw",
            "ima-tools",
            "ima-zeroclaw",
        ],
    ),
];

/// What decides, without any I/O.
const PURE: [&str; 3] = ["ima-core", "ima-understanding", "ima-wire"];

pub(crate) fn run() -> Result<(), Error> {
    documents::check()?;
    cargo(&["fmt", "--all", "--check"], &[])?;
    let agents = ["fmt", "--manifest-path", "tests/agents/Cargo.toml"];
    cargo(&[&agents[..], &["--check"]].concat(), &[])?;
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
    // the packages need.
    unusual::test(&[])?;
    cargo(&["test", "--package", "guest-build", "--all-features"], &[])?;
    cargo(
        &["test", "--package", "ima-guest", "--features", "wasi-http"],
        &[],
    )?;
    package::check()?;
    bindings::check()?;
    hosts::scenarios()?;
    edge_hosts::scenarios()?;
    clients::scenarios()?;
    agents::scenarios()
}

/// What a change is tried with while it is made: under two minutes, once all is compiled.
pub(crate) fn quick() -> Result<(), Error> {
    documents::check()?;
    let mut tests = vec!["test", "--quiet"];
    tests.extend(PURE.iter().flat_map(|package| ["--package", package]));
    cargo(&tests, &[])?;
    let model = ["run", "--quiet", "--package", "ima-model", "--"];
    cargo(&[&model[..], &["--seeds", "2000"]].concat(), &[])?;
    demo::run(1_000)
}
