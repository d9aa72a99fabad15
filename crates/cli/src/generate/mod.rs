//! What every command that generates shares: the usual model, the price, and one generation or
//! several.

pub(crate) mod batch;
mod deliver;
mod drive;
pub(crate) mod failure;
pub(crate) mod option_names;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use ima_host::types::{Options, Started, TaskType};
use ima_host::{Generation, Request, Runtime};
use serde_json::Value;

pub(crate) use drive::{Ended, Run};
pub(crate) use option_names::{OptionNames, OptionSet};

use crate::command_error::CommandError;
use crate::commands::quote::{self, Shown};
use crate::exit::Exit;
use crate::library::Record;
use crate::options::{Common, Delivery, Generate, Spending, task_word};
use crate::player::{self, Played};
use crate::preferences::{AfterSuccess, Usual};
use crate::report::Summary;
use crate::target::{Existing, Share, Target};
use crate::ui::confirm::{self, Asking};
use crate::ui::out;
use crate::ui::screen::{EventPrinter, Screen};
use crate::ui::text::{self, Text, command_error, say};
use crate::{config, names, prompts};

/// What is to be generated.
pub(crate) struct Batch {
    /// The request; its prompt is replaced by each of the prompts.
    pub(crate) request: Request,
    pub(crate) prompts: Prompts,
    pub(crate) after_success: AfterSuccess,
}

/// What to generate from.
pub(crate) enum Prompts {
    One(String),
    Several(Vec<String>, Option<NonZeroUsize>),
}

impl Prompts {
    pub(crate) fn all(&self) -> &[String] {
        match self {
            Self::One(prompt) => std::slice::from_ref(prompt),
            Self::Several(prompts, _) => prompts,
        }
    }
}

/// Shows what will be generated, and what it costs.
pub(crate) type Announce<'a> = &'a dyn Fn(&Started);

/// Where the audio goes, and what may be spent.
pub(crate) struct RunOptions<'a> {
    pub(crate) spending: &'a Spending,
    pub(crate) delivery: &'a Delivery,
    /// Told before a single generation spends: then a person is asked at any price.
    pub(crate) announce: Option<Announce<'a>>,
    /// Which options the request was made with. With those of the skills' scripts nothing is saved,
    /// and the JSON object has their keys.
    pub(crate) options: OptionSet,
}

/// Generates by the options of `ima music` and `ima speech`, from a request without its prompt.
pub(crate) async fn run_options(
    common: &Common,
    runtime: &Runtime,
    request: Request,
    options: Generate,
) -> Result<Exit, CommandError> {
    let batch = Batch {
        request,
        prompts: prompts::of(&options.prompt, options.several)?,
        after_success: if options.once {
            AfterSuccess::Leave
        } else {
            AfterSuccess::Remember
        },
    };
    let run_options = RunOptions {
        spending: &options.spending,
        delivery: &options.delivery,
        announce: None,
        options: OptionSet::Commands,
    };
    run(common, runtime, batch, run_options).await
}

