//! The MCP server with clients of others, unmodified (`tests/clients`), and the skill under the validator of
//! its standard.

use crate::error::Error;
use crate::polyglot::packages;
use crate::run;
use crate::simulator::Simulator;
use std::process::Command;

/// How fast time passes on both sides.
const SPEED: u32 = 50;

/// Builds what they need, then runs them.
pub(crate) fn run() -> Result<(), Error> {
    let programs = [
        "build",
        "--package",
        "ima-cli",
        "--package",
        "ima-simulator",
    ];
    run::cargo(&programs, &[])?;
    scenarios()
}

/// Runs every client with what has been built.
pub(crate) fn scenarios() -> Result<(), Error> {
    let folder = run::workspace()
        .join("tests")
        .join("clients")
        .join("python");
    for (version, protocols) in [("1", &["legacy"][..]), ("2", &["legacy", "modern"])] {
        let lock = folder.join(format!("requirements-{version}.txt"));
        let python = packages::python_with(&lock, &format!("mcp-{version}"))?;
        for protocol in protocols {
            let name = format!("the Python SDK {version}.x, {protocol} protocol");
            let simulator = Simulator::start(SPEED)?;
            let mut client = Command::new(&python);
            client
                .arg(folder.join("client.py"))
                .arg(run::program("ima"))
                .arg(&simulator.origin)
                .arg(protocol)
                .env("IMA_CACHE_DIR", run::target().join("test-cache"));
            run::run(&mut client, &name)?;
            let (charges, creates) = (simulator.charges()?, simulator.requests("create")?);
            if (charges, creates) != (1, 1) {
                let what = format!("{creates} create requests and {charges} charges");
                return Err(Error::Example("MCP", what));
            }
            println!("{name}: one purchase, one charge");
        }
        if version == "2" {
            let mut validate = Command::new(python.with_file_name("agentskills"));
            validate
                .arg("validate")
                .arg(run::workspace().join("skills").join("ima-audio"));
            run::run(&mut validate, "agentskills validate")?;
        }
    }
    Ok(())
}
