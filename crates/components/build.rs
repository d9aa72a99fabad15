//! Finds the components: in a published crate they lie in `wasm/`; in the workspace they are built.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Package and the variable that names its component's file to the library.
const COMPONENTS: [(&str, &str); 2] = [
    ("ima-machine", "IMA_MACHINE_WASM"),
    ("ima-plugin", "IMA_PLUGIN_WASM"),
];

fn main() {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rerun-if-changed=wasm");
    for (package, variable) in COMPONENTS {
        let name = format!("{}.wasm", package.replace('-', "_"));
        let packaged = here.join("wasm").join(&name);
        let file = if packaged.is_file() {
            packaged
        } else {
            match build(&here, package) {
                Ok(()) => PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join(&name),
                Err(error) => {
                    for line in error.lines() {
                        println!("cargo::error={line}");
                    }
                    std::process::exit(1);
                }
            }
        };
        println!("cargo::rustc-env={variable}={}", file.display());
    }
}

/// Builds a component with the workspace's own builder, which a published crate has no need of.
fn build(here: &Path, package: &str) -> Result<(), String> {
    let workspace = here.join("../..");
    for watched in ["Cargo.lock", "Cargo.toml", "crates/core", "crates/guest", "crates/guest-build", "crates/machine", "crates/plugin", "crates/understanding", "wit"] {
        println!("cargo::rerun-if-changed={}", workspace.join(watched).display());
    }
    let out = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    let target = target_folder(Path::new(&out)).ok_or("the target folder was not found")?;
    let cargo = env::var_os("CARGO").ok_or("CARGO is not set")?;
    let mut command = Command::new(cargo);
    command.current_dir(&workspace).args(["run", "--quiet", "--package", "guest-build", "--features", "program", "--target-dir"]);
    command.arg(target.join("guest-build")).args(["--", package, "wasm32-unknown-unknown"]).arg(&out).arg(target.join("guest"));
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Cargo marks its target folders with a cache tag.
fn target_folder(out: &Path) -> Option<PathBuf> {
    let mut above = out.ancestors().filter(|folder| folder.join("CACHEDIR.TAG").is_file());
    above.next().map(Path::to_path_buf)
}
