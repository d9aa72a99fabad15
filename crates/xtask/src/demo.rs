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
    Ok(())
}

fn ima(simulator: &Simulator, speed: u32, arguments: &[&str], out: &Path) -> Result<(), Error> {
    println!("\n$ ima {}", arguments.join(" "));
    let folder = run::target().join("demo");
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
        .arg(out)
        .env("IMA_API_KEY", KEY)
        .env("IMA_DATA_DIR", folder.join("data"))
        .env("IMA_PREFS_FILE", folder.join("preferences.json"))
        .env("IMA_CACHE_DIR", run::target().join("ima-cache"));
    run::run(&mut command, "ima")
}
