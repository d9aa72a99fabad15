//! What every command that generates shares: the usual model, the price, and one generation or
//! several.

pub(crate) mod asked;
mod deliver;
mod drive;
pub(crate) mod failure;
pub(crate) mod many;

use std::num::NonZeroUsize;

use ima_host::types::Request;
use ima_host::{Credential, Generation, Runtime};

pub(crate) use asked::{Asked, Manner};
pub(crate) use drive::{Ended, Run};

use crate::command_error::CommandError;
use crate::commands::quote::{self, Shown};
use crate::exit::Exit;
use crate::options::{Common, Delivery, Generate, Spending};
use crate::preferences::Habit;
use crate::report::Summary;
use crate::target::{Share, Target};
use crate::ui::confirm::{self, Asking};
use crate::ui::out;
use crate::ui::screen::Show;
use crate::ui::text::{self, command_error};
use crate::{player, prompts, setup};

/// What is to be generated.
pub(crate) struct Wish {
    /// The request; its prompt is replaced by each of the prompts.
    pub(crate) request: Request,
    pub(crate) prompts: Prompts,
    pub(crate) habit: Habit,
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

/// Where the audio goes, and what may be spent.
pub(crate) struct Terms<'a> {
    pub(crate) spending: &'a Spending,
    pub(crate) delivery: &'a Delivery,
    /// In place of the environment's.
    pub(crate) credential: Option<Credential>,
    /// Which options the request was made with. As the skills' scripts do it, nothing is fetched,
    /// and the object has their keys.
    pub(crate) manner: Manner,
}

/// Generates by the options of `ima music` and `ima speech`, from a request without its prompt.
pub(crate) async fn run_options(
    common: &Common,
    request: Request,
    options: Generate,
) -> Result<Exit, CommandError> {
    let wish = Wish {
        request,
        prompts: prompts::of(options.prompt, options.several)?,
        habit: if options.once {
            Habit::Leave
        } else {
            Habit::Save
        },
    };
    let terms = Terms {
        spending: &options.spending,
        delivery: &options.delivery,
        credential: None,
        manner: Manner::Options,
    };
    run(common, wish, terms).await
}

/// Generates, shows and saves.
pub(crate) async fn run(
    common: &Common,
    mut wish: Wish,
    terms: Terms<'_>,
) -> Result<Exit, CommandError> {
    let (spending, delivery) = (terms.spending, terms.delivery);
    if wish.prompts.all().iter().any(|it| it.trim().is_empty()) {
        return Err(prompts::empty());
    }
    let script = terms.manner == Manner::Script;
    let runtime = if spending.dry_run {
        setup::asking(common, terms.credential)?
    } else {
        setup::spending(common, terms.credential, delivery)?
    };
    let target = if script || spending.dry_run {
        None
    } else {
        let share = match wish.prompts {
            Prompts::One(_) => Share::One(Some(wish.request.task)),
            Prompts::Several(..) => Share::Several,
        };
        Some(Target::reserve(delivery, share).map_err(CommandError::unspent)?)
    };
    let runtime = match wish.habit {
        Habit::Save | Habit::Confirm => runtime,
        Habit::Leave => runtime.for_once(),
    };
    let request = &mut wish.request;
    request.language = common.language();
    request.budget = spending.budget;
    *request = runtime.with_usual_model(request).await;
    let asked = Asked::of(request, terms.manner);
    if spending.dry_run {
        let shown = Shown {
            asked: &asked,
            body: true,
            several: matches!(wish.prompts, Prompts::Several(..)),
            events: delivery.events,
        };
        return quote::show(common, &runtime, &wish.request, wish.prompts.all(), &shown).await;
    }
    let mut run = Run::new(common, &runtime, delivery, target);
    run.no_wait = spending.no_wait;
    run.asked = asked;
    match &wish.prompts {
        Prompts::One(prompt) => {
            run.confirm_above = confirm::threshold(spending);
            let ended = match start(&run, &wish.request, prompt).await {
                Ok(generation) => run.drive(generation, None).await,
                Err(error) => run.refuse(&error, None),
            };
            conclude(&run, &wish, &ended).await;
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
            agree(&run, spending, &mut wish.request, prompts).await?;
            let request = &wish.request;
            let begin = async |index: usize| {
                let prompt = prompts.get(index).map(String::as_str).unwrap_or_default();
                start(&run, request, prompt).await
            };
            let all = many::drive(&run, prompts.len(), *concurrency, begin).await;
            let mut ended = all.iter().flatten();
            let last = ended.clone().rfind(|it| it.success.is_some());
            if let Some(ended) = last.or_else(|| ended.next()) {
                conclude(&run, &wish, ended).await;
            }
            Ok(many::conclude(&run, &all))
        }
    }
}

/// A request with this prompt.
pub(crate) fn with_prompt(request: &Request, prompt: &str) -> Request {
    Request {
        prompt: prompt.to_owned(),
        ..request.clone()
    }
}

async fn start(run: &Run<'_>, request: &Request, prompt: &str) -> Result<Generation, CommandError> {
    let started = run.runtime.start(&with_prompt(request, prompt)).await;
    started.map_err(|error| CommandError::of_request(&error, &run.asked))
}

/// Plays the audio of a generation, if it was asked for.
pub(crate) fn play(run: &Run<'_>, ended: &Ended) {
    if run.delivery.play && !ended.files.iter().all(|file| player::play(file)) {
        Show::new(&run.screen, None).trouble(&text::no_player());
    }
}

/// What is left to do after the end of a generation.
async fn conclude(run: &Run<'_>, wish: &Wish, ended: &Ended) {
    if wish.habit == Habit::Confirm
        && let Some(success) = ended.success.as_ref().filter(|_| ended.remembered)
    {
        let (task, name) = (wish.request.task, &success.model_name);
        let language = run.common.language();
        if let Ok(words) = run.runtime.confirmation(task, name, language).await {
            Show::new(&run.screen, None).words(&words);
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
    let each = price(run.runtime, &with_prompt(request, first), &run.asked).await?;
    let points = each.saturating_mul(u32::try_from(prompts.len()).unwrap_or(u32::MAX));
    let asking = Asking::Several(prompts.len(), points);
    let mut interrupt = run.interrupt.clone();
    if points > above && !confirm::ask(&asking, run.common.language(), &mut interrupt).await {
        return Err(declined());
    }
    request.budget = Some(request.budget.map_or(each, |budget| budget.min(each)));
    Ok(())
}

/// What a request costs, in points.
async fn price(runtime: &Runtime, request: &Request, asked: &Asked) -> Result<u32, CommandError> {
    let quote = runtime.quote(request).await;
    let quote = quote.map_err(|error| CommandError::of_request(&error, asked))?;
    Ok(quote.points)
}

/// A person said no to the price.
pub(crate) fn declined() -> CommandError {
    command_error!(
        Declined,
        "Nothing was started and nothing was spent." => "To spend without being asked: --yes",
        "没有开始，也没有扣除积分。" => "不想被询问可以加上 --yes。"
    )
}
