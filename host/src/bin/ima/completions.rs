//! `ima completions`

use std::io::{self, Write};

use clap::CommandFactory;

use crate::args::{Args, Completions};
use crate::exit::Exit;

pub(crate) fn run(options: &Completions) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Args::command(), "ima", &mut script);
    match io::stdout().write_all(&script) {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Refused,
    }
}
