//! `ima completions`: a script that completes the commands and options in a shell.

use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;

use crate::command_line::CommandLine;
use crate::exit::Exit;
use crate::ui::out;

/// `ima completions`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima completions bash > ~/.local/share/bash-completion/completions/ima
  ima completions zsh > _ima")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs) -> Exit {
    let mut script = Vec::new();
    let mut command = visible(&CommandLine::command());
    clap_complete::generate(args.shell, &mut command, "ima", &mut script);
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
