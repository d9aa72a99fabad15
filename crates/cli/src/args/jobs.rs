//! `ima resume` and `ima jobs`.

use std::num::NonZeroUsize;

use clap::{Args, Subcommand};

use super::Delivery;

/// `ima resume`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima resume 1f3a9c04be
  ima resume --all --out songs
  ima resume 1f3a9c04be --create-again")]
#[command(group = clap::ArgGroup::new("which").required(true).args(["id", "all"]))]
pub(crate) struct Resume {
    /// The id of the job or of its task, as listed by `ima jobs`
    pub(crate) id: Option<String>,
    /// Every job that may still bring audio
    #[arg(long, conflicts_with = "play")]
    pub(crate) all: bool,
    /// If it is unknown whether the job was started, start it again. It may cost points a second
    /// time
    #[arg(long, conflicts_with = "all")]
    pub(crate) create_again: bool,
    /// How many jobs to wait for at the same time; 3 by default
    #[arg(long, value_name = "N", conflicts_with = "id")]
    pub(crate) concurrency: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) delivery: Delivery,
}

/// `ima jobs`
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  ima jobs\n  ima jobs --open --json\n  ima jobs show 1f3a9c04be"
)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Jobs {
    /// Only the jobs that may still bring audio
    #[arg(long)]
    pub(crate) open: bool,
    #[command(subcommand)]
    pub(crate) command: Option<JobsCommand>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum JobsCommand {
    /// Show one job
    Show {
        /// The id of the job or of its task
        id: String,
    },
}
