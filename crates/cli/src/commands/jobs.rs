//! `ima jobs`: the jobs of this machine.

use std::time::Duration;

use clap::{Args, Subcommand};
use ima_host::{Job, JobState};
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Timestamp};
use serde::Serialize;

use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::options::{Common, task_of_job, task_word};
use crate::setup;
use crate::ui::text::{self, Text, say};
use crate::ui::{out, table};

/// `ima jobs`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima jobs
  ima jobs --open --json
  ima jobs show 1f3a9c04be
  ima jobs prune --older-than 90d")]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct JobsArgs {
    /// Only the jobs that may still bring audio
    #[arg(long)]
    open: bool,
    #[command(subcommand)]
    command: Option<JobsCommand>,
}

#[derive(Debug, Clone, Subcommand)]
enum JobsCommand {
    /// Show one job
    Show {
        /// The id of the job or of its task
        id: String,
    },
    /// Remove old jobs from the list; never one that may still bring audio
    #[command(after_help = "Examples:\n  ima jobs prune --older-than 90d")]
    Prune {
        /// The age, for example 90d, 2w or 12h
        #[arg(long, value_name = "AGE", value_parser = age)]
        older_than: Duration,
    },
}

pub(crate) async fn run(common: &Common, args: JobsArgs) -> Result<Exit, CommandError> {
    match args.command {
        None => list(common, args.open).await,
        Some(JobsCommand::Show { id }) => show(common, &id).await,
        Some(JobsCommand::Prune { older_than }) => prune(common, older_than).await,
    }
}

async fn list(common: &Common, open: bool) -> Result<Exit, CommandError> {
    let language = common.language();
    let mut jobs = setup::journal(common).await?.list().await?;
    jobs.retain(|job| !open || job.is_open());
    if common.json {
        #[derive(Serialize)]
        struct List<'a> {
            jobs: Vec<Row<'a>>,
        }
        out::json(&List {
            jobs: jobs.iter().map(Row::of).collect(),
        });
    } else if jobs.is_empty() {
        let none = if open {
            text::no_open_jobs()
        } else {
            say!("No jobs yet.", "没有任务。")
        };
        out::line(none.get(language));
    } else {
        table::print(jobs.iter().map(|job| {
            [
                job.id.clone(),
                local(job.created_at),
                kind(job).get(language).to_owned(),
                job.model_name.clone().unwrap_or_default(),
                state(job).get(language).to_owned(),
            ]
        }));
    }
    Ok(Exit::Done)
}

async fn show(common: &Common, id: &str) -> Result<Exit, CommandError> {
    let language = common.language();
    let job = setup::journal(common).await?.get(id).await?;
    let job = job.ok_or_else(|| text::no_such_job(id))?;
    if common.json {
        out::json(&Row::of(&job));
        return Ok(Exit::Done);
    }
    let rows = [
        (say!("Job", "任务"), Text::same(&*job.id)),
        (say!("State", "状态"), state(&job)),
        (say!("Kind", "类型"), kind(&job)),
        (
            say!("Model", "模型"),
            Text::same(job.model_name.as_deref().unwrap_or_default()),
        ),
        (
            say!("Task id", "服务端编号"),
            Text::same(job.task_id.as_deref().unwrap_or_default()),
        ),
        (say!("Started", "开始于"), Text::same(local(job.created_at))),
        (say!("Changed", "更新于"), Text::same(local(job.updated_at))),
    ];
    let rows = rows.map(|(name, value)| [name, value].map(|it| it.get(language).to_owned()));
    table::print(rows.into_iter().filter(|[_, value]| !value.is_empty()));
    if job.is_open() {
        let next = match job.task_id {
            Some(_) if job.state == JobState::Finished => text::save_later(&job.id),
            Some(_) => text::resume(&job.id),
            None => text::unknown(&job.id),
        };
        out::line(next.get(language));
    }
    Ok(Exit::Done)
}

async fn prune(common: &Common, older_than: Duration) -> Result<Exit, CommandError> {
    let removed = setup::journal(common).await?.prune(older_than).await?;
    if common.json {
        #[derive(Serialize)]
        struct Pruned {
            removed: u64,
        }
        out::json(&Pruned { removed });
    } else if !common.quiet {
        let line = match removed {
            0 => say!("Nothing to remove.", "没有需要清除的任务。"),
            1 => say!("Removed 1 job.", "已清除 1 项任务。"),
            _ => say!("Removed {removed} jobs.", "已清除 {removed} 项任务。"),
        };
        out::line(line.get(common.language()));
    }
    Ok(Exit::Done)
}

/// Reads an age such as `90d`. A day has 24 hours, for an age needs no calendar.
fn age(text: &str) -> Result<Duration, jiff::Error> {
    let span: Span = text.parse()?;
    let age = span.to_duration(SpanRelativeTo::days_are_24_hours())?;
    Duration::try_from(age)
}

fn kind(job: &Job) -> Text {
    job.task
        .map_or_else(|| Text::same(""), |task| text::task(task_of_job(task)))
}

fn state(job: &Job) -> Text {
    match job.state {
        JobState::Creating => say!("starting", "正在开始"),
        JobState::Waiting => say!("running, paid", "进行中，已付费"),
        JobState::Finished if !job.saved => {
            say!("ready, paid, not saved", "已生成，已付费，未保存")
        }
        JobState::Finished => say!("delivered", "已交付"),
        JobState::Failed => say!("failed", "失败"),
        _ => say!("unknown whether it started", "不确定是否已开始"),
    }
}

/// A point in time, in seconds since 1970, on the clock of this place.
fn local(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(
        |_| "?".to_owned(),
        |time| {
            let time = time.to_zoned(TimeZone::system());
            time.strftime("%Y-%m-%d %H:%M").to_string()
        },
    )
}

/// A job in JSON. Times are in seconds since 1970.
#[derive(Serialize)]
struct Row<'a> {
    job: &'a str,
    task_id: Option<&'a str>,
    task: Option<&'static str>,
    model_name: Option<&'a str>,
    state: &'static str,
    /// Whether all of its audio was kept on this machine.
    saved: bool,
    open: bool,
    created_at: i64,
    updated_at: i64,
}

impl<'a> Row<'a> {
    fn of(job: &'a Job) -> Self {
        Self {
            job: &job.id,
            task_id: job.task_id.as_deref(),
            task: job.task.map(|task| task_word(task_of_job(task))),
            model_name: job.model_name.as_deref(),
            state: job.state.as_str(),
            saved: job.saved,
            open: job.is_open(),
            created_at: job.created_at,
            updated_at: job.updated_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_a_number_with_a_unit() {
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        for (text, expected) in [("90d", 90 * 24), ("2w", 14 * 24), ("12h", 12), ("0d", 0)] {
            assert_eq!(age(text).unwrap(), hours(expected), "{text}");
        }
        for text in ["", "90", "-3d", "1mo", "soon"] {
            assert!(age(text).is_err(), "{text}");
        }
    }
}
