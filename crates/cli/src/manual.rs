//! `ima manual`: a page for the program and for each command.

use clap::CommandFactory;

use crate::args::{Args, Common, Manual};
use crate::exit::Exit;
use crate::setup::Trouble;
use crate::text;

pub(crate) fn run(common: &Common, options: &Manual) -> Result<Exit, Trouble> {
    clap_mangen::generate_to(Args::command(), &options.folder)
        .map(|()| Exit::Done)
        .map_err(|_| Trouble::usage(text::no_folder(common.language(), &options.folder)))
}