/// Generates, shows and saves.
pub(crate) async fn run(
    common: &Common,
    runtime: &Runtime,
    mut batch: Batch,
    options: RunOptions<'_>,
) -> Result<Exit, CommandError> {
    let (spending, delivery) = (options.spending, options.delivery);
    if batch.prompts.all().iter().any(|it| it.trim().is_empty()) {
        return Err(prompts::empty());
    }
    if delivery.is_stdout() && (common.json || delivery.events) {
        return Err(command_error!(
            Usage,
            "--out - and --json or --events both write to standard output."
                => "Name a file with --out.",
            "--out - 与 --json 或 --events 都要写到标准输出。" => "请用 --out 指定文件。"
        ));
    }
    let script = options.options == OptionSet::Scripts;
    let target = if script || spending.dry_run {
        None
    } else {
        let share = match batch.prompts {
            Prompts::One(_) => Share::One(Some(batch.request.task), outputs(&batch.request)),
            Prompts::Several(..) => Share::Several,
        };
        Some(Target::reserve(delivery, share, Existing::Refused).map_err(CommandError::unspent)?)
    };
    let request = &mut batch.request;
    request.language = common.language();
    request.budget = spending.budget;
    request.deadline = delivery.deadline();
    request.remember_model = batch.after_success != AfterSuccess::Leave;
    let names = OptionNames::of(request, options.options);
    if spending.dry_run {
        let shown = Shown {
            names: &names,
            body: true,
            several: matches!(batch.prompts, Prompts::Several(..)),
            events: delivery.events,
        };
        return quote::show(common, runtime, &batch.request, batch.prompts.all(), &shown).await;
    }
    let former = usual(common, runtime, &batch).await;
    let mut run = Run::new(common, runtime, delivery, target);
    run.notes = notes(&batch, delivery);
    run.no_wait = spending.no_wait;
    run.names = names;
    match &batch.prompts {
        Prompts::One(prompt) => {
            run.announce = options.announce;
            run.confirm_above = confirm::threshold(spending);
            let ended = match start(&run, &batch.request, prompt).await {
                Ok(generation) => run.drive(generation, None).await,
                Err(error) => run.refuse(&error, None),
            };
            conclude(&run, &batch, &ended, former).await;
            match &ended.success {
                Some(success) if script && common.json => {
                    out::pretty(&Summary::of_scripts(success));
                }
                _ => run.print(&ended.report),
            }
            Ok(ended.exit)
        }
        Prompts::Several(prompts, concurrency) => {
            run.numbered = true;
            agree(&run, spending, &mut batch.request, prompts).await?;
            let request = &batch.request;
            let begin = async |index: usize| {
                let prompt = prompts.get(index).map(String::as_str).unwrap_or_default();
                start(&run, request, prompt).await
            };
            let all = batch::drive(&run, prompts.len(), *concurrency, begin).await;
            let mut ended = all.iter().flatten();
            let last = ended.clone().rfind(|it| it.success.is_some());
            if let Some(ended) = last.or_else(|| ended.next()) {
                conclude(&run, &batch, ended, former).await;
            }
            Ok(batch::conclude(&run, &all))
        }
    }
}

/// How many outputs a request asks for. What can't be read is refused later.
fn outputs(request: &Request) -> usize {
    let asked = match request.parameters.get("n") {
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(number) => number.as_u64().and_then(|it| it.try_into().ok()),
        None => None,
    };
    asked.unwrap_or(1).clamp(1, MOST_OUTPUTS)
}

/// More outputs than any model brings at once.
const MOST_OUTPUTS: usize = 100;

/// A request with this prompt.
pub(crate) fn with_prompt(request: &Request, prompt: &str) -> Request {
    let mut request = request.clone();
    prompt.clone_into(&mut request.prompt);
    request
}

async fn start(run: &Run<'_>, request: &Request, prompt: &str) -> Result<Generation, CommandError> {
    let started = run.runtime.start(with_prompt(request, prompt)).await;
    started.map_err(|error| CommandError::of_request(&error, &run.names))
}

/// Plays the audio of a generation, if it was asked for.
pub(crate) fn play(run: &Run<'_>, ended: &Ended) {
    if !run.delivery.play {
        return;
    }
    play_files(&ended.files, &run.screen);
}

/// Plays files one after the other.
pub(crate) fn play_files(files: &[PathBuf], screen: &Screen) {
    for file in files {
        let trouble = match player::play(file) {
            Played::Done => continue,
            Played::NoPlayer => text::no_player(),
            Played::Failed(player) => text::not_played(file, player),
        };
        EventPrinter::new(screen, None).trouble(&trouble);
        break;
    }
}

/// The model that is taken if none is named, if this one may take its place without a word.
async fn usual(common: &Common, runtime: &Runtime, batch: &Batch) -> Option<String> {
    let request = &batch.request;
    if batch.after_success != AfterSuccess::Remember || request.model_id.is_none() {
        return None;
    }
    let usual = Usual::of(runtime, common).get(request.task).await.ok()?;
    // Without one, the service's recommendation counts.
    let recommended = match request.task {
        TaskType::TextToMusic => "sonic",
        TaskType::TextToSpeech => "seed-tts-2.0",
    };
    Some(usual.map_or_else(|| recommended.to_owned(), |it| it.model_id))
}

