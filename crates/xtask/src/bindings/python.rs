//! `bindings/python`: a wheel and a source archive, installed into clean environments and tested there.

use crate::error::Error;
use crate::files;
use crate::polyglot::packages::{self, install};
use crate::run::{self, run};
use crate::simulator::{KEY, Simulator};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The component, as the package holds it.
const COMPONENT: &str = "src/ima_studio/ima_machine.wasm";

/// What is beside the package's own files.
const LICENSES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Python's own files below the folder that is given.
const PYTHON_FILES: [&str; 4] = ["pyproject.toml", "README.md", "src", "tests"];

/// The package as it is handed out.
pub(crate) struct Archives {
    wheel: PathBuf,
    source: PathBuf,
}

/// Builds the wheel and the source archive into a folder. The wheel is built from the source archive.
pub(crate) fn build(folder: &Path) -> Result<Archives, Error> {
    let staged = stage()?;
    files::make_empty(folder)?;
    let mut build = module(&tools()?, "build");
    build
        .args(["--no-isolation", "--outdir"])
        .arg(folder)
        .arg(&staged)
        // The same sources give the same bytes.
        .env("SOURCE_DATE_EPOCH", "1577836800")
        .stdout(std::process::Stdio::null());
    run(&mut build, "python -m build")?;
    archives(folder)
}

/// What has been built into a folder.
fn archives(folder: &Path) -> Result<Archives, Error> {
    let found = files::list(folder)?;
    let one = |end: &str| {
        let mut named = found
            .iter()
            .filter(|path| path.to_string_lossy().ends_with(end));
        let missing = || Error::Package(format!("no {end} in {}", folder.display()));
        named.next().cloned().ok_or_else(missing)
    };
    Ok(Archives {
        wheel: one(".whl")?,
        source: one(".tar.gz")?,
    })
}

/// Lints, types, and every test against the installed wheel; the example against the installed source
/// archive.
pub(crate) fn check() -> Result<(), Error> {
    let (tools, sources) = (tools()?, source());
    let example = packages::source("python");
    let hosts = run::workspace().join("tests").join("hosts");
    let others = [example.as_path(), &hosts.join("package.py")];
    for arguments in [&["check"][..], &["format", "--check"]] {
        let mut ruff = module(&tools, "ruff");
        ruff.args(arguments)
            .args(["--quiet", "--no-cache", "--config", "pyproject.toml", "."])
            .args(others)
            .current_dir(&sources);
        run(&mut ruff, "ruff")?;
    }
    let mut mypy = module(&tools, "mypy");
    mypy.args(["src", "tests", "--cache-dir"])
        .arg(run::target().join("polyglot").join("mypy"))
        .current_dir(&sources);
    run(&mut mypy, "mypy --strict")?;

    let python = installed()?;
    let mut pytest = module(&python, "pytest");
    // The copy has the tests, and `src` is not on the way of imports: they find what is installed.
    pytest
        .args(["--quiet", "-p", "no:cacheprovider"])
        .current_dir(staged())
        .env("IMA_SIMULATOR", run::program("ima-simulator"));
    run(&mut pytest, "pytest")?;
    let archives = archives(&run::target().join("dist").join("python"))?;
    example_runs(&clean("source", &archives.source)?)
}

/// A Python that has the package as it is now, from its wheel.
pub(crate) fn installed() -> Result<PathBuf, Error> {
    static INSTALLED: OnceLock<PathBuf> = OnceLock::new();
    if let Some(python) = INSTALLED.get() {
        return Ok(python.clone());
    }
    let archives = build(&run::target().join("dist").join("python"))?;
    let python = clean("wheel", &archives.wheel)?;
    Ok(INSTALLED.get_or_init(|| python).clone())
}

/// The example brings audio, and what it saves is what it says.
fn example_runs(python: &Path) -> Result<(), Error> {
    let simulator = Simulator::start(1_000)?;
    let folder = run::target().join("polyglot").join("audio").join("Python");
    files::make_empty(&folder)?;
    let song = folder.join("hello.wav");
    let mut example = Command::new(python);
    example
        .arg(packages::source("python").join("generate.py"))
        .args(["speech", "Hello.", "--budget", "10", "--out"])
        .arg(&song)
        .env("IMA_API_KEY", KEY)
        .env("IMA_BASE_URL", &simulator.origin)
        .env("IMA_DATA_DIR", folder.join("data"));
    run(quiet(&mut example), "examples/python/generate.py")?;
    crate::simulator::audio(&song)?;
    match simulator.charges()? {
        1 => Ok(()),
        charges => Err(Error::Example("Python", format!("{charges} charges"))),
    }
}

/// A copy of the package with the component and the licenses in it.
fn stage() -> Result<PathBuf, Error> {
    let staged = staged();
    files::make_empty(&staged)?;
    for name in PYTHON_FILES {
        let path = source().join(name);
        for file in if path.is_dir() {
            files::all(&path)?
        } else {
            vec![path]
        } {
            let inside = file.strip_prefix(source()).unwrap_or(&file);
            if !inside.to_string_lossy().contains("__pycache__") {
                files::copy(&file, &staged.join(inside))?;
            }
        }
    }
    for license in LICENSES {
        files::copy(&run::workspace().join(license), &staged.join(license))?;
    }
    let component = run::target().join("guest").join("ima_machine.wasm");
    files::copy(&component, &staged.join(COMPONENT))?;
    Ok(staged)
}

/// A new environment that has an archive and what it asks for, out of what the lock file names, and
/// nothing else but the test runner.
fn clean(name: &str, archive: &Path) -> Result<PathBuf, Error> {
    let wheels = wheels()?;
    let venv = folder().join(format!("{name}-venv"));
    let mut create = Command::new("python3");
    create.args(["-m", "venv", "--clear"]).arg(&venv);
    run(&mut create, "python3 -m venv")?;
    let python = venv.join("bin").join("python");
    let mut pip = module(&python, "pip");
    pip.args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-index",
    ])
    .arg("--find-links")
    .arg(&wheels)
    .arg(format!("{}[progress]", archive.display()))
    .arg("pytest");
    run(&mut pip, "pip install")?;
    Ok(python)
}

/// The packages of the lock file, as files.
fn wheels() -> Result<PathBuf, Error> {
    let (tools, wheels) = (tools()?, folder().join("wheels"));
    install(&wheels, &lock(), || {
        files::make_empty(&wheels)?;
        let mut pip = module(&tools, "pip");
        pip.args(["download", "--quiet", "--disable-pip-version-check"])
            .args(["--require-hashes", "--requirement"])
            .arg(lock())
            .arg("--dest")
            .arg(&wheels);
        run(&mut pip, "pip download")
    })?;
    Ok(wheels)
}

/// The Python that builds and checks the package.
fn tools() -> Result<PathBuf, Error> {
    packages::python_with(&lock(), "bindings-python")
}

fn module(python: &Path, name: &str) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", name]);
    quiet(&mut command);
    command
}

/// Leaves no compiled files beside the sources.
fn quiet(command: &mut Command) -> &mut Command {
    command.env("PYTHONDONTWRITEBYTECODE", "1")
}

fn source() -> PathBuf {
    run::workspace().join("bindings").join("python")
}

fn lock() -> PathBuf {
    source().join("requirements.txt")
}

fn folder() -> PathBuf {
    run::target().join("polyglot").join("bindings-python")
}

fn staged() -> PathBuf {
    folder().join("ima-studio")
}
