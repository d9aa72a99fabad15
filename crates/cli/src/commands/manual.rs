//! `ima manual`: a page for the program and for each command.

use std::path::PathBuf;

use clap::Args;

use crate::command_error::CommandError;
use crate::command_line;
use crate::exit::Exit;
use crate::ui::text::command_error;

/// `ima manual`
#[derive(Debug, Clone, Args)]
pub(crate) struct ManualArgs {
    /// An existing folder
    folder: PathBuf,
}

pub(crate) fn run(args: &ManualArgs) -> Result<Exit, CommandError> {
    clap_mangen::generate_to(command_line::in_english(), &args.folder).map_err(|_| {
        let folder = args.folder.display();
        command_error!(
            Usage,
            "The pages can't be written to {folder}." => "Name an existing folder.",
            "无法把手册写入 {folder}。" => "请指定一个已有的文件夹。"
        )
    })?;
    Ok(Exit::Done)
}
