//! The program `ima`: music and speech from the terminal.

mod command_error;
mod command_line;
mod commands;
mod config;
mod connections;
mod events;
mod exit;
mod fake_address;
mod folders;
mod generate;
mod hashes;
mod library;
mod logs;
mod names;
mod narration;
mod options;
mod params;
mod player;
mod preferences;
mod prompts;
mod report;
mod serve;
mod setup;
mod tags;
mod target;
mod texts;
mod ui;

use std::process::ExitCode;

use clap_complete::env::CompleteEnv;
use command_line::{CommandLine, Unusable};
use exit::Exit;
use ui::out;
use ui::text::say;

/// One thread runs a few generations, and starts faster; the stand-in serves many.
fn runtime(command: &commands::Command) -> std::io::Result<tokio::runtime::Runtime> {
    let mut builder = if command.serves() {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    builder.enable_all().build()
}

fn main() -> ExitCode {
    // Before a key is read. If the system refuses, the program is no worse than others.
    let _ = ima_host::harden_process();
    // A shell asks what may come next, and is answered before anything else happens.
    CompleteEnv::with_factory(command_line::in_english)
        .var(commands::completions::VARIABLE)
        .complete();
    let CommandLine { common, command } = match command_line::read(std::env::args_os().collect()) {
        Ok(line) => line,
        Err(unusable) => {
            let Unusable {
                error,
                language,
                json,
                events,
            } = unusable;
            return error.report(language, json, events).into();
        }
    };
    let language = common.language();
    // Not being able to log is no reason to refuse a generation.
    let _log = logs::init();
    let exit = match runtime(&command) {
        Ok(runtime) => {
            let events = command.wants_events();
            let done = runtime.block_on(async {
                if command.needs_settings()
                    && let Err(error) = config::check()
                {
                    return Err(error);
                }
                match command.run(&common).await {
                    Err(error) => Err(fake_address::explained(&common, error).await),
                    done => done,
                }
            });
            // What is still under way (a name lookup, say) must not hold the program back.
            runtime.shutdown_background();
            done.unwrap_or_else(|error| error.report(language, common.json, events))
        }
        Err(_) => Exit::Refused,
    };
    if !out::is_lost() {
        return exit.into();
    }
    let lost = say!(
        "The output could not be written. `ima jobs` lists what was started.",
        "结果没能写到标准输出。用 `ima jobs` 查看已开始的任务。"
    );
    out::error(lost.get(language));
    match exit {
        Exit::Done => Exit::Failed.into(),
        worse => worse.into(),
    }
}
