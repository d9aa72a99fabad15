//! How long a start takes: of the program, of the component, of an instance.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ima_host::{Credential, Runtime};

use crate::cost;
use crate::error::Error;
use crate::flow::python;
use crate::instances::Report;
use crate::service::{KEY, Service, block_on, folder, sibling};
use crate::stats::{heading, median, ms, ratio};

/// How often each start is measured.
const RUNS: usize = 15;

/// How often the program starts with an empty cache: each time compiles for seconds.
const COLD: usize = 3;

pub(crate) fn run() -> Result<(), Error> {
    heading("Start", "start");
    program()?;
    component()?;
    instances()
}

fn program() -> Result<(), Error> {
    let service = Service::start(1)?;
    block_on(service.timeline(0.0, 1))?;
    let folder = folder("start")?;
    let cache = folder.join("cache");
    let mut cold = Vec::new();
    for _ in 0..COLD {
        if cache.exists() {
            std::fs::remove_dir_all(&cache).map_err(Error::file(&cache))?;
        }
        cold.push(first_line(&mut ima(&service, &folder)?)?);
    }
    let python = python(&crate::service::folder("flow")?)?;
    let (mut warm, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        warm.push(first_line(&mut ima(&service, &folder)?)?);
        let script = "import requests, sys; print('ready', file=sys.stderr, flush=True)";
        theirs.push(first_line(Command::new(&python).args(["-c", script]))?);
    }
    let (cold, warm, theirs) = (median(cold)?, median(warm)?, median(theirs)?);
    println!("the program, to its first line of output (median of {RUNS}):");
    println!("  nothing compiled yet      {:>9}", ms(cold));
    println!("  compiled code in the cache{:>9}", ms(warm));
    println!(
        "  Python, requests imported {:>9}   ratio {:.3}",
        ms(theirs),
        ratio(warm, theirs)
    );
    Ok(())
}

fn ima(service: &Service, folder: &Path) -> Result<Command, Error> {
    let mut command = Command::new(sibling("ima")?);
    command
        .args(["music", "rain", "--json", "--force", "--clock-rate", "100"])
        .args(["--base-url", &service.origin, "--out"])
        .arg(folder.join("ima.wav"))
        .env("IMA_API_KEY", KEY)
        .env("IMA_DATA_DIR", folder.join("data"))
        .env("IMA_CACHE_DIR", folder.join("cache"));
    Ok(command)
}

/// From the start of a program to the first byte on its standard error; then waits for its end.
fn first_line(command: &mut Command) -> Result<Duration, Error> {
    let name = command.get_program().to_string_lossy().into_owned();
    let begin = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Error::program(&name))?;
    let mut rest = Vec::new();
    let mut elapsed = None;
    if let Some(mut output) = child.stderr.take() {
        let mut first = [0];
        let read = output.read_exact(&mut first);
        elapsed = read.ok().map(|()| begin.elapsed());
        // To its end, so that the program is not held up by a full pipe.
        let _ = output.read_to_end(&mut rest);
    }
    let status = child.wait().map_err(Error::program(&name))?;
    match elapsed {
        Some(elapsed) if status.success() => Ok(elapsed),
        _ => Err(Error::Output {
            program: name,
            text: String::from_utf8_lossy(&rest).into_owned(),
        }),
    }
}

/// What an embedder waits for at its start, with compiled code in the cache.
fn component() -> Result<(), Error> {
    let cache = folder("cache")?;
    let build = || {
        let builder = Runtime::builder()
            .credential(Credential::literal(KEY))
            .cache_folder(&cache);
        block_on(async { Ok(builder.build().await?) })
    };
    build()?;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let begin = Instant::now();
        let runtime = build()?;
        times.push(begin.elapsed());
        drop(runtime);
    }
    println!(
        "`Builder::build` with compiled code in the cache: {}",
        ms(median(times)?)
    );
    Ok(())
}

fn instances() -> Result<(), Error> {
    println!("                                     on demand      pooling   aim");
    let ask = |allocator| -> Result<Report, Error> {
        cost::ask(Command::new(cost::own()?).args(["instances", allocator]))
    };
    let (demand, pooling) = (ask("on-demand")?, ask("pooling")?);
    let row = |name: &str, of: &dyn Fn(&Report) -> String, aim: &str| {
        println!("{name:<34}{:>12} {:>12}   {aim}", of(&demand), of(&pooling));
    };
    row("engine", &|it| ms(it.engine), "");
    row(
        "component from precompiled form",
        &|it| ms(it.precompiled),
        "<= 1 ms",
    );
    row(
        "instance, one by one, p50",
        &|it| ms(it.one_by_one[0]),
        "<= 50 µs",
    );
    row("instance, one by one, p99", &|it| ms(it.one_by_one[1]), "");
    row("instance, all kept, p50", &|it| ms(it.live[0]), "");
    row("instance, all kept, p99", &|it| ms(it.live[1]), "");
    row("instances kept, of 10,000", &|it| it.kept.to_string(), "");
    row(
        "memory of an idle instance",
        &|it| format!("{} KiB", it.memory / 1_024),
        "",
    );
    row(
        "mappings of an instance",
        &|it| format!("{:.1}", it.mappings),
        "",
    );
    Ok(())
}
