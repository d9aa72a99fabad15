//! The program `ima`: music and speech from the terminal.

mod args;
mod bar;
mod completions;
mod confirm;
mod create;
mod deliver;
mod doctor;
mod drive;
mod events;
mod exit;
mod failure;
mod generate;
mod interrupt;
mod jobs;
mod manual;
mod many;
mod models;
mod music;
mod naming;
mod out;
mod params;
mod player;
mod prefs;
mod probe;
mod prompts;
mod questions;
mod quote;
mod report;
mod resume;
mod say;
mod screen;
mod setup;
#[cfg(feature = "simulator")]
mod simulator;
mod speech;
mod table;
mod target;
mod text;
mod usual;
mod voices;
mod when;

use std::process::ExitCode;

use args::{Args, Command, Refusal};
use exit::Exit;
use setup::Trouble;

fn main() -> ExitCode {
    // Before a key is read. Where the system refuses, the program is no worse than others.
    let _ = ima_host::harden_process();
    let args = match args::read(std::env::args_os().collect()) {
        Ok(args) => args,
        Err(refusal) => return refuse(refusal).into(),
    };
    let language = args.common.language();
    // Not being able to log is no reason to refuse a generation.
    let _log = ima_host::logs::init(None);
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
    if !out::is_lost() {
        return exit.into();
    }
    let text::Advice { what, then } = text::output_lost(language);
    out::error(&what);
    out::error(&then);
    match exit {
        Exit::Done => Exit::Failed.into(),
        worse => worse.into(),
    }
}

/// Tells what is wrong with the command line.
fn refuse(refusal: Refusal) -> Exit {
    let Refusal {
        advice,
        language,
        json,
        events,
    } = refusal;
    Trouble::usage(advice).show(language, json, events)
}

async fn run(args: Args) -> Exit {
    let common = &args.common;
    let events = args.command.wants_events();
    let done = match args.command {
        Command::Music(options) => music::run(common, options).await,
        Command::Speech(options) => speech::run(common, options).await,
        Command::Say(options) => say::run(common, &options).await,
        Command::Quote(options) => quote::run(common, options).await,
        Command::Models(options) => models::run(common, &options).await,
        Command::Model(options) => models::show(common, &options).await,
        Command::Voices(options) => voices::run(common, &options).await,
        Command::Resume(options) => resume::run(common, &options).await,
        Command::Jobs(options) => jobs::run(common, &options),
        Command::Prefs(options) => prefs::run(common, &options).await,
        Command::Create(options) => create::run(common, options).await,
        Command::Doctor => Ok(doctor::run(common).await),
        Command::Completions(options) => Ok(completions::run(&options)),
        #[cfg(feature = "simulator")]
        Command::Simulator(options) => simulator::run(common, &options).await,
        Command::Manual(options) => manual::run(common, &options),
    };
    done.unwrap_or_else(|trouble| trouble.report(common, events))
}
