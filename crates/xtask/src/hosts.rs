//! The components, unmodified, in hosts of others (`tests/hosts`): what they say of the money is held
//! against the simulator's ledger.

use crate::bindings;
use crate::edge_hosts::{self, server::Server};
use crate::error::Error;
use crate::polyglot::packages;
use crate::run;
use crate::simulator::{KEY, Simulator};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

/// What happens to the create request.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    /// A fault of the simulator, as JSON.
    fault: Option<&'static str>,
    /// The host's limit for connecting, for the first byte and between bytes, in milliseconds.
    limit: &'static str,
    /// What it has to say of the money, if that is clear.
    says: Option<&'static str>,
    /// How long the service may still be at it when the client has given up.
    later: Duration,
}

const USUAL: Case = Case {
    name: "answered in time",
    fault: None,
    limit: "8000",
    says: None,
    later: Duration::ZERO,
};

/// Every one, for music; then the plain one for speech.
const CASES: [Case; 9] = [
    USUAL,
    Case {
        name: "answered after every limit",
        fault: Some(r#"{"delay": 4000}"#),
        limit: "1000",
        later: Duration::from_secs(5),
        ..USUAL
    },
    Case {
        name: "answered drop by drop",
        fault: Some(r#"{"drip": {"bytes_per_second": 1}}"#),
        limit: "500",
        ..USUAL
    },
    Case {
        name: "reset before it is accepted",
        fault: Some(r#""reset_before""#),
        ..USUAL
    },
    Case {
        name: "reset after it is accepted",
        fault: Some(r#""reset_after""#),
        ..USUAL
    },
    Case {
        name: "answer cut off",
        fault: Some(r#""cut_body""#),
        ..USUAL
    },
    Case {
        name: "refused",
        says: Some("no"),
        fault: Some(r#"{"envelope": {"code": 4008, "message": "Insufficient points"}}"#),
        ..USUAL
    },
    Case {
        name: "502 with HTML, accepted",
        fault: Some(r#"{"status_after": {"code": 502, "body": "<html>bad gateway</html>"}}"#),
        ..USUAL
    },
    Case {
        name: "502 with HTML, not accepted",
        fault: Some(
            r#"{"status": {"code": 502, "headers": [], "body": "<html>bad gateway</html>"}}"#,
        ),
        ..USUAL
    },
];

/// A program that runs a component in some host.
#[derive(Clone)]
struct Driver {
    host: &'static str,
    program: PathBuf,
    /// What comes before the origin.
    arguments: Vec<PathBuf>,
    /// Whether it is one of the examples, whose arguments and output are their own.
    example: bool,
}

/// The end of a generation, as a driver tells it.
struct End {
    success: bool,
    charge: String,
    output: String,
}

/// Builds what the drivers need, then runs them.
pub(crate) fn run() -> Result<(), Error> {
    // As the tests build it, so that nothing is compiled twice.
    run::cargo(&["test", "--no-run"], &[])?;
    scenarios()?;
    edge_hosts::scenarios()
}

/// Runs every case in every host with what has been built.
pub(crate) fn scenarios() -> Result<(), Error> {
    let built = run::target().join("guest");
    let plugin = built.join("ima_plugin.wasm");
    let sources = run::workspace().join("tests").join("hosts");
    let python = bindings::python::installed()?;
    let javascript = bindings::javascript::built()?;
    let client = bindings::javascript::installed()?
        .join("test")
        .join("host.js");
    let script = packages::transpile(&javascript, &plugin, "plugin", &sources.join("plugin.js"))?;
    let examples = run::workspace().join("examples").join("gateway");
    let song = packages::transpile(&javascript, &plugin, "plugin", &examples.join("song.js"))?;
    let mut in_python = Command::new(&python);
    in_python.arg(examples.join("song.py")).arg(&plugin);
    let mut in_javascript = Command::new("node");
    in_javascript.arg(song);
    through_the_gateway([("wasmtime-py", in_python), ("jco", in_javascript)])?;
    let driver = |host, program: &Path, arguments: Vec<PathBuf>, example| Driver {
        host,
        program: program.to_path_buf(),
        arguments,
        example,
    };
    let drivers = [
        driver(
            "wasmtime",
            &run::program("ima-stock-host"),
            vec![plugin.clone()],
            false,
        ),
        driver(
            "wasmtime-py",
            &python,
            vec![sources.join("plugin.py"), plugin],
            false,
        ),
        driver("jco", Path::new("node"), vec![script], false),
        driver(
            "the Python package",
            &python,
            vec![sources.join("package.py")],
            true,
        ),
        driver(
            "the package for JavaScript",
            Path::new("node"),
            vec![client],
            true,
        ),
    ];
    let running = drivers.map(|driver| thread::spawn(move || driver.all()));
    for driver in running {
        driver
            .join()
            .map_err(|_| Error::Example("a host", "its thread broke down".to_owned()))??;
    }
    Ok(())
}

/// Hosts that add no header bring their song all the same, and hold no key.
fn through_the_gateway(examples: [(&'static str, Command); 2]) -> Result<(), Error> {
    let simulator = Simulator::start(1_000)?;
    simulator.tell("timelines", &instant("sonic"))?;
    let home = run::target().join("polyglot").join("gateway");
    let gateway = Server::start("gateway", |port| {
        let mut command = Command::new(run::program("ima"));
        command
            .args(["gateway", "--listen", &format!("127.0.0.1:{port}")])
            .args(["--base-url", &simulator.origin, "--clock-rate", "1000"])
            .env("IMA_API_KEY", KEY)
            .env("IMA_DATA_DIR", &home);
        Ok(command)
    })?;
    let origin = gateway.said("The origin for components: ")?;
    for (charges, (host, mut example)) in (1..).zip(examples) {
        example
            .arg("calm ambient piano")
            .env("IMA_BASE_URL", &origin)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let output = example.output();
        let output = output.map_err(|error| Error::Start(host.to_owned(), error))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let brought = output.status.success() && said.contains(&simulator.origin);
        if !brought || simulator.charges()? != charges {
            let said = said + &String::from_utf8_lossy(&output.stderr);
            return Err(Error::Example(
                host,
                format!("no song through the gateway: {said}"),
            ));
        }
        eprintln!("{host}: a song through the gateway");
    }
    Ok(())
}

/// A timeline on which every task is finished at once.
fn instant(model: &str) -> String {
    format!(r#"{{"model_id": "{model}", "timeline": {{"total_seconds": 0}}}}"#)
}

impl Driver {
    fn all(&self) -> Result<(), Error> {
        for case in CASES {
            // The examples wait as long as the session says, which is minutes.
            if !self.example || case.limit == USUAL.limit {
                self.one("music", case)?;
            }
        }
        self.one("speech", USUAL)?;
        self.refused_connection()
    }

    /// One generation whose create request meets this.
    fn one(&self, task: &str, case: Case) -> Result<(), Error> {
        let simulator = self.simulator()?;
        if let Some(fault) = case.fault {
            let every = format!(r#"{{"endpoint": "create", "nth": "every", "fault": {fault}}}"#);
            simulator.tell("faults", &every)?;
        }
        let end = self.run(&simulator.origin, task, case.limit)?;
        thread::sleep(case.later);
        let what = format!("{task}, {}", case.name);
        self.agrees(&what, &end, simulator.charges()?)?;
        let creates = simulator.requests("create")?;
        if creates != 1 {
            let found = format!("{creates} create requests");
            return Err(self.broken(&what, &found, &end));
        }
        // Where the answer is clear, so is what is said of it.
        let clear = match (case.fault, case.says) {
            (None, _) => end.success,
            (Some(_), Some(charge)) => end.charge == charge,
            (Some(_), None) => true,
        };
        match clear {
            true => Ok(()),
            false => Err(self.broken(&what, "the answer is clear", &end)),
        }
    }

    /// The list is answered, and then nobody takes connections any more.
    fn refused_connection(&self) -> Result<(), Error> {
        let simulator = self.simulator()?;
        let end = self.run(&simulator.vanishing()?, "music", USUAL.limit)?;
        self.agrees("connection refused", &end, simulator.charges()?)
    }

    fn simulator(&self) -> Result<Simulator, Error> {
        let simulator = Simulator::start(1_000)?;
        simulator.tell("keyless", r#"{"accept": true}"#)?;
        for model in ["sonic", "seed-tts-2.0"] {
            simulator.tell("timelines", &instant(model))?;
        }
        Ok(simulator)
    }

    fn run(&self, origin: &str, task: &str, limit: &str) -> Result<End, Error> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        if self.example {
            let folder = run::target().join("polyglot").join("hosts");
            command
                .args([task, "calm ambient piano", "--clock-rate", "1000", "--out"])
                .arg(folder);
            command.env("IMA_API_KEY", KEY).env("IMA_BASE_URL", origin);
            command.env(
                "IMA_MACHINE",
                run::target().join("guest").join("ima_machine.wasm"),
            );
        } else {
            command.args([origin, task, limit]);
        }
        let output = command.output();
        let output = output.map_err(|error| Error::Start(self.host.to_owned(), error))?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        let told = |charge: &str| match self.example {
            true => text.contains(&format!("[charged: {charge}]")),
            false => {
                text.contains(&format!(r#""charge":"{charge}""#))
                    || text.contains(&format!(r#""charge": "{charge}""#))
            }
        };
        let success = match self.example {
            true => output.status.code() == Some(0),
            false => text.contains("success"),
        };
        let charge = ["yes", "unknown", "no"]
            .into_iter()
            .find(|charge| told(charge));
        let charge = match (charge, self.example, output.status.code()) {
            (Some(charge), ..) => charge,
            (None, true, Some(0)) => "yes",
            (None, true, Some(3)) => "no",
            _ => "nothing",
        };
        Ok(End {
            success,
            charge: charge.to_owned(),
            output: text,
        })
    }

    /// What it says of the money is true, and nothing was paid twice.
    fn agrees(&self, what: &str, end: &End, charges: usize) -> Result<(), Error> {
        let true_charge = match end.charge.as_str() {
            "unknown" => true,
            "yes" => charges == 1,
            "no" => charges == 0,
            _ => false,
        };
        eprintln!(
            "{}: {what}: charged {}, {charges} in the ledger",
            self.host, end.charge
        );
        match true_charge && charges <= 1 {
            true => Ok(()),
            false => Err(self.broken(what, &format!("{charges} charges"), end)),
        }
    }

    fn broken(&self, what: &str, found: &str, end: &End) -> Error {
        let End { charge, output, .. } = end;
        Error::Example(
            self.host,
            format!("{what}: it says {charge}, but {found}\n{output}"),
        )
    }
}
