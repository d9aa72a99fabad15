//! `@ima-studio/client`: the tarball, and its scenarios in Node.js 20 and 22.

use crate::error::Error;
use crate::files;
use crate::polyglot::packages;
use crate::run::{self, run};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const NAME: &str = "@ima-studio/client";

/// The most that the tarball may hold, in bytes.
const LIMIT: usize = 400 << 10;

/// What the package is made of beside its lock.
const PARTS: [&str; 5] = [
    ".npmrc",
    "README.md",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
];

const LICENSES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// A copy of the package with its tools and all that is built of the component: modules and types.
pub(crate) fn built() -> Result<PathBuf, Error> {
    let folder = run::target().join("polyglot").join("javascript");
    let lock = source().join("package-lock.json");
    for name in PARTS {
        files::copy(&source().join(name), &folder.join(name))?;
    }
    for name in LICENSES {
        files::copy(&run::workspace().join(name), &folder.join(name))?;
    }
    for made in ["src", "machine", "types"] {
        files::make_empty(&folder.join(made))?;
    }
    files::copy_folder(&source().join("src"), &folder.join("src"))?;
    // Not `npm ci`: it refuses a lock without those packages for other systems that a registry lacks.
    packages::install(&folder, &lock, || {
        run(npm(&folder)?.arg("install"), "npm install")
    })?;
    let component = run::target().join("guest").join("ima_machine.wasm");
    let mut machine = npm(&folder)?;
    machine.args(["run", "machine", "--"]).arg(component);
    run(&mut machine, "npm run machine")?;
    run(npm(&folder)?.args(["run", "types"]), "npm run types")?;
    Ok(folder)
}

/// Makes the tarball in this folder, and gives its path.
pub(crate) fn pack(to: &Path) -> Result<PathBuf, Error> {
    let folder = built()?;
    files::make_empty(to)?;
    let mut pack = npm(&folder)?;
    pack.args(["pack", "--silent", "--pack-destination"])
        .arg(to);
    run(&mut pack, "npm pack")?;
    let tarball = files::list(to)?.into_iter().next();
    let tarball = tarball.ok_or(Error::Example(NAME, "npm pack left nothing".to_owned()))?;
    let bytes = files::read(&tarball)?.len();
    println!("{NAME}: {} KiB packed", bytes.div_ceil(1024));
    match bytes <= LIMIT {
        true => Ok(tarball),
        false => Err(Error::Example(NAME, format!("{bytes} bytes packed"))),
    }
}

/// A clean folder with the tarball installed, and with the tests and examples of the package beside it.
pub(crate) fn installed() -> Result<PathBuf, Error> {
    static INSTALLED: OnceLock<PathBuf> = OnceLock::new();
    if let Some(folder) = INSTALLED.get() {
        return Ok(folder.clone());
    }
    let tarball = pack(&run::target().join("dist").join("javascript"))?;
    let folder = run::target().join("polyglot").join("installed");
    files::make_empty(&folder)?;
    files::write(
        &folder.join("package.json"),
        r#"{"type": "module", "private": true}"#,
    )?;
    let mut install = npm(&folder)?;
    install.args(["install", "--offline", "--no-audit", "--no-fund"]);
    run(install.arg(&tarball), "npm install of the tarball")?;
    files::copy_folder(&source().join("test"), &folder.join("test"))?;
    let example = run::workspace().join("examples").join("javascript");
    files::copy(
        &example.join("generate.js"),
        &folder.join("examples").join("generate.js"),
    )?;
    Ok(INSTALLED.get_or_init(|| folder).clone())
}

/// Installs the tarball and runs every scenario, with what has been built.
pub(crate) fn scenarios() -> Result<(), Error> {
    let folder = installed()?;
    types(&folder)?;
    tests(Path::new("node"), &folder)?;
    let clients = run::workspace().join("tests").join("clients").join("node");
    tests(&packages::node(&clients)?, &folder)
}

/// A typed use of the package compiles.
fn types(folder: &Path) -> Result<(), Error> {
    let tools = run::target().join("polyglot").join("javascript");
    let modules = tools.join("node_modules");
    let mut tsc = Command::new(modules.join(".bin").join("tsc"));
    tsc.args(["--noEmit", "--strict", "--target", "es2022", "--module"])
        .args(["nodenext", "--types", "node", "--typeRoots"])
        .arg(modules.join("@types"))
        .arg(folder.join("test").join("typed.ts"))
        .current_dir(folder);
    run(&mut tsc, "tsc of a typed use")
}

fn tests(node: &Path, folder: &Path) -> Result<(), Error> {
    let mut command = Command::new(node);
    let files = files::list(&folder.join("test"))?;
    let is_test = |path: &PathBuf| path.to_string_lossy().ends_with(".test.js");
    command
        .args(["--test", "--test-reporter", "spec"])
        .args(files.into_iter().filter(is_test))
        .env("IMA_SIMULATOR", run::program("ima-simulator"))
        .current_dir(folder);
    for variable in ["IMA_API_KEY", "IMA_BASE_URL", "IMA_DATA_DIR"] {
        command.env_remove(variable);
    }
    run(&mut command, "the scenarios in Node.js")
}

fn npm(folder: &Path) -> Result<Command, Error> {
    packages::needs_node()?;
    let mut npm = Command::new("npm");
    npm.args(["--loglevel", "error"]).current_dir(folder);
    Ok(npm)
}

fn source() -> PathBuf {
    run::workspace().join("bindings").join("javascript")
}
