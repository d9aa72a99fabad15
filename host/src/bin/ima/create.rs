//! What `ima music` and `ima speech` share: a new generation.

use ima_host::types::{Request, TaskType};

use crate::args::{Common, Create};
use crate::drive;
use crate::exit::Exit;
use crate::setup::{self, Trouble};
use crate::{files, params, text};

pub(crate) async fn run(common: &Common, options: Create, task: TaskType) -> Exit {
    match start(common, options, task).await {
        Ok(exit) => exit,
        Err(trouble) => trouble.report(common),
    }
}

async fn start(common: &Common, options: Create, task: TaskType) -> Result<Exit, Trouble> {
    let language = common.language();
    if options.prompt.trim().is_empty() {
        return Err(Trouble::usage(text::prompt_empty(language)));
    }
    let parameters = params::parse(&options.params)
        .map_err(|error| Trouble::usage(text::param(language, &error)))?;
    files::check(&options.wait, language).map_err(Trouble::usage)?;

    let journal = setup::journal(language)?;
    let runtime = setup::runtime(common, Some(journal), options.wait.deadline)?;
    let mut request = Request::new(task, &options.prompt, language);
    request.model_id = options.model;
    request.parameters = parameters;
    request.budget = options.budget;
    let generation = runtime
        .start(&request)
        .await
        .map_err(|error| Trouble::of(&error, language))?;
    drive::run(common, &runtime, generation, &options.wait).await
}
