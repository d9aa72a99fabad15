//! Builds a guest component from within another package's build script.
//!
//! The nested build has a target folder of its own (`<target>/guest`), so that it neither waits for
//! the lock of the outer build nor mixes its flags into it.

mod component;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fmt, fs, io};

/// Why a guest could not be built.
#[derive(Debug)]
pub enum BuildError {
    /// Called outside a build script: the variable that cargo sets there is missing.
    NotABuildScript(&'static str),
    /// The workspace or its target folder was not found above this folder.
    NoWorkspace(PathBuf),
    /// The toolchain lacks the wasm target.
    TargetMissing(String),
    /// The nested build failed; the text is the compiler's.
    Compiler {
        /// The package that was built.
        package: String,
        /// What the compiler wrote.
        output: String,
    },
    /// The module that the compiler wrote is no component and could not be made one.
    Encoding {
        /// The package that was built.
        package: String,
        /// What was wrong with it.
        reason: String,
    },
    /// Starting cargo, or reading or writing the artifact, failed.
    Io(PathBuf, io::Error),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotABuildScript(name) => {
                write!(f, "not called from a build script: {name} is not set")
            }
            Self::NoWorkspace(path) => write!(f, "no workspace above {}", path.display()),
            Self::TargetMissing(target) => {
                write!(
                    f,
                    "the target {target} is not installed: run `cargo xtask setup`"
                )
            }
            Self::Compiler { package, output } => write!(f, "building {package} failed:\n{output}"),
            Self::Encoding { package, reason } => {
                write!(f, "making a component of {package} failed: {reason}")
            }
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for BuildError {}

/// Builds `package` for `target` with the profile `guest` and returns the path of its artifact.
///
/// For `wasm32-wasip2` the compiler's linker makes a component, which imports what the standard
/// library might want of WASI. For `wasm32-unknown-unknown` this function makes it, and the
/// component imports only what the guest itself asks for.
///
/// The artifact is a copy in the build script's `OUT_DIR`: a later build can't change it under the
/// package that embeds it. For other hosts it also stands in `<target>/guest`.
///
/// # Errors
///
/// When the target is not installed, the guest does not compile, cannot become a component, or a
/// file can't be copied.
pub fn build(package: &str, target: &str) -> Result<PathBuf, BuildError> {
    let out = variable("OUT_DIR")?;
    let guests = target_folder(&out)?.join("guest");
    let cargo = variable("CARGO")?;

    let mut command = Command::new(&cargo);
    command
        .current_dir(workspace()?)
        .args([
            "build",
            "--package",
            package,
            "--target",
            target,
            "--profile",
            "guest",
        ])
        .arg("--target-dir")
        .arg(&guests);
    for (name, _) in env::vars_os() {
        if leaks(&name) {
            command.env_remove(name);
        }
    }
    let output = command
        .output()
        .map_err(|error| BuildError::Io(cargo, error))?;
    if !output.status.success() {
        let output = String::from_utf8_lossy(&output.stderr).into_owned();
        // rustc's own words for a target without its standard library.
        if output.contains("target may not be installed") {
            return Err(BuildError::TargetMissing(target.to_owned()));
        }
        return Err(BuildError::Compiler {
            package: package.to_owned(),
            output,
        });
    }

    let name = format!("{}.wasm", package.replace('-', "_"));
    let built = guests.join(target).join("guest").join(&name);
    let copy = out.join(name);
    let mut guest = fs::read(&built).map_err(|error| BuildError::Io(built, error))?;
    if target == "wasm32-unknown-unknown" {
        guest = component::encode(&guest).map_err(|reason| BuildError::Encoding {
            package: package.to_owned(),
            reason,
        })?;
    }
    fs::write(&copy, guest).map_err(|error| BuildError::Io(copy.clone(), error))?;
    publish(&copy, &guests)?;
    Ok(copy)
}

/// Puts a component beside the build, where a person or another host finds it.
fn publish(component: &Path, guests: &Path) -> Result<(), BuildError> {
    let Some(name) = component.file_name() else {
        return Ok(());
    };
    let place = guests.join(name);
    fs::copy(component, &place).map_err(|error| BuildError::Io(place, error))?;
    Ok(())
}

/// Tells cargo to run the build script again when one of `paths`, relative to the workspace,
/// changes.
///
/// # Errors
///
/// When the workspace is not found.
pub fn watch(paths: &[&str]) -> Result<(), BuildError> {
    let workspace = workspace()?;
    for path in paths {
        println!("cargo::rerun-if-changed={}", workspace.join(path).display());
    }
    Ok(())
}

/// Whether a variable of the outer build would change what the nested build does.
fn leaks(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    const EXACT: [&str; 10] = [
        "RUSTFLAGS",
        "RUSTDOCFLAGS",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "CLIPPY_ARGS",
        "TARGET",
        "OUT_DIR",
        "OPT_LEVEL",
        "PROFILE",
        "DEBUG",
    ];
    // What names the user's own set-up of cargo, not the build at hand.
    const KEPT: [&str; 6] = [
        "CARGO_HOME",
        "CARGO_HTTP_",
        "CARGO_NET_",
        "CARGO_REGISTRIES_",
        "CARGO_REGISTRY_",
        "CARGO_SOURCE_",
    ];
    EXACT.contains(&name)
        || (name.starts_with("CARGO_") && !KEPT.iter().any(|kept| name.starts_with(kept)))
}

fn variable(name: &'static str) -> Result<PathBuf, BuildError> {
    env::var_os(name)
        .map(PathBuf::from)
        .ok_or(BuildError::NotABuildScript(name))
}

fn workspace() -> Result<PathBuf, BuildError> {
    above(&variable("CARGO_MANIFEST_DIR")?, "Cargo.lock")
}

/// Cargo marks its target folders with a cache tag.
fn target_folder(out: &Path) -> Result<PathBuf, BuildError> {
    above(out, "CACHEDIR.TAG").or_else(|error| {
        env::var_os("CARGO_TARGET_DIR")
            .map(PathBuf::from)
            .ok_or(error)
    })
}

fn above(start: &Path, marker: &str) -> Result<PathBuf, BuildError> {
    start
        .ancestors()
        .find(|folder| folder.join(marker).is_file())
        .map(Path::to_path_buf)
        .ok_or_else(|| BuildError::NoWorkspace(start.to_path_buf()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_the_outer_build_do_not_leak() {
        for name in [
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_PROFILE_GUEST_LTO",
            "RUSTC_WORKSPACE_WRAPPER",
        ] {
            assert!(leaks(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn the_set_up_of_cargo_is_kept() {
        for name in [
            "CARGO_HOME",
            "CARGO_NET_OFFLINE",
            "CARGO_HTTP_PROXY",
            "PATH",
            "RUSTUP_TOOLCHAIN",
        ] {
            assert!(!leaks(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn a_missing_target_names_the_way_out() {
        let text = BuildError::TargetMissing("wasm32-wasip2".to_owned()).to_string();
        assert!(text.contains("cargo xtask setup"));
    }
}
