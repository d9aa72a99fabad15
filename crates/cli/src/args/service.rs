//! `ima doctor`, `ima completions`, `ima simulator` and the manual pages.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

pub(super) const DOCTOR_EXAMPLES: &str = "Examples:\n  ima doctor\n  ima doctor --json";

/// `ima completions`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima completions bash > ~/.local/share/bash-completion/completions/ima
  ima completions zsh > _ima")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// `ima simulator`
#[cfg(feature = "simulator")]
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima simulator
  ima simulator --port 8080 --speed 20")]
pub(crate) struct Simulator {
    /// The port on 127.0.0.1; 0 for a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,
    /// Simulated seconds per second
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub(crate) speed: f64,
    /// The points of its account
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) points: u64,
}

/// `ima manual`
#[derive(Debug, Clone, Args)]
pub(crate) struct Manual {
    /// The folder, which exists
    pub(crate) folder: PathBuf,
}
