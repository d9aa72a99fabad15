//! The program `ima`: music and speech from the terminal.

mod args;
mod create;
mod drive;
mod exit;
mod files;
mod models;
mod music;
mod params;
mod report;
mod resume;
mod setup;
mod show;
mod speech;
mod text;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use exit::Exit;

fn main() -> ExitCode {
    let args = Args::parse();
    let exit = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => {
            let exit = runtime.block_on(run(args));
            // What is still under way (a name lookup, say) must not hold the program back.
            runtime.shutdown_background();
            exit
        }
        Err(_) => Exit::Refused,
    };
    exit.into()
}

async fn run(args: Args) -> Exit {
    let common = args.common;
    match args.command {
        Command::Music(options) => music::run(&common, options).await,
        Command::Speech(options) => speech::run(&common, options).await,
        Command::Models(options) => models::run(&common, &options).await,
        Command::Resume(options) => resume::run(&common, options).await,
    }
}
