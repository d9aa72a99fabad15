//! `ima resume [ID]`

use ima_host::Job;
use ima_host::types::{Language, OnUnknown, TaskType};
use serde::Serialize;

use crate::args::{Common, Resume};
use crate::exit::Exit;
use crate::setup::{self, Trouble};
use crate::{drive, files, report, text};

pub(crate) async fn run(common: &Common, options: Resume) -> Exit {
    let result = match &options.id {
        Some(id) => resume(common, &options, id).await,
        None => list(common),
    };
    result.unwrap_or_else(|trouble| trouble.report(common))
}

async fn resume(common: &Common, options: &Resume, id: &str) -> Result<Exit, Trouble> {
    let language = common.language();
    files::check(&options.wait, language).map_err(Trouble::usage)?;
    let journal = setup::journal(language)?;
    let runtime = setup::runtime(common, Some(journal), options.wait.deadline)?;
    let on_unknown = if options.create_again {
        OnUnknown::CreateAgain
    } else {
        OnUnknown::Report
    };
    let generation = runtime.resume_job(id, on_unknown).await.map_err(|error| {
        let trouble = Trouble::of(&error, language);
        let job = runtime.journal().and_then(|it| it.get(id).ok().flatten());
        match job.filter(|job| !job.continuation.is_empty()) {
            Some(job) => trouble.with_job(&job),
            None => trouble,
        }
    })?;
    drive::run(common, &runtime, generation, &options.wait).await
}

fn list(common: &Common) -> Result<Exit, Trouble> {
    let language = common.language();
    let jobs = setup::journal(language)?
        .list()
        .map_err(|error| Trouble::of(&error.into(), language))?;
    let open: Vec<_> = jobs
        .iter()
        .filter(|job| job.state.is_open())
        .map(Row::of)
        .collect();
    if common.json {
        #[derive(Serialize)]
        struct Jobs<'a> {
            jobs: &'a [Row<'a>],
        }
        report::print(&Jobs { jobs: &open });
    } else if open.is_empty() {
        println!("{}", text::no_jobs(language));
    } else {
        for row in &open {
            println!("{}", row.line(language));
        }
    }
    Ok(Exit::Done)
}

/// A job in the list.
#[derive(Serialize)]
struct Row<'a> {
    job: &'a str,
    task_id: Option<&'a str>,
    music: Option<bool>,
    model_name: Option<&'a str>,
    state: &'static str,
    created_at: i64,
}

impl<'a> Row<'a> {
    fn of(job: &'a Job) -> Self {
        Self {
            job: &job.id,
            task_id: job.task_id.as_deref(),
            music: job.task.map(|task| task == TaskType::TextToMusic),
            model_name: job.model_name.as_deref(),
            state: job.state.as_str(),
            created_at: job.created_at,
        }
    }

    fn line(&self, language: Language) -> String {
        let task = self
            .music
            .map(|music| text::task(language, music))
            .unwrap_or_default();
        let cells = [
            self.job,
            &task,
            self.model_name.unwrap_or_default(),
            self.task_id.unwrap_or_default(),
        ];
        cells
            .into_iter()
            .filter(|cell| !cell.is_empty())
            .collect::<Vec<_>>()
            .join("  ")
    }
}
