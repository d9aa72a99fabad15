//! `ima resume`: waits for jobs that were started before.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::ArgValueCandidates;
use ima_host::{Generation, Job, OnUnknown, Resume, Runtime};

use super::completions;
use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::generate::{self, Run, batch};
use crate::library::Library;
use crate::options::{Common, Delivery, task_of_job};
use crate::setup;
use crate::target::{Existing, Share, Target};
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
    /// ¦ 任务的编号，见 `ima jobs`
    #[arg(add = ArgValueCandidates::new(completions::jobs))]
    id: Option<String>,
    /// Every job that may still bring audio
    /// ¦ 所有还可能有音频的任务
    #[arg(long, conflicts_with = "play")]
    all: bool,
    /// If it is unknown whether the job started, start it again. It may cost points a second time
    /// ¦ 不确定任务是否已开始时重新开始。可能再次扣积分
    #[arg(long, conflicts_with = "all")]
    create_again: bool,
    /// How many jobs to wait for at the same time; 3 by default
    /// ¦ 同时等待几项任务；默认 3
    #[arg(long, value_name = "N", conflicts_with = "id")]
    concurrency: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) delivery: Delivery,
}

pub(crate) async fn run(common: &Common, args: &ResumeArgs) -> Result<Exit, CommandError> {
    let runtime = setup::spending(common, None).await?;
    let delivery = &where_it_was_to_go(common, &runtime, args).await;
    let known = match &args.id {
        Some(id) => job(&runtime, id).await,
        None => None,
    };
    let share = match &args.id {
        Some(_) => Share::One(known.as_ref().and_then(|job| job.task).map(task_of_job), 1),
        None => Share::Several,
    };
    let target =
        Target::reserve(delivery, share, Existing::Compared).map_err(|error| match &known {
            Some(job) => error.with_job(job),
            None => error,
        })?;
    let mut run = Run::new(common, &runtime, delivery, Some(target));
    run.resumed = true;
    if let Some(id) = &args.id {
        let mut how = Resume::job(id);
        if args.create_again {
            how = how.on_unknown(OnUnknown::CreateAgain);
        }
        let ended = match resume(&runtime, id, how, delivery).await {
            Ok(generation) => run.drive(generation, None).await,
            Err(error) => run.refuse(&error, None),
        };
        run.print(&ended.report);
        generate::play(&run, &ended);
        return Ok(ended.exit);
    }
    let mut jobs = match runtime.journal() {
        Some(journal) => journal.list().await?,
        None => Vec::new(),
    };
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
        resume(&runtime, id, Resume::job(id), delivery).await
    };
    let all = batch::drive(&run, jobs.len(), args.concurrency, begin).await;
    Ok(batch::conclude(&run, &all))
}

/// The delivery of the options; a single job's audio goes where it was to go at first.
async fn where_it_was_to_go(common: &Common, runtime: &Runtime, args: &ResumeArgs) -> Delivery {
    let mut delivery = args.delivery.clone();
    if let (None, Some(id)) = (&delivery.out, &args.id)
        && let Some(job) = job(runtime, id).await
        && let Some(record) = Library::of(common).get(&job.id)
    {
        let there = |it: &PathBuf| it.is_dir() || it.parent().is_some_and(Path::is_dir);
        delivery.out = record.out.filter(there);
    }
    delivery
}

async fn job(runtime: &Runtime, id: &str) -> Option<Job> {
    runtime.journal()?.get(id).await.ok()?
}

pub(crate) async fn resume(
    runtime: &Runtime,
    id: &str,
    mut how: Resume,
    delivery: &Delivery,
) -> Result<Generation, CommandError> {
    if let Some(deadline) = delivery.deadline() {
        how = how.deadline(deadline);
    }
    match runtime.resume(how).await {
        Ok(generation) => Ok(generation),
        Err(error) => {
            let error = CommandError::from(error);
            let known = job(runtime, id).await;
            Err(match known.filter(|job| !job.continuation.is_empty()) {
                Some(job) => error.with_job(&job),
                None => error,
            })
        }
    }
}