/// One try changed the usual model.
fn new_habit(task: TaskType, model: &str, former: &str) -> Text {
    let word = task_word(task);
    say!(
        "{model} is your usual model for {word} from now on. To undo: ima prefs set {word} {former} (next time: --once)",
        "以后 {word} 默认用 {model}。撤销：ima prefs set {word} {former}（下次可以加 --once）"
    )
}

/// What the library is to know of each generation.
fn notes(batch: &Batch, delivery: &Delivery) -> Vec<Record> {
    let request = &batch.request;
    let title = match &request.options {
        Some(Options::Music(options)) => options.title.clone(),
        _ => None,
    };
    let out = delivery.out.as_ref().filter(|_| !delivery.is_stdout());
    let out = out.and_then(|it| std::path::absolute(it).ok());
    let note = Record {
        task: task_word(request.task).to_owned(),
        title,
        out,
        ..Record::default()
    };
    let history = config::get().history;
    let of = |prompt: &String| Record {
        name: names::of(note.title.as_deref().unwrap_or(prompt)),
        prompt: history.then(|| prompt.clone()),
        request: history
            .then(|| serde_json::to_value(with_prompt(request, prompt)).ok())
            .flatten(),
        ..note.clone()
    };
    batch.prompts.all().iter().map(of).collect()
}

/// What is left to do after the end of a generation.
async fn conclude(run: &Run<'_>, batch: &Batch, ended: &Ended, former: Option<String>) {
    if let (Some(former), Some(success)) = (former, &ended.success)
        && ended.remembered
        && !former.eq_ignore_ascii_case(&success.model_id)
    {
        let words = new_habit(batch.request.task, &success.model_name, &former);
        EventPrinter::new(&run.screen, None).note(&words);
    }
    if batch.after_success == AfterSuccess::RememberAndSay
        && let Some(success) = ended.success.as_ref().filter(|_| ended.remembered)
    {
        let (task, name) = (batch.request.task, &success.model_name);
        let language = run.common.language();
        if let Ok(words) = run.runtime.confirmation(task, name, language).await {
            EventPrinter::new(&run.screen, None).words(&words);
        }
    }
    play(run, ended);
}

/// Asks a person about what several generations cost together. What was agreed to is the most that
/// each of them may cost: it reads the prices again.
async fn agree(
    run: &Run<'_>,
    spending: &Spending,
    request: &mut Request,
    prompts: &[String],
) -> Result<(), CommandError> {
    let (Some(above), Some(first)) = (confirm::threshold(spending), prompts.first()) else {
        return Ok(());
    };
    let each = price(run.runtime, with_prompt(request, first), &run.names).await?;
    let points = each.saturating_mul(u32::try_from(prompts.len()).unwrap_or(u32::MAX));
    let asking = Asking::Several(prompts.len(), points);
    let mut interrupt = run.interrupt.clone();
    if points > above && !confirm::ask(&asking, run.common.language(), &mut interrupt).await {
        return Err(declined());
    }
    request.budget = Some(request.budget.map_or(each, |budget| budget.min(each)));
    Ok(())
}

/// What a request costs at the most, in points.
async fn price(
    runtime: &Runtime,
    request: Request,
    names: &OptionNames,
) -> Result<u32, CommandError> {
    let quote = runtime.quote(request).await;
    let quote = quote.map_err(|error| CommandError::of_request(&error, names))?;
    Ok(quote.most_points)
}

/// A person said no to the price.
pub(crate) fn declined() -> CommandError {
    command_error!(
        Declined,
        "Nothing was started and nothing was spent." => "To spend without being asked: --yes",
        "没有开始，也没有扣除积分。" => "不想被询问可以加上 --yes。"
    )
}
