//! `ima resume`: waits for jobs that were started before.

use std::num::NonZeroUsize;

use clap::Args;
use ima_host::types::OnUnknown;
use ima_host::{Generation, Job, Journal, Runtime};

use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::generate::{self, Run, batch};
use crate::options::{Common, Delivery};
use crate::setup;
use crate::target::{Share, Target};
use crate::ui::out;
use crate::ui::screen::EventPrinter;
use crate::ui::text::{self, say};

/// `ima resume`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima resume 1f3a9c04be
  ima resume --all --out songs
  ima resume 1f3a9c04be --create-again")]
#[command(group = clap::ArgGroup::new("which").required(true).args(["id", "all"]))]
pub(crate) struct ResumeArgs {
    /// The id of the job or of its task, as listed by `ima jobs`
    id: Option<String>,
    /// Every job that may still bring audio
    #[arg(long, conflicts_with = "play")]
    all: bool,
    /// If it is unknown whether the job started, start it again. It may cost points a second time
    #[arg(long, conflicts_with = "all")]
    create_again: bool,
    /// How many jobs to wait for at the same time; 3 by default
    #[arg(long, value_name = "N", conflicts_with = "id")]
    concurrency: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) delivery: Delivery,
}

pub(crate) async fn run(common: &Common, args: &ResumeArgs) -> Result<Exit, CommandError> {
    let delivery = &args.delivery;
    let runtime = setup::spending(common, None, delivery).await?;
    let known = args.id.as_ref().and_then(|id| job(&runtime, id));
    let share = match &args.id {
        Some(_) => Share::One(known.as_ref().and_then(|job| job.task)),
        None => Share::Several,
    };
    let target = Target::reserve(delivery, share).map_err(|error| match &known {
        Some(job) => error.with_job(job),
        None => error,
    })?;
    let run = Run::new(common, &runtime, delivery, Some(target));
    if let Some(id) = &args.id {
        let on_unknown = if args.create_again {
            OnUnknown::CreateAgain
        } else {
            OnUnknown::Report
        };
        let ended = match resume(&runtime, id, on_unknown).await {
            Ok(generation) => run.drive(generation, None).await,
            Err(error) => run.refuse(&error, None),
        };
        run.print(&ended.report);
        generate::play(&run, &ended);
        return Ok(ended.exit);
    }
    let jobs = runtime.journal().map(Journal::list).transpose()?;
    let mut jobs = jobs.unwrap_or_default();
    jobs.retain(Job::is_open);
    if jobs.is_empty() && !common.json {
        out::line(text::no_open_jobs().get(common.language()));
        return Ok(Exit::Done);
    }
    let begin = async |index: usize| {
        let Some(job) = jobs.get(index) else {
            return Err(text::no_such_job(""));
        };
        let (id, model) = (&job.id, job.model_name.as_deref().unwrap_or_default());
        let mut show = EventPrinter::new(&run.screen, Some(index + 1));
        show.line(&say!("Job {id} {model}", "任务 {id} {model}"));
        resume(&runtime, id, OnUnknown::Report).await
    };
    let all = batch::drive(&run, jobs.len(), args.concurrency, begin).await;
    Ok(batch::conclude(&run, &all))
}

fn job(runtime: &Runtime, id: &str) -> Option<Job> {
    runtime.journal()?.get(id).ok()?
}

async fn resume(
    runtime: &Runtime,
    id: &str,
    on_unknown: OnUnknown,
) -> Result<Generation, CommandError> {
    runtime.resume_job(id, on_unknown).await.map_err(|error| {
        let error = CommandError::from(error);
        match job(runtime, id).filter(|job| !job.continuation.is_empty()) {
            Some(job) => error.with_job(&job),
            None => error,
        }
    })
}
