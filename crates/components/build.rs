//! Finds the components. In the workspace they are built from source, always; in a package they lie
//! in `wasm/`, and nothing is built.
//!
//! The two are told apart by `sources.txt`, the list of what the components are built from: the
//! package does not include it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Package, the profile it is built with, and the variable that names its component's file to the
/// library.
const COMPONENTS: [(&str, &str, &str); 4] = [
    ("ima-edge", "guest-compact", "IMA_EDGE_WASM"),
    ("ima-edge-p3", "guest-compact", "IMA_EDGE_P3_WASM"),
    ("ima-machine", "guest", "IMA_MACHINE_WASM"),
    ("ima-plugin", "guest", "IMA_PLUGIN_WASM"),
];

fn main() -> ExitCode {
    for (package, profile, variable) in COMPONENTS {
        match find(
            &format!("{}.wasm", package.replace('-', "_")),
            package,
            profile,
        ) {
            Ok(file) => println!("cargo::rustc-env={variable}={}", file.display()),
            Err(error) => {
                for line in error.lines() {
                    println!("cargo::error={line}");
                }
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn find(name: &str, package: &str, profile: &str) -> Result<PathBuf, String> {
    let here = variable("CARGO_MANIFEST_DIR")?;
    let sources = here.join("sources.txt");
    if sources.is_file() {
        println!("cargo::rerun-if-changed={}", sources.display());
        let sources = std::fs::read_to_string(sources).map_err(|error| error.to_string())?;
        return build(&here.join("../.."), sources.lines(), name, package, profile);
    }
    let packaged = here.join("wasm").join(name);
    println!("cargo::rerun-if-changed={}", packaged.display());
    if packaged.is_file() {
        return Ok(packaged);
    }
    let missing = "the package ima-components is incomplete";
    Err(format!("{missing}: {} is missing", packaged.display()))
}

/// Builds a component with the workspace's own builder.
fn build<'a>(
    workspace: &Path,
    sources: impl Iterator<Item = &'a str>,
    name: &str,
    package: &str,
    profile: &str,
) -> Result<PathBuf, String> {
    for source in sources {
        println!(
            "cargo::rerun-if-changed={}",
            workspace.join(source).display()
        );
    }
    let out = variable("OUT_DIR")?;
    let target = target_folder(&out).ok_or("the target folder was not found")?;
    let mut command = Command::new(variable("CARGO")?);
    command
        .current_dir(workspace)
        .args(["run", "--quiet", "--package", "guest-build"])
        .args(["--features", "program", "--target-dir"])
        .arg(target.join("guest-build"))
        .args(["--", package, "wasm32-unknown-unknown"])
        .arg(&out)
        .arg(target.join("guest"))
        .arg(profile);
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(out.join(name));
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

fn variable(name: &str) -> Result<PathBuf, String> {
    let value = env::var_os(name).map(PathBuf::from);
    value.ok_or_else(|| format!("{name} is not set"))
}

/// Cargo marks its target folders with a cache tag.
fn target_folder(out: &Path) -> Option<PathBuf> {
    let mut above = out.ancestors();
    let target = above.find(|folder| folder.join("CACHEDIR.TAG").is_file());
    target.map(Path::to_path_buf)
}
