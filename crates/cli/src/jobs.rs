//! `ima jobs`

use ima_host::types::{Language, TaskType};
use ima_host::{Job, JobState};
use serde::Serialize;

use crate::args::{Common, Jobs, JobsCommand};
use crate::exit::Exit;
use crate::setup::{self, Trouble};
use crate::{out, table, text, when};

pub(crate) fn run(common: &Common, options: &Jobs) -> Result<Exit, Trouble> {
    match &options.command {
        Some(JobsCommand::Show { id }) => show(common, id),
        None => list(common, options.open),
    }
}

fn list(common: &Common, open: bool) -> Result<Exit, Trouble> {
    let language = common.language();
    let journal = setup::journal(language)?;
    let jobs = journal.list();
    let mut jobs = jobs.map_err(|error| Trouble::of(&error.into(), language))?;
    jobs.retain(|job| !open || job.is_open());
    if common.json {
        #[derive(Serialize)]
        struct List<'a> {
            jobs: Vec<Row<'a>>,
        }
        out::json(&List {
            jobs: jobs.iter().map(Row::of).collect(),
        });
    } else if jobs.is_empty() && open {
        out::line(&text::no_open_jobs(language));
    } else if jobs.is_empty() {
        out::line(&text::no_jobs(language));
    } else {
        table::print(jobs.iter().map(|job| {
            [
                job.id.clone(),
                when::local(job.created_at),
                kind(language, job),
                job.model_name.clone().unwrap_or_default(),
                text::state(language, job),
            ]
        }));
    }
    Ok(Exit::Done)
}

fn show(common: &Common, id: &str) -> Result<Exit, Trouble> {
    let language = common.language();
    let journal = setup::journal(language)?;
    let job = journal.get(id);
    let job = job.map_err(|error| Trouble::of(&error.into(), language))?;
    let job = job.ok_or_else(|| Trouble::usage(text::no_such_job(language, id)))?;
    if common.json {
        out::json(&Row::of(&job));
        return Ok(Exit::Done);
    }
    let rows = [
        [text::job(language), job.id.clone()],
        [text::job_state(language), text::state(language, &job)],
        [text::job_kind(language), kind(language, &job)],
        [
            text::job_model(language),
            job.model_name.clone().unwrap_or_default(),
        ],
        [
            text::job_task(language),
            job.task_id.clone().unwrap_or_default(),
        ],
        [text::job_begun(language), when::local(job.created_at)],
        [text::job_changed(language), when::local(job.updated_at)],
    ];
    table::print(rows.into_iter().filter(|[_, value]| !value.is_empty()));
    if job.is_open() {
        out::line(&match job.task_id {
            Some(_) if job.state == JobState::Finished => text::save_later(language, &job.id),
            Some(_) => text::resume(language, &job.id),
            None => text::unknown(language, &job.id),
        });
    }
    Ok(Exit::Done)
}

fn kind(language: Language, job: &Job) -> String {
    job.task
        .map_or_else(String::new, |task| text::task(language, task))
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
            task: job.task.map(|task| match task {
                TaskType::TextToMusic => "music",
                TaskType::TextToSpeech => "speech",
            }),
            model_name: job.model_name.as_deref(),
            state: job.state.as_str(),
            saved: job.saved,
            open: job.is_open(),
            created_at: job.created_at,
            updated_at: job.updated_at,
        }
    }
}
