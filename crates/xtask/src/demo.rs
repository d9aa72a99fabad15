//! The main job, as a user sees it: one piece of music and one spoken text, through the real
//! component in the real host, against the simulator.

use crate::error::Error;
use crate::files;
use crate::run::{self, cargo};
use crate::simulator::{self, KEY, Simulator};
use std::path::Path;
use std::process::Command;

/// Builds the programs, and with the host the components.
pub(crate) const BUILD: [&str; 5] = [
    "build",
    "--package",
    "ima-cli",
    "--package",
    "ima-simulator",
];

/// Runs the demo with a time that passes `speed` times as fast.
pub(crate) fn run(speed: u32) -> Result<(), Error> {
    cargo(&BUILD, &[])?;
    let folder = run::target().join("demo");
    files::make_empty(&folder)?;

    let simulator = Simulator::start(speed)?;
    let music = folder.join("music.wav");
    let speech = folder.join("speech.wav");
    let prompt = "upbeat lo-fi hip hop, 90 BPM, no vocals";
    ima(
        &simulator,
        speed,
        &["music", prompt, "--model", "sonic", "--language", "en"],
        &music,
    )?;
    ima(
        &simulator,
        speed,
        &[
            "speech",
            "欢迎来到 IMA Studio。",
            "--voice",
            "魅力苏菲",
            "--language",
            "zh",
        ],
        &speech,
    )?;
    drop(simulator);

    println!("\nThe audio is here:");
    for path in [music, folder.join("music-2.wav"), speech] {
        let size = simulator::audio(&path)?;
        println!("  {} ({} KiB)", path.display(), size / 1024);
    }
    println!("\nThe same as an HTTP API with a page, until Ctrl-C: cargo xtask demo --serve");
    Ok(())
}

/// Serves the HTTP API and its page over the simulator until Ctrl-C.
pub(crate) fn serve(speed: u32) -> Result<(), Error> {
    cargo(&BUILD, &[])?;
    let simulator = Simulator::start(speed)?;
    let mut command = Command::new(run::program("ima"));
    command.args(["serve", "--base-url", &simulator.origin]);
    run::run(in_the_demo(&mut command), "ima serve")
}

/// With the demo's key and folders.
fn in_the_demo(command: &mut Command) -> &mut Command {
    let folder = run::target().join("demo");
    command
        .env("IMA_API_KEY", KEY)
        .env("IMA_DATA_DIR", folder.join("data"))
        .env("IMA_PREFS_FILE", folder.join("preferences.json"))
        .env("IMA_CACHE_DIR", run::target().join("ima-cache"))
}

fn ima(simulator: &Simulator, speed: u32, arguments: &[&str], out: &Path) -> Result<(), Error> {
    println!("\n$ ima {}", arguments.join(" "));
    let mut command = Command::new(run::program("ima"));
    command
        .args(arguments)
        .args([
            "--base-url",
            &simulator.origin,
            "--clock-rate",
            &speed.to_string(),
        ])
        .arg("--out")
        .arg(out);
    run::run(in_the_demo(&mut command), "ima")
}
