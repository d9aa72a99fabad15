//! Generates the parts of a narration a few at a time, and joins them.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

use ima_host::{Resume, Runtime};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use serde::Serialize;

use super::Narration;
use super::audio::Container;
use super::joined::{self, Place};
use super::plan::{Plan, Planned, Step};
use crate::command_error::CommandError;
use crate::commands::resume;
use crate::exit::Exit;
use crate::folders;
use crate::generate::{self, OptionNames, OptionSet, Run, batch};
use crate::library::{Library, Record};
use crate::options::{Common, Delivery, Generate};
use crate::target::{Existing, Share, Target};
use crate::ui::confirm::{self, Asking};
use crate::ui::out;
use crate::ui::text::{self, command_error, say};

pub(super) async fn run(
    common: &Common,
    runtime: &Runtime,
    narration: &Narration,
    plan: Plan,
    options: &Generate,
    wanted: Option<Container>,
) -> Result<Exit, CommandError> {
    let language = common.language();
    let place = Place::of(narration, &options.delivery, wanted).map_err(CommandError::unspent)?;
    let folder = common.data().ok_or_else(text::journal)?.join("parts");
    let _lock = lock(&folder)?;
    if !common.quiet {
        out::error(plan.summary().get(language));
    }
    let target = Target::reserve(
        &Delivery {
            out: Some(folder.clone()),
            ..Delivery::default()
        },
        Share::Several,
        Existing::Compared,
    )?;
    // Of the parts nothing is shown but trouble: the narration has a bar of its own.
    let silent = Common {
        quiet: true,
        json: true,
        ..common.clone()
    };
    let delivery = Delivery {
        deadline: options.delivery.deadline,
        events: options.delivery.events,
        ..Delivery::default()
    };
    let mut seen = HashSet::new();
    let open = |it: &&Planned| !matches!(it.step, Step::Here(_));
    let open = plan.parts.iter().filter(open);
    let open: Vec<&Planned> = open.filter(|it| seen.insert(it.key.as_str())).collect();
    let mut run = Run::new(&silent, runtime, &delivery, Some(target));
    run.numbered = true;
    run.notes = open.iter().map(|it| note(narration, it)).collect();
    if let Some(first) = plan.parts.first() {
        run.names = OptionNames::of(&first.request, OptionSet::Commands);
    }
    if let Some(above) = confirm::threshold(&options.spending)
        && plan.points > above
        && !confirm::ask(
            &Asking::Total(plan.points),
            language,
            &mut run.interrupt.clone(),
        )
        .await
    {
        return Err(generate::declined());
    }
    let bar = bar(common, plan.parts.len(), plan.parts.len() - open.len());
    run.progress = Some(bar.clone());
    let begin = async |index: usize| {
        let Some(it) = open.get(index) else {
            return Err(text::no_such_job(""));
        };
        match &it.step {
            Step::Resume(job) => resume::resume(runtime, job, Resume::job(job), &delivery).await,
            Step::Here(_) | Step::Buy => {
                let mut request = it.request.clone();
                request.deadline = delivery.deadline();
                let started = runtime.start(request).await;
                started.map_err(|error| CommandError::of_request(&error, &run.names))
            }
        }
    };
    let concurrency = options.several.concurrency;
    let all = batch::drive(&run, open.len(), concurrency, begin).await;
    bar.finish_and_clear();
    let done =
        |ended: &Option<generate::Ended>| ended.as_ref().is_some_and(|it| it.exit == Exit::Done);
    let missing = all.iter().filter(|it| !done(it)).count();
    if missing > 0 {
        let exits = all.iter().flatten().map(|it| it.exit);
        let exit = exits
            .max_by_key(|it| it.weight())
            .filter(|it| *it != Exit::Done);
        return Ok(unfinished(
            common,
            &plan,
            missing,
            exit.unwrap_or(Exit::Refused),
        ));
    }
    let joined = joined::join(common, narration, &plan, &place, wanted, &folder)?;
    joined.tell(common, options.delivery.events);
    if options.delivery.play {
        generate::play_files(std::slice::from_ref(&joined.file), &run.screen);
    }
    Ok(Exit::Done)
}

/// What the library is to know of a part.
fn note(narration: &Narration, planned: &Planned) -> Record {
    Record {
        task: "speech".to_owned(),
        title: narration.book.title.clone(),
        part: Some(planned.key.clone()),
        ..Record::default()
    }
}

/// One narration at a time: two of the same text would pay for it twice.
fn lock(folder: &Path) -> Result<File, CommandError> {
    let opened = folders::create_private(folder).and_then(|()| File::create(folder.join(".lock")));
    let file = opened.map_err(|_| text::journal())?;
    match file.try_lock() {
        Err(fs::TryLockError::WouldBlock) => Err(command_error!(
            JobInUse,
            "Another narration is under way. Nothing was spent." => "Wait until it ends.",
            "另一个长文本正在生成。没有扣除积分。" => "请等它结束。"
        )),
        _ => Ok(file),
    }
}

fn bar(common: &Common, parts: usize, here: usize) -> ProgressBar {
    if common.quiet || common.json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let template = say!(
        "{{spinner}} [{{bar:30}}] {{pos}} of {{len}} parts",
        "{{spinner}} [{{bar:30}}] {{pos}} / {{len}} 段"
    );
    let style = ProgressStyle::with_template(template.get(common.language()));
    let bar = ProgressBar::new(parts as u64);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_position(here as u64);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// Some parts are missing: what is paid for is kept.
fn unfinished(common: &Common, plan: &Plan, missing: usize, exit: Exit) -> Exit {
    let parts = plan.parts.len();
    let message = say!(
        "{missing} of {parts} parts are missing, so nothing was joined.",
        "{parts} 段里还缺 {missing} 段，没有合并。"
    );
    let advice = say!(
        "Run the same command again: it goes on from there, and what is paid for is not paid again.",
        "再次运行同样的命令会从这里继续，已付费的不会再次扣积分。"
    );
    let language = common.language();
    out::error(message.get(language));
    out::error(advice.get(language));
    if common.json {
        #[derive(Serialize)]
        struct Unfinished<'a> {
            error: Problem<'a>,
        }
        #[derive(Serialize)]
        struct Problem<'a> {
            cause: &'a str,
            message: &'a str,
            advice: &'a str,
            parts: usize,
            missing: usize,
        }
        out::json(&Unfinished {
            error: Problem {
                cause: "unfinished",
                message: message.get(language),
                advice: advice.get(language),
                parts,
                missing,
            },
        });
    }
    exit
}

/// The narration itself is in the library, too.
pub(super) fn remember(
    library: &Library,
    narration: &Narration,
    plan: &Plan,
    path: &Path,
    jobs: Vec<String>,
) {
    let id = narration_id(plan);
    library.change(&id, |record| {
        record.created_at = Timestamp::now().as_second();
        record.task = "narration".to_owned();
        record.title.clone_from(&narration.book.title);
        record.points = record.points.saturating_add(plan.points);
        record.files = vec![std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())];
        record.parts = jobs;
    });
}

fn narration_id(plan: &Plan) -> String {
    let first = plan.parts.first().map(|it| it.key.as_str());
    format!("n{}", first.and_then(|it| it.get(..9)).unwrap_or("0"))
}
