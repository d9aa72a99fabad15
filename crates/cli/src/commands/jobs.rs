//! `ima jobs`: the jobs of this machine.

use std::time::Duration;

use clap::{Args, Subcommand};
use clap_complete::ArgValueCandidates;
use ima_host::{Job, JobState, Journal};
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Timestamp};
use serde::Serialize;

use super::completions;
use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::folders;
use crate::library::Library;
use crate::options::{Common, task_of_job, task_word};
use crate::setup;
use crate::ui::text::{self, Text, command_error, say};
use crate::ui::{out, table};

/// `ima jobs`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima jobs
  ima jobs --open --json
  ima jobs show 1f3a9c04be
  ima jobs forget 1f3a9c04be
  ima jobs prune --older-than 90d")]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct JobsArgs {
    /// Only the jobs that may still bring audio
    /// ¦ 只看还可能有音频的任务
    #[arg(long)]
    open: bool,
    #[command(subcommand)]
    command: Option<JobsCommand>,
}

#[derive(Debug, Clone, Subcommand)]
enum JobsCommand {
    /// Show one job
    /// ¦ 查看一项任务
    Show {
        /// The id of the job or of its task
        /// ¦ 任务的编号
        #[arg(add = ArgValueCandidates::new(completions::jobs))]
        id: String,
    },
    /// Remove one job from the list, whatever its state. Audio that was paid for may be lost with it
    /// ¦ 从列表里删除一项任务，不论状态。已付费的音频可能因此丢失
    #[command(after_help = "Examples:\n  ima jobs forget 1f3a9c04be --yes")]
    Forget {
        /// The id of the job or of its task
        /// ¦ 任务的编号
        #[arg(add = ArgValueCandidates::new(completions::jobs))]
        id: String,
        /// Even if it may still bring audio
        /// ¦ 即使还可能有音频
        #[arg(long, short)]
        yes: bool,
    },
    /// Remove old jobs from the list; never one that may still bring audio
    /// ¦ 清除旧的任务；还可能有音频的不会清除
    #[command(after_help = "Examples:\n  ima jobs prune --older-than 90d")]
    Prune {
        /// The age, for example 90d, 2w or 12h
        /// ¦ 多久以前，例如 90d、2w 或 12h
        #[arg(long, value_name = "AGE", value_parser = age)]
        older_than: Duration,
    },
}

pub(crate) async fn run(common: &Common, args: JobsArgs) -> Result<Exit, CommandError> {
    match args.command {
        None => list(common, args.open).await,
        Some(JobsCommand::Show { id }) => show(common, &id).await,
        Some(JobsCommand::Forget { id, yes }) => forget(common, &id, yes).await,
        Some(JobsCommand::Prune { older_than }) => prune(common, older_than).await,
    }
}

async fn list(common: &Common, open: bool) -> Result<Exit, CommandError> {
    let language = common.language();
    let mut jobs = setup::journal(common).await?.list().await?;
    let library = Library::of(common);
    jobs.retain(|job| !open || job.is_open());
    if common.json {
        #[derive(Serialize)]
        struct List<'a> {
            jobs: Vec<Row<'a>>,
        }
        out::json(&List {
            jobs: jobs.iter().map(|it| Row::of(it, &library)).collect(),
        });
    } else if jobs.is_empty() {
        let none = if open {
            text::no_open_jobs()
        } else {
            say!("No jobs yet.", "没有任务。")
        };
        out::line(none.get(language));
    } else {
        let headings = [
            say!("JOB", "任务"),
            say!("STARTED", "开始于"),
            say!("KIND", "类型"),
            say!("MODEL", "模型"),
            say!("STATE", "状态"),
        ];
        let rows = jobs.iter().map(|job| {
            [
                job.id.clone(),
                local(job.created_at),
                kind(job).get(language).to_owned(),
                job.model_name.clone().unwrap_or_default(),
                state(job, &library).get(language).to_owned(),
            ]
        });
        table::print(common, headings, rows);
    }
    if !common.json && !common.quiet {
        apart(common).await;
    }
    Ok(Exit::Done)
}

/// Says where the jobs of a simulator are, if there are any and the list is of the real ones.
async fn apart(common: &Common) {
    let other = folders::data_of(folders::SIMULATOR);
    let Some(folder) = other.filter(|it| it.is_dir() && common.data().as_ref() != Some(it)) else {
        return;
    };
    let jobs = match Journal::open(folder).await {
        Ok(journal) => journal.list().await.unwrap_or_default().len(),
        Err(_) => 0,
    };
    if jobs > 0 {
        let simulator = folders::SIMULATOR;
        let words = say!(
            "{jobs} more of a simulator: ima jobs --base-url {simulator}",
            "另有模拟器的任务 {jobs} 项：ima jobs --base-url {simulator}"
        );
        out::error(words.get(common.language()));
    }
}

/// Removes a job because a person said so.
async fn forget(common: &Common, id: &str, yes: bool) -> Result<Exit, CommandError> {
    let journal = setup::journal(common).await?;
    let library = Library::of(common);
    let job = journal
        .get(id)
        .await?
        .ok_or_else(|| text::no_such_job(id))?;
    let id = &job.id;
    if job.is_open() && !library.is_unknown(id) && !yes {
        return Err(command_error!(
            Usage,
            "The job {id} may still bring audio that was paid for."
                => "To fetch it: ima resume {id}. To forget it all the same: ima jobs forget {id} --yes",
            "任务 {id} 还可能有已付费的音频。"
                => "取回：ima resume {id}；仍要删除：ima jobs forget {id} --yes"
        ));
    }
    journal.forget(id).await?;
    library.remove(id);
    if !common.quiet && !common.json {
        let words = say!("Forgotten: {id}", "已删除：{id}");
        out::line(words.get(common.language()));
    }
    if common.json {
        #[derive(Serialize)]
        struct Forgotten<'a> {
            forgotten: &'a str,
        }
        out::json(&Forgotten { forgotten: id });
    }
    Ok(Exit::Done)
}

async fn show(common: &Common, id: &str) -> Result<Exit, CommandError> {
    let language = common.language();
    let job = setup::journal(common).await?.get(id).await?;
    let job = job.ok_or_else(|| text::no_such_job(id))?;
    let library = Library::of(common);
    if common.json {
        out::json(&Row::of(&job, &library));
        return Ok(Exit::Done);
    }
    let rows = [
        (say!("Job", "任务"), Text::same(&*job.id)),
        (say!("State", "状态"), state(&job, &library)),
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
    table::print_plain(rows.into_iter().filter(|[_, value]| !value.is_empty()));
    if job.is_open() {
        let next = match job.task_id {
            Some(_) if library.is_unknown(&job.id) => text::forget(&job.id),
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

fn state(job: &Job, library: &Library) -> Text {
    match job.state {
        JobState::Waiting if library.is_unknown(&job.id) => {
            say!("unknown to the service", "服务查不到")
        }
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
    /// Whether the service says that it doesn't know the task.
    unknown_to_service: bool,
    created_at: i64,
    updated_at: i64,
}

impl<'a> Row<'a> {
    fn of(job: &'a Job, library: &Library) -> Self {
        Self {
            job: &job.id,
            task_id: job.task_id.as_deref(),
            task: job.task.map(|task| task_word(task_of_job(task))),
            model_name: job.model_name.as_deref(),
            state: job.state.as_str(),
            saved: job.saved,
            open: job.is_open(),
            unknown_to_service: library.is_unknown(&job.id),
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
