//! The `.crate` files of what an agent runtime depends on, and a project that depends on them.
//!
//! They are packaged from a copy of the workspace, which has what the sources don't: the built
//! components in `ima-components`, the contract inside `ima-host`, the licences in every crate. So no
//! file is kept twice, and a built component in the source tree can't be mistaken for the source.

mod guard;
mod scratch;

pub(crate) use guard::{CARGO_GUARD, RUSTC_GUARD, refuse_cargo, run_rustc};

use crate::error::Error;
use crate::files;
use crate::run::{self, cargo};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is published, each with its folder, dependencies first.
const PUBLISHED: [(&str, &str); 6] = [
    ("ima-wire", "crates/wire"),
    ("ima-core", "crates/core"),
    ("ima-understanding", "crates/understanding"),
    ("ima-components", "crates/components"),
    ("ima-journal", "crates/journal"),
    ("ima-host", "host"),
];

/// What their tests depend on. Cargo wants to see it, and leaves it out.
const UNPUBLISHED: [&str; 2] = ["crates/simulator", "tests/kit/attack"];

/// Builds the components.
const BUILD: [&str; 4] = ["build", "--quiet", "--package", "ima-components"];

const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Makes `target/package/*.crate`.
pub(crate) fn run() -> Result<(), Error> {
    cargo(&BUILD, &[])?;
    package()?;
    let folder = run::target().join("package");
    for path in files::list(&folder)? {
        if path.extension().is_some_and(|end| end == "crate") {
            let kib = files::read(&path)?.len().div_ceil(1024);
            println!("{} ({kib} KiB)", path.display());
        }
    }
    Ok(())
}

/// Builds what the check needs, then checks.
pub(crate) fn build_and_check() -> Result<(), Error> {
    let simulator = ["--package", "ima-simulator"];
    cargo(&[&BUILD[..], &simulator].concat(), &[])?;
    check()
}

/// Makes the packages, then builds and runs projects that depend on them.
pub(crate) fn check() -> Result<(), Error> {
    package()?;
    scratch::check()
}

/// Makes the packages of the components that were built last.
fn package() -> Result<(), Error> {
    let stage = folder().join("workspace");
    files::make_empty(&stage)?;
    copy_sources(&stage)?;
    add_components(&stage)?;
    add_contract(&stage)?;

    let mut command = Command::new(run::cargo_program());
    command
        .args(["package", "--quiet", "--no-verify", "--allow-dirty"])
        .arg("--target-dir")
        .arg(run::target())
        .current_dir(&stage);
    for (name, _) in PUBLISHED {
        command.args(["--package", name]);
    }
    eprintln!("$ cargo package");
    run::run(&mut command, "cargo package")
}

/// Where all of it is made, but for the packages themselves.
fn folder() -> PathBuf {
    run::target().join("packaging")
}

fn copy_sources(stage: &Path) -> Result<(), Error> {
    let workspace = run::workspace();
    let manifest = files::read_text(&workspace.join("Cargo.toml"))?;
    let folders = PUBLISHED.map(|(_, folder)| folder);
    let members: Vec<_> = folders.iter().chain(&UNPUBLISHED).collect();
    let shared = sections(&manifest, |header| header.starts_with("[workspace."));
    let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n\n{shared}");
    files::write(&stage.join("Cargo.toml"), manifest)?;
    files::copy(&workspace.join("Cargo.lock"), &stage.join("Cargo.lock"))?;
    for folder in members {
        files::copy_folder(&workspace.join(folder), &stage.join(folder))?;
    }
    for folder in folders {
        for licence in LICENCES {
            let (from, to) = (workspace.join(licence), stage.join(folder).join(licence));
            files::copy(&from, &to)?;
        }
    }
    Ok(())
}

/// Puts the built components where `crates/components/build.rs` finds them in a package.
fn add_components(stage: &Path) -> Result<(), Error> {
    let wasm = stage.join("crates/components/wasm");
    files::make_empty(&wasm)?;
    for name in [
        "ima_edge.wasm",
        "ima_edge_p3.wasm",
        "ima_machine.wasm",
        "ima_plugin.wasm",
    ] {
        files::copy(&run::target().join("guest").join(name), &wasm.join(name))?;
    }
    Ok(())
}

/// Puts the contract inside the package whose code is generated from it.
fn add_contract(stage: &Path) -> Result<(), Error> {
    files::copy_folder(&run::workspace().join("wit"), &stage.join("host/wit"))?;
    let bindings = stage.join("host/src/bindings.rs");
    let code = files::read_text(&bindings)?;
    let (outside, inside) = (r#"path: "../wit""#, r#"path: "wit""#);
    if code.matches(outside).count() != 1 {
        let expected = format!("host/src/bindings.rs does not say `{outside}` once");
        return Err(Error::Package(expected));
    }
    files::write(&bindings, code.replace(outside, inside))
}

/// Those sections of a manifest whose header is wanted.
fn sections(manifest: &str, wanted: impl Fn(&str) -> bool) -> String {
    let mut kept = String::new();
    let mut keeps = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            keeps = wanted(line);
        }
        if keeps {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_kept_by_their_headers() {
        let manifest =
            "[workspace]\nmembers = []\n[workspace.lints.rust]\na = 1\n[profile.dev]\nb = 2\n";
        let kept = sections(manifest, |header| header.starts_with("[workspace."));
        assert_eq!(kept, "[workspace.lints.rust]\na = 1\n");
    }
}
