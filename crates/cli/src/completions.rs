//! `ima completions`

use clap::{Command, CommandFactory};

use crate::args::{Args, Completions};
use crate::exit::Exit;
use crate::out;

pub(crate) fn run(options: &Completions) -> Exit {
    let mut script = Vec::new();
    let mut command = visible(&Args::command());
    clap_complete::generate(options.shell, &mut command, "ima", &mut script);
    out::bytes(&script);
    Exit::Done
}

/// A command without what its help does not show.
fn visible(command: &Command) -> Command {
    let shown = Command::new(command.get_name().to_owned());
    let arguments = command.get_arguments().filter(|it| !it.is_hide_set());
    let commands = command.get_subcommands().filter(|it| !it.is_hide_set());
    let about = command.get_about().cloned().unwrap_or_default();
    shown
        .about(about)
        .args(arguments.cloned())
        .subcommands(commands.map(visible))
}
