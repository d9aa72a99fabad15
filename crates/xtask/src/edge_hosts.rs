//! The edge component, unmodified, in hosts of others and in our own (`tests/edge-hosts`), and clients of others
//! before it. What they come to is held against the simulator's ledger.

pub(crate) mod server;

use crate::bindings;
use crate::error::Error;
use crate::files;
use crate::polyglot::packages;
use crate::run;
use crate::simulator::{self, KEY, Simulator};
use server::Server;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

/// How fast the simulator's time passes. The component's own passes as usual.
const SPEED: u32 = 100;

/// Where the package for JavaScript is installed.
const CLIENT: &str = "node_modules/@ima-studio/client";

/// What the hosts and clients are made of.
#[derive(Clone)]
struct Tools {
    python: PathBuf,
    /// With LiteLLM, where its packages can be had.
    litellm: Option<PathBuf>,
    node: packages::Node,
    jco: PathBuf,
    /// The package for JavaScript, as it is installed.
    client: PathBuf,
}

/// A host, and what it is to serve.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    Wasmtime,
    WasmtimeP3,
    /// The first one with the operator's key in a file.
    Operator,
    Jco,
    Wash,
    Ima,
}

const HOSTS: [Host; 5] = [
    Host::Wasmtime,
    Host::WasmtimeP3,
    Host::Jco,
    Host::Wash,
    Host::Ima,
];

/// Runs every host and every client with what has been built. Prints what was left out.
pub(crate) fn scenarios() -> Result<(), Error> {
    let tools = Tools::install()?;
    let running = HOSTS.map(|host| {
        let tools = tools.clone();
        thread::spawn(move || host.all(&tools))
    });
    let (operator, worker, page) = (tools.clone(), tools.clone(), tools);
    let further = [
        thread::spawn(move || operator.curl()),
        thread::spawn(move || worker.workerd()),
        thread::spawn(move || page.browser()),
    ];
    let mut left_out = 0;
    for scenario in running.into_iter().chain(further) {
        let broken = |_| Error::Example("edge", "a thread broke down".to_owned());
        match scenario.join().map_err(broken)? {
            Err(Error::Start(name, error)) if error.kind() == ErrorKind::NotFound => {
                println!("left out: {name}, which this machine lacks");
                left_out += 1;
            }
            result => result?,
        }
    }
    println!("hosts and clients left out: {left_out}");
    Ok(())
}

impl Tools {
    fn install() -> Result<Self, Error> {
        let lock = source().join("requirements.txt");
        let javascript = bindings::javascript::built()?;
        let clients = run::workspace().join("tests").join("clients");
        Ok(Self {
            python: packages::python_with(&lock, "edge")?,
            litellm: litellm(),
            node: packages::node_with(&clients.join("node"), &source().join("javascript"), "edge")?,
            jco: javascript.join("node_modules").join(".bin").join("jco"),
            client: bindings::javascript::installed()?.join(CLIENT),
        })
    }

