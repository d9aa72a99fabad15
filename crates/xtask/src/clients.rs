//! The MCP server with clients of others, unmodified (`tests/clients`): SDKs, the inspector, the official
//! conformance suite; and the skill under the validator of its standard.

mod loopback;

use crate::error::Error;
use crate::polyglot::packages::{self, Node};
use crate::run;
use crate::simulator::Simulator;
use loopback::Loopback;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How fast time passes on both sides.
const SPEED: u32 = 50;

/// Builds the programs that take part.
const BUILD: [&str; 10] = [
    "build",
    "--package",
    "ima-cli",
    "--package",
    "ima-simulator",
    "--package",
    "ima-mcp",
    "--bins",
    "--example",
    "loopback",
];

/// Builds what they need, then runs them.
pub(crate) fn run() -> Result<(), Error> {
    run::cargo(&BUILD, &[])?;
    scenarios()
}

/// Runs every client with what has been built.
pub(crate) fn scenarios() -> Result<(), Error> {
    let mut skipped = 0;
    for version in ["1", "2"] {
        let lock = source("python").join(format!("requirements-{version}.txt"));
        let installed = packages::python_with(&lock, &format!("mcp-{version}"));
        let name = format!("the Python SDK {version}.x");
        if let Some(python) = had(&name, installed, &mut skipped) {
            python_sdk(&python, version)?;
            if version == "2" {
                skill(&python)?;
            }
        }
    }
    let installed = packages::node_with(&source("node"), &source("javascript"), "mcp-javascript");
    let name = "the TypeScript SDKs, the inspector and the conformance suite";
    if let Some(node) = had(name, installed, &mut skipped) {
        for (version, protocol) in [("1", "legacy"), ("2", "legacy"), ("2", "modern")] {
            let name = format!("the TypeScript SDK {version}.x, {protocol} protocol");
            buys_once(&name, node.script("client.js"), &[version, protocol])?;
        }
        buys_once("the inspector", node.script("inspector.js"), &[])?;
        for revision in ["2025-11-25", "2026-07-28"] {
            conforms(&node, revision)?;
        }
    }
    println!("clients of the MCP server: {skipped} skipped");
    Ok(())
}

/// What was installed. What can't be had here is said, counted, and left out.
fn had<T>(name: &str, installed: Result<T, Error>, skipped: &mut u32) -> Option<T> {
    match installed {
        Ok(installed) => Some(installed),
        Err(error) => {
            println!("{name}: skipped. {error}");
            *skipped += 1;
            None
        }
    }
}

fn python_sdk(python: &Path, version: &str) -> Result<(), Error> {
    let protocols: &[&str] = match version {
        "1" => &["legacy"],
        _ => &["legacy", "modern"],
    };
    for protocol in protocols {
        let name = format!("the Python SDK {version}.x, {protocol} protocol");
        let mut client = Command::new(python);
        client.arg(source("python").join("client.py"));
        buys_once(&name, client, &[protocol])?;
    }
    Ok(())
}

/// Runs a client with the program, a simulator and further arguments. It buys one thing.
fn buys_once(name: &str, mut client: Command, arguments: &[&str]) -> Result<(), Error> {
    let simulator = Simulator::start(SPEED)?;
    client
        .arg(run::program("ima"))
        .arg(&simulator.origin)
        .args(arguments)
        .env("IMA_CACHE_DIR", run::target().join("test-cache"));
    run::run(&mut client, name)?;
    let (charges, creates) = (simulator.charges()?, simulator.requests("create")?);
    if (charges, creates) != (1, 1) {
        let what = format!("{name}: {creates} create requests and {charges} charges");
        return Err(Error::Example("MCP", what));
    }
    println!("{name}: one purchase, one charge");
    Ok(())
}

/// Runs the conformance suite with what a revision of the protocol requires.
fn conforms(node: &Node, revision: &str) -> Result<(), Error> {
    let server = Loopback::start()?;
    let mut suite = node.program("conformance");
    suite
        .args(["server", "--url", &server.url, "--requirements", revision])
        .arg("--expected-failures")
        .arg(source("javascript").join(format!("conformance-{revision}.yml")));
    let name = format!("the conformance suite, {revision}");
    let output = suite.output();
    let output = output.map_err(|error| Error::Start(name.clone(), error))?;
    if output.status.success() {
        println!("{name}: nothing fails but what the baseline explains");
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    eprint!("{}", String::from_utf8_lossy(&said));
    Err(Error::Failed(name))
}

/// Validates the skill, with the validator beside this Python.
fn skill(python: &Path) -> Result<(), Error> {
    let mut validate = Command::new(python.with_file_name("agentskills"));
    validate
        .arg("validate")
        .arg(run::workspace().join("skills").join("ima-audio"));
    run::run(&mut validate, "agentskills validate")
}

/// The folder of the clients in a language.
fn source(language: &str) -> PathBuf {
    run::workspace()
        .join("tests")
        .join("clients")
        .join(language)
}
