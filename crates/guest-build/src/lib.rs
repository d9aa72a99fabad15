//! Builds guest components from the build script of a package that embeds them.
//!
//! The work is done by the program of this package, in a process of its own: so a build script does
//! not wait for the component tools to be compiled into it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds `package` for `target` with the profile `guest` and returns the path of its component, a
/// copy in the build script's `OUT_DIR`. For other hosts it also stands in `<target>/guest`.
///
/// # Errors
///
/// What the program says, as text of one or more lines.
pub fn build(package: &str, target: &str) -> Result<PathBuf, String> {
    let out = variable("OUT_DIR")?;
    let folder = target_folder(&out)?;
    let output = Command::new(variable("CARGO")?)
        .current_dir(workspace()?)
        .args([
            "run",
            "--quiet",
            "--package",
            "guest-build",
            "--features",
            "program",
        ])
        .arg("--target-dir")
        .arg(folder.join("guest-build"))
        .args(["--", package, target])
        .arg(&out)
        .arg(folder.join("guest"))
        .output()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(out.join(format!("{}.wasm", package.replace('-', "_"))))
}

/// Tells cargo to run the build script again when one of `paths`, relative to the workspace,
/// changes.
///
/// # Errors
///
/// When the workspace is not found.
pub fn watch(paths: &[&str]) -> Result<(), String> {
    let workspace = workspace()?;
    for path in paths {
        println!("cargo::rerun-if-changed={}", workspace.join(path).display());
    }
    Ok(())
}

fn variable(name: &str) -> Result<PathBuf, String> {
    let value = env::var_os(name).map(PathBuf::from);
    value.ok_or_else(|| format!("not called from a build script: {name} is not set"))
}

fn workspace() -> Result<PathBuf, String> {
    above(&variable("CARGO_MANIFEST_DIR")?, "Cargo.lock")
}

/// Cargo marks its target folders with a cache tag.
fn target_folder(out: &Path) -> Result<PathBuf, String> {
    above(out, "CACHEDIR.TAG").or_else(|error| {
        env::var_os("CARGO_TARGET_DIR")
            .map(PathBuf::from)
            .ok_or(error)
    })
}

fn above(start: &Path, marker: &str) -> Result<PathBuf, String> {
    start
        .ancestors()
        .find(|folder| folder.join(marker).is_file())
        .map(Path::to_path_buf)
        .ok_or_else(|| format!("no {marker} above {}", start.display()))
}
