//! Builds a guest and makes a component of it.
//!
//! The nested build has a target folder of its own (`<target>/guest`), so that it neither waits for
//! the lock of the outer build nor mixes its flags into it.

mod component;
mod docs;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fmt, fs, io};

const USAGE: &str = "usage: guest-build PACKAGE TARGET OUT_FOLDER GUEST_TARGET_FOLDER [PROFILE [WIT_FOLDER]]\n\
    With WIT_FOLDER the component gets the documentation of that package.";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let built = match arguments.as_slice() {
        [package, target, out, guests, rest @ ..] if rest.len() <= 2 => {
            let profile = rest.first().map_or("guest", String::as_str);
            let wit = rest.get(1).map(Path::new);
            build(package, target, out.as_ref(), guests.as_ref(), profile, wit)
        }
        _ => Err(BuildError::Usage),
    };
    match built {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Why a guest could not be built.
#[derive(Debug)]
enum BuildError {
    /// The command line is wrong.
    Usage,
    /// The toolchain lacks the wasm target.
    TargetMissing(String),
    /// The nested build failed; `output` is the compiler's.
    Compiler { package: String, output: String },
    /// The module that the compiler wrote is no component and could not be made one.
    Encoding { package: String, reason: String },
    /// Starting cargo, or reading or writing the artifact, failed.
    Io(PathBuf, io::Error),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage => f.write_str(USAGE),
            Self::TargetMissing(target) => write!(
                f,
                "the target {target} is not installed: run `cargo xtask setup`"
            ),
            Self::Compiler { package, output } => write!(f, "building {package} failed:\n{output}"),
            Self::Encoding { package, reason } => {
                write!(f, "making a component of {package} failed: {reason}")
            }
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

/// Builds `package` for `target` into the target folder `guests`, and puts its component into `out`
/// and `guests`.
///
/// For `wasm32-wasip2` the compiler's linker makes a component, which imports what the standard
/// library might want of WASI. For `wasm32-unknown-unknown` this program makes it, and the component
/// imports only what the guest itself asks for.
fn build(
    package: &str,
    target: &str,
    out: &Path,
    guests: &Path,
    profile: &str,
    wit: Option<&Path>,
) -> Result<(), BuildError> {
    let cargo = env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let mut command = Command::new(&cargo);
    command
        .args(["build", "--package", package, "--target", target])
        .args(["--profile", profile, "--target-dir"])
        .arg(guests);
    for (name, _) in env::vars_os() {
        if leaks(&name) {
            command.env_remove(name);
        }
    }
    // The linker pads every reference to five bytes unless it is told not to: a tenth of a component.
    command.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
        "-C link-arg=--compress-relocations",
    );
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
    let built = guests.join(target).join(profile).join(&name);
    let mut guest = fs::read(&built).map_err(|error| BuildError::Io(built, error))?;
    if target == "wasm32-unknown-unknown" {
        guest = component::encode(&guest).map_err(|reason| BuildError::Encoding {
            package: package.to_owned(),
            reason,
        })?;
    }
    if let Some(wit) = wit {
        let section = docs::section(wit).map_err(|reason| BuildError::Encoding {
            package: package.to_owned(),
            reason,
        })?;
        guest.extend(section);
    }
    for folder in [out, guests] {
        let file = folder.join(&name);
        fs::write(&file, &guest).map_err(|error| BuildError::Io(file, error))?;
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