    /// A program that a Python package carries.
    fn carried(&self, module: &str, name: &str) -> Result<PathBuf, Error> {
        let print = format!("import {module}; print({module}.__path__[0])");
        let output = Command::new(&self.python).args(["-c", &print]).output();
        let output = output.map_err(|error| Error::Start(module.to_owned(), error))?;
        let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        let program = folder.join(name);
        // Some packages forget that their program is one.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(&program, mode).map_err(files::at(&program))?;
        }
        Ok(program)
    }

    fn python(&self, script: &str) -> Command {
        let mut command = Command::new(&self.python);
        command
            .arg(source().join(script))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// `curl` before a `wasmtime serve` that adds the operator's key to every request.
    fn curl(&self) -> Result<(), Error> {
        let simulator = Simulator::start(SPEED)?;
        let server = Host::Operator.serve(self, &simulator, true)?;
        let audio = run::target()
            .join("polyglot")
            .join("served")
            .join("curl.wav");
        let mut curl = Command::new("curl");
        curl.args([
            "--silent",
            "--show-error",
            "--fail",
            "--location",
            "--output",
        ])
        .arg(&audio)
        .args(["--json", r#"{"input": "Hello.", "voice": "Tim"}"#])
        .arg(format!("{}/v1/audio/speech", server.base()));
        run::run(&mut curl, "curl")?;
        let (bytes, charges) = (simulator::audio(&audio)?, simulator.charges()?);
        println!("wasmtime serve -H: curl: {bytes} bytes, {charges} in the ledger");
        match charges {
            1 => Ok(()),
            _ => Err(Error::Example("curl", format!("{charges} charges"))),
        }
    }

    /// The package for JavaScript in workerd, in a worker of its own.
    fn workerd(&self) -> Result<(), Error> {
        let simulator = Simulator::start(SPEED)?;
        let folder = run::target().join("polyglot").join("workerd");
        files::make_empty(&folder)?;
        files::copy_folder(&self.client, &folder.join("client"))?;
        for name in ["worker.js", "worker.capnp"] {
            files::copy(&source().join(name), &folder.join(name))?;
        }
        let server = Server::start("workerd", |port| {
            let mut command = self.node.binary("workerd");
            command
                .arg("serve")
                .arg(folder.join("worker.capnp"))
                .arg(format!("--socket-addr=http=127.0.0.1:{port}"))
                .env("IMA_API_KEY", KEY)
                .env("IMA_BASE_URL", &simulator.origin);
            Ok(command)
        })?;
        let mut script = self.python("workerd.py");
        script.args([&server.base(), &simulator.origin]);
        run::run(&mut script, "the package in workerd")
    }

    /// The page of `ima serve` and the package for JavaScript in a real browser, where there is one.
    fn browser(&self) -> Result<(), Error> {
        let names = ["chromium", "chromium-browser", "google-chrome"];
        let answers = |name: &&&str| Command::new(name).arg("--version").output().is_ok();
        let Some(browser) = names.iter().find(answers) else {
            return Err(Error::Start(
                "Chromium".to_owned(),
                ErrorKind::NotFound.into(),
            ));
        };
        let simulator = Simulator::start(SPEED)?;
        let server = Host::Ima.serve(self, &simulator, true)?;
        let pictures = run::target().join("pictures");
        files::make_empty(&pictures)?;
        let mut script = self.python("browser.py");
        script
            .args([
                browser,
                server.said("The page: ")?.as_str(),
                simulator.origin.as_str(),
            ])
            .arg(&pictures);
        run::run(&mut script, "the page in a browser")?;
        println!("pictures of the page: {}", pictures.display());
        // Where there is no ledger, a request with the caller's key from a page of another origin.
        let edge = Host::Wasmtime.serve(self, &simulator, true)?;
        let mut script = self.python("client_browser.py");
        script
            .args([
                browser,
                server.said("The page: ")?.as_str(),
                &edge.base(),
                simulator.origin.as_str(),
            ])
            .arg(&self.client);
        run::run(&mut script, "the package in a browser")?;
        Ok(())
    }
}

impl Host {
    fn name(self) -> &'static str {
        match self {
            Self::Wasmtime => "wasmtime serve",
            Self::WasmtimeP3 => "wasmtime serve, WASI 0.3",
            Self::Operator => "wasmtime serve -H",
            Self::Jco => "jco serve",
            Self::Wash => "wash dev",
            Self::Ima => "ima serve",
        }
    }

    /// Every scenario and every client.
    fn all(self, tools: &Tools) -> Result<(), Error> {
        let simulator = Simulator::start(SPEED)?;
        let server = self.serve(tools, &simulator, true)?;
        let mut scenarios = tools.python("scenarios.py");
        scenarios.args([self.name(), &server.base(), &simulator.origin]);
        run::run(&mut scenarios, self.name())?;
        if matches!(self, Self::Wasmtime | Self::Ima) {
            let mut python = tools.python("openai_speech.py");
            python.args([self.name(), &server.base(), &simulator.origin]);
            run::run(&mut python, "the openai package for Python")?;
            let mut javascript = tools.node.script("openai_speech.mjs");
            javascript.args([self.name(), &server.base(), &simulator.origin]);
            run::run(&mut javascript, "the openai package for JavaScript")?;
            if let Some(python) = &tools.litellm {
                let mut litellm = Command::new(python);
                litellm
                    .arg(source().join("litellm_speech.py"))
                    .args([self.name(), &server.base(), &simulator.origin])
                    .env("PYTHONDONTWRITEBYTECODE", "1");
                run::run(&mut litellm, "LiteLLM")?;
            }
        }
        if self == Self::Wash {
            drop(server);
            let server = self.serve(tools, &simulator, false)?;
            let mut scenarios = tools.python("scenarios.py");
            scenarios.args(["without egress", &server.base(), &simulator.origin]);
            run::run(&mut scenarios, "wash dev without egress")?;
        }
        Ok(())
    }

    fn serve(self, tools: &Tools, simulator: &Simulator, egress: bool) -> Result<Server, Error> {
        let built = run::target().join("guest");
        let folder = run::target().join("polyglot").join("served").join(format!(
            "{}-{}",
            self.name(),
            simulator.port()
        ));
        files::make_empty(&folder)?;
        let component = folder.join("edge.wasm");
        let source = built.join(match self {
            Self::WasmtimeP3 => "ima_edge_p3.wasm",
            _ => "ima_edge.wasm",
        });
        let mut configure = tools.python("configure.py");
        configure
            .args([&source, &component])
            .arg(format!(r#"{{"origin":"{}"}}"#, simulator.origin));
        run::run(&mut configure, "configure.py")?;
        let wasmtime = || tools.carried("wasmtime_cli", "wasmtime");
        Server::start(self.name(), |port| {
            let address = format!("127.0.0.1:{port}");
            Ok(match self {
                Self::Wasmtime => {
                    let mut command = Command::new(wasmtime()?);
                    command.args(["serve", "--addr", &address]).arg(&component);
                    command
                }
                Self::Operator => {
                    let headers = folder.join("headers");
                    files::write(&headers, format!("Authorization: Bearer {KEY}\n"))?;
                    let mut command = Command::new(wasmtime()?);
                    command
                        .args(["serve", "--addr", &address, "-H"])
                        .arg(format!("@{}", headers.display()))
                        .arg(&component);
                    command
                }
                Self::WasmtimeP3 => {
                    let mut command = Command::new(wasmtime()?);
                    command
                        .args(["serve", "-Wcomponent-model-async", "-Sp3"])
                        .args(["--addr", &address])
                        .arg(&component);
                    command
                }
                Self::Jco => {
                    let mut command = Command::new(&tools.jco);
                    command
                        .arg("serve")
                        .arg(&component)
                        .args(["--host", "127.0.0.1", "--port", &port.to_string()])
                        .current_dir(&folder);
                    command
                }
                Self::Wash => wash(tools, &folder, &address, simulator, egress)?,
                Self::Ima => ima(&folder, &address, simulator),
            })
        })
    }
}

/// `wash dev` in a project whose build makes nothing. Without egress it reaches nothing.
fn wash(
    tools: &Tools,
    folder: &Path,
    address: &str,
    simulator: &Simulator,
    egress: bool,
) -> Result<Command, Error> {
    let (authority, port) = (simulator.authority(), simulator.port());
    let mut project = format!(
        "build:\n  command: \"true\"\n  component_path: edge.wasm\ndev:\n  address: {address}\n"
    );
    if egress {
        project += &format!(
            "workload:\n  allowedHosts: [\"{authority}\"]\n  allowedHostLoopbackPorts: [{port}]\n"
        );
    }
    files::write(&folder.join(".wash").join("config.yaml"), project)?;
    let mut command = Command::new(tools.carried("wash_cli", "wash")?);
    command
        .args(["dev", "--non-interactive"])
        .current_dir(folder)
        .env("HOME", folder);
    Ok(command)
}

fn ima(folder: &Path, address: &str, simulator: &Simulator) -> Command {
    let mut command = Command::new(run::program("ima"));
    command
        .args([
            "serve",
            "--listen",
            address,
            "--base-url",
            &simulator.origin,
        ])
        .args(["--max-points", "30", "--max-points-per-day", "1000"])
        .env("IMA_API_KEY", KEY)
        .env("IMA_DATA_DIR", folder.join("data"))
        .env("IMA_CACHE_DIR", run::target().join("test-cache"));
    command
}

/// The Python interpreter that has LiteLLM. Its proxy takes 750 MB, so its library alone.
fn litellm() -> Option<PathBuf> {
    let lock = source().join("litellm-requirements.txt");
    packages::python_with(&lock, "litellm")
        .inspect_err(|error| println!("left out: LiteLLM, as it can't be installed: {error}"))
        .ok()
}

fn source() -> PathBuf {
    run::workspace().join("tests").join("edge-hosts")
}
