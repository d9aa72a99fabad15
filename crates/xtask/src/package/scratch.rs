//! Projects that depend on the packages as any user would: outside the workspace, offline, with no
//! wasm target and no nested cargo.

use super::guard::{CARGO_GUARD, REAL_RUSTC, RUSTC_GUARD};
use super::{PUBLISHED, folder, sections};
use crate::error::Error;
use crate::files::{self, at};
use crate::run;
use crate::simulator::{KEY, Simulator};
use flate2::read::GzDecoder;
use std::fmt::Write;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, iter};
use tar::Archive;

/// A project: its name, which is its program in `tests/packaged`, how it depends on `ima-host`, and
/// whether SQLite is then part of it.
const PROJECTS: [(&str, &str, bool); 2] = [
    ("default_features", "", true),
    ("own_store", ", default-features = false", false),
];

/// Builds each project and makes it generate one piece of music.
pub(super) fn check() -> Result<(), Error> {
    let packages = unpack()?;
    let guards = Guards::install()?;
    for (name, features, sqlite) in PROJECTS {
        let project = folder().join("scratch").join(name);
        make(&project, name, features, &packages)?;
        let program = guards.build(&project, name)?;
        let lock = files::read_text(&project.join("Cargo.lock"))?;
        if lock.contains("libsqlite3-sys") != sqlite {
            let found = if sqlite { "doesn't link" } else { "links" };
            return Err(Error::Package(format!("{name} {found} SQLite")));
        }
        generate(&project, &program, name)?;
    }
    println!("The packages work without a wasm target, without nested cargo and offline.");
    Ok(())
}

/// Unpacks every package, as a registry would hand it out.
fn unpack() -> Result<PathBuf, Error> {
    let unpacked = folder().join("unpacked");
    files::make_empty(&unpacked)?;
    for (name, _) in PUBLISHED {
        let package = run::target()
            .join("package")
            .join(format!("{}.crate", full(name)));
        let file = File::open(&package).map_err(at(&package))?;
        let mut archive = Archive::new(GzDecoder::new(file));
        // All files of a package have the same time: with it cargo would see no change.
        archive.set_preserve_mtime(false);
        archive.unpack(&unpacked).map_err(at(&package))?;
    }
    Ok(unpacked)
}

/// A package's name with its version: that of the whole workspace.
fn full(name: &str) -> String {
    format!("{name}-{}", env!("CARGO_PKG_VERSION"))
}

/// Writes a project. Its profile is the workspace's, and its lock file begins as the workspace's, so
/// that it shares what is already compiled.
fn make(project: &Path, name: &str, features: &str, packages: &Path) -> Result<(), Error> {
    files::make_empty(project)?;
    let workspace = run::workspace();
    let version = env!("CARGO_PKG_VERSION");
    let mut manifest = format!(
        "[package]\nname = \"{name}\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         ima-core = \"{version}\"\nima-understanding = \"{version}\"\n\
         ima-host = {{ version = \"{version}\"{features} }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n\
         [patch.crates-io]\n"
    );
    for (name, _) in PUBLISHED {
        let path = packages.join(full(name));
        let _ = writeln!(manifest, "{name} = {{ path = {path:?} }}");
    }
    let ours = files::read_text(&workspace.join("Cargo.toml"))?;
    let profile = sections(&ours, |header| header.starts_with("[profile.dev"));
    files::write(
        &project.join("Cargo.toml"),
        format!("{manifest}\n{profile}"),
    )?;
    files::copy(&workspace.join("Cargo.lock"), &project.join("Cargo.lock"))?;
    let program = workspace.join(format!("tests/packaged/{name}.rs"));
    files::copy(&program, &project.join("src/main.rs"))
}

/// This program under the names of `cargo` and `rustc`.
struct Guards {
    folder: PathBuf,
    rustc: PathBuf,
}

impl Guards {
    fn install() -> Result<Self, Error> {
        let folder = folder().join("guards");
        files::make_empty(&folder)?;
        let this = env::current_exe().map_err(at(Path::new("xtask")))?;
        for name in [CARGO_GUARD, RUSTC_GUARD] {
            files::copy(&this, &folder.join(executable(name)))?;
        }
        let rustc = real_rustc()?;
        Ok(Self { folder, rustc })
    }

    /// Builds a project into the workspace's own target folder.
    fn build(&self, project: &Path, name: &str) -> Result<PathBuf, Error> {
        let path = env::var_os("PATH").unwrap_or_default();
        let path = iter::once(self.folder.clone()).chain(env::split_paths(&path));
        let path = env::join_paths(path).map_err(|error| Error::Package(error.to_string()))?;
        let mut command = Command::new(run::cargo_program());
        command
            .args(["build", "--target-dir"])
            .arg(run::target())
            .current_dir(project)
            .env("PATH", path)
            // Variables, so that they hold for a cargo that a build script runs, too.
            .env("CARGO_NET_OFFLINE", "true")
            .env("RUSTC", self.folder.join(executable(RUSTC_GUARD)))
            .env(REAL_RUSTC, &self.rustc);
        eprintln!("$ cargo build --offline, in {}", project.display());
        run::run(&mut command, &format!("cargo build of {name}"))?;
        Ok(run::program(name))
    }
}

/// The compiler itself, not what chooses one.
fn real_rustc() -> Result<PathBuf, Error> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args(["--print", "sysroot"])
        .current_dir(run::workspace())
        .output()
        .map_err(|error| Error::Start("rustc".to_owned(), error))?;
    let sysroot = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(Path::new(&sysroot).join("bin").join(executable("rustc")))
}

fn executable(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}

/// Runs a program against the simulator: it pays once and saves its audio.
fn generate(project: &Path, program: &Path, name: &str) -> Result<(), Error> {
    let simulator = Simulator::start(1_000)?;
    let out = project.join("out");
    files::make_empty(&out)?;
    let mut command = Command::new(program);
    command
        .env("IMA_BASE_URL", &simulator.origin)
        .env("IMA_API_KEY", KEY)
        .env("IMA_CACHE_DIR", run::target().join("test-cache"))
        .current_dir(&out);
    run::run(&mut command, name)?;
    crate::simulator::audio(&out.join("music.wav"))?;
    match simulator.charges()? {
        1 => Ok(()),
        charges => Err(Error::Package(format!(
            "{name} was charged {charges} times"
        ))),
    }
}
