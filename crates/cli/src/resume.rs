//! `ima resume`

use ima_host::types::OnUnknown;
use ima_host::{Generation, Runtime};

use crate::args::{Common, Resume};
use crate::drive::Run;
use crate::exit::Exit;
use crate::screen::Show;
use crate::setup::{self, Trouble};
use crate::target::{Share, Target};
use crate::{many, out, player, text};

pub(crate) async fn run(common: &Common, options: &Resume) -> Result<Exit, Trouble> {
    let language = common.language();
    let delivery = &options.delivery;
    let runtime = setup::spending(common, None, delivery.deadline)?;
    let job = |id: &String| runtime.journal()?.get(id).ok()?;
    let share = match options.id.as_ref() {
        Some(id) => Share::One(job(id).and_then(|job| job.task)),
        None => Share::Several,
    };
    let target = Target::reserve(delivery, share, language).map_err(|trouble| {
        match options.id.as_ref().and_then(job) {
            Some(job) => trouble.with_job(&job),
            None => trouble,
        }
    })?;
    let run = Run::new(common, &runtime, delivery, Some(target));
    if let Some(id) = &options.id {
        let on_unknown = if options.create_again {
            OnUnknown::CreateAgain
        } else {
            OnUnknown::Report
        };
        let ended = match take_up(&runtime, id, on_unknown, common).await {
            Ok(generation) => run.drive(generation, None).await,
            Err(trouble) => run.refuse(&trouble, None),
        };
        run.print(&ended.object);
        if delivery.play && !ended.files.iter().all(|file| player::play(file)) {
            out::error(&text::no_player(language));
        }
        return Ok(ended.exit);
    }
    let mut jobs = setup::jobs(&runtime, language)?;
    jobs.retain(|job| job.is_open());
    if jobs.is_empty() && !common.json {
        out::line(&text::no_open_jobs(language));
        return Ok(Exit::Done);
    }
    let begin = async |index: usize| {
        let Some(job) = jobs.get(index) else {
            return Err(Trouble::usage(text::no_such_job(language, "")));
        };
        let mut show = Show::new(&run.screen, Some(index + 1));
        show.line(&text::taken_up(
            language,
            &job.id,
            job.model_name.as_deref().unwrap_or_default(),
        ));
        take_up(&runtime, &job.id, OnUnknown::Report, common).await
    };
    let all = many::drive(&run, jobs.len(), options.concurrency, begin).await;
    Ok(many::conclude(&run, &all))
}

async fn take_up(
    runtime: &Runtime,
    id: &str,
    on_unknown: OnUnknown,
    common: &Common,
) -> Result<Generation, Trouble> {
    runtime.resume_job(id, on_unknown).await.map_err(|error| {
        let trouble = Trouble::of(&error, common.language());
        let job = runtime.journal().and_then(|it| it.get(id).ok().flatten());
        match job.filter(|job| !job.continuation.is_empty()) {
            Some(job) => trouble.with_job(&job),
            None => trouble,
        }
    })
}
