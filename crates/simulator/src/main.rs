//! The simulator as a program: `ima-simulator [--port N] [--speed X] [--seed N]
//! [--tls FOLDER]`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use ima_simulator::{DEMO_KEY, DEMO_POINTS, Options, Simulator};
use tokio::sync::oneshot;

/// A stand-in for the IMA Open API on loopback.
///
/// Prints one line with its address when it is ready, and runs until its standard input closes or
/// it is told to end (SIGINT, SIGTERM).
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The port on 127.0.0.1; 0 for a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Simulated seconds per real second.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Task ids and durations follow from it.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The key of an account; it begins with `ima_`.
    #[arg(long, default_value = DEMO_KEY)]
    key: String,
    /// The points of that account.
    #[arg(long, default_value_t = DEMO_POINTS)]
    points: u64,
    /// Speak HTTPS, and write the certificate of the authority to trust as FOLDER/ca.pem.
    #[arg(long, value_name = "FOLDER")]
    tls: Option<PathBuf>,
    /// Do not end when standard input closes.
    #[arg(long)]
    detach_stdin: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let reason = error.source().map(|source| format!(": {source}"));
            eprintln!("ima-simulator: {error}{}", reason.unwrap_or_default());
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let simulator = Simulator::start(Options {
        port: arguments.port,
        speed: arguments.speed,
        seed: arguments.seed,
        tls: arguments.tls.is_some(),
    })
    .await?;
    if let (Some(folder), Some(authority)) = (&arguments.tls, simulator.authority()) {
        std::fs::write(folder.join("ca.pem"), authority)?;
    }
    simulator
        .control()
        .add_account(&arguments.key, arguments.points);
    // Before the line below, so that a signal right after it finds its handler.
    let end = end_signal()?;
    let stdin = stdin_closed(arguments.detach_stdin);
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "listening on {}", simulator.origin())?;
    stdout.flush()?;
    drop(stdout);
    tokio::select! {
        () = end => {}
        () = stdin => {}
    }
    Ok(())
}

/// Ready once standard input has closed; never where that is to be ignored.
async fn stdin_closed(ignored: bool) {
    if ignored {
        return std::future::pending().await;
    }
    let (closed, wait) = oneshot::channel::<()>();
    // A plain thread: a pending read must not keep the program from ending.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        drop(closed);
    });
    let _ = wait.await;
}

#[cfg(unix)]
fn end_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn end_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
