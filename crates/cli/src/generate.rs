//! What every command that generates shares: the usual model, the price, and one generation or
//! several.

use std::num::NonZeroUsize;

use ima_host::types::Request;
use ima_host::{Credential, Generation};

use crate::args::{Common, Delivery, Spending};
use crate::confirm::{self, Asking};
use crate::drive::{Ended, Run};
use crate::exit::Exit;
use crate::naming::{Asked, Manner};
use crate::quote::Shown;
use crate::screen::Show;
use crate::setup::{self, Trouble};
use crate::target::{Share, Target};
use crate::usual::Habit;
use crate::{many, out, player, quote, report, text};

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

/// Where to, and how far.
pub(crate) struct Terms<'a> {
    pub(crate) spending: &'a Spending,
    pub(crate) delivery: &'a Delivery,
    /// In place of the environment's.
    pub(crate) credential: Option<Credential>,
    /// Which options the request was made with. As the skills' scripts do it, nothing is fetched,
    /// and the object has their keys.
    pub(crate) manner: Manner,
}

impl<'a> Terms<'a> {
    /// With the environment's key, and the audio saved.
    pub(crate) fn new(spending: &'a Spending, delivery: &'a Delivery) -> Self {
        Self {
            spending,
            delivery,
            credential: None,
            manner: Manner::Words,
        }
    }

    /// The same, for `ima music` and `ima speech`.
    pub(crate) fn of_options(spending: &'a Spending, delivery: &'a Delivery) -> Self {
        Self {
            manner: Manner::Options,
            ..Self::new(spending, delivery)
        }
    }
}

/// Generates, shows and saves.
pub(crate) async fn run(
    common: &Common,
    mut wish: Wish,
    terms: Terms<'_>,
) -> Result<Exit, Trouble> {
    let language = common.language();
    let (spending, delivery) = (terms.spending, terms.delivery);
    if wish.prompts.all().iter().any(|it| it.trim().is_empty()) {
        return Err(Trouble::usage(text::prompt_empty(language)));
    }
    let script = terms.manner == Manner::Script;
    let runtime = if spending.dry_run {
        setup::runtime(common, terms.credential)?
    } else {
        setup::spending(common, terms.credential, delivery.deadline)?
    };
    let target = if script || spending.dry_run {
        None
    } else {
        let share = match wish.prompts {
            Prompts::One(_) => Share::One(Some(wish.request.task)),
            Prompts::Several(..) => Share::Several,
        };
        let target = Target::reserve(delivery, share, language);
        Some(target.map_err(|trouble| trouble.unspent(language))?)
    };
    let runtime = match wish.habit {
        Habit::Save | Habit::Confirm => runtime,
        Habit::Leave => runtime.for_once(),
    };
    let request = &mut wish.request;
    request.language = language;
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
                Err(trouble) => run.refuse(&trouble, None),
            };
            conclude(&run, &wish, &ended).await;
            match &ended.success {
                Some(success) if script && common.json => {
                    out::pretty(&report::script(success));
                }
                _ => run.print(&ended.object),
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

async fn start(run: &Run<'_>, request: &Request, prompt: &str) -> Result<Generation, Trouble> {
    let request = Request {
        prompt: prompt.to_owned(),
        ..request.clone()
    };
    run.runtime
        .start(&request)
        .await
        .map_err(|error| Trouble::of_request(&error, &run.asked, request.language))
}

/// What is left to do after the end of a generation.
async fn conclude(run: &Run<'_>, wish: &Wish, ended: &Ended) {
    let language = run.common.language();
    let mut show = Show::new(&run.screen, None);
    if wish.habit == Habit::Confirm
        && let Some(success) = ended.success.as_ref().filter(|_| ended.remembered)
    {
        let (task, name) = (wish.request.task, &success.model_name);
        if let Ok(words) = run.runtime.confirmation(task, name, language).await {
            show.line(&words);
        }
    }
    if run.delivery.play && !ended.files.iter().all(|file| player::play(file)) {
        show.trouble(&text::no_player(language));
    }
}

/// Asks a person about what several generations cost together. What was agreed to is the most that
/// each of them may cost: it reads the prices again.
async fn agree(
    run: &Run<'_>,
    spending: &Spending,
    request: &mut Request,
    prompts: &[String],
) -> Result<(), Trouble> {
    let language = run.common.language();
    let (Some(above), Some(first)) = (confirm::threshold(spending), prompts.first()) else {
        return Ok(());
    };
    let first = Request {
        prompt: first.clone(),
        ..request.clone()
    };
    let quote = run.runtime.quote(&first).await;
    let quote = quote.map_err(|error| Trouble::of_request(&error, &run.asked, language))?;
    let each = quote.points;
    let points = each.saturating_mul(u32::try_from(prompts.len()).unwrap_or(u32::MAX));
    let asking = Asking::Several(prompts.len(), points);
    let mut interrupt = run.interrupt.clone();
    if points > above && !confirm::ask(&asking, language, &mut interrupt).await {
        let advice = text::declined(language);
        return Err(Trouble::new(Exit::Refused, "cancelled", advice));
    }
    request.budget = Some(request.budget.map_or(each, |budget| budget.min(each)));
    Ok(())
}
