//! The five tools. None runs longer than 45 seconds, and only `create` spends.

use ima_core::Millis;
use ima_core::event::{CheckpointState, Event};
use ima_core::inquiry::Inquiry;
use ima_core::outcome::{Cause, Charge, Failure, Outcome};
use ima_core::pump::Command;
use ima_core::request::{Language, Request, TaskType};
use ima_core::session::{Session, Settings};
use ima_guest::{Driver, Step, Transport};
use ima_understanding::{Spoken, Voice, voices};
use ima_wire::untrusted;
use serde_json::{Map, Value};

use crate::answers::{Job, Models, Quote, Voices};
use crate::gateway::{Gateway, Standing};
use crate::problem::Problem;
use crate::words::{creating, ended_unspent, finished, line, spoken_by, waiting, word};

/// The longest call, in milliseconds. Many hosts end one after 60 seconds, and what the gateway keeps is
/// asked for within what is left.
const LONGEST: Millis = 40_000;

/// The longest rest of `check`, in milliseconds.
const LONGEST_REST: Millis = 30_000;

/// The tools over a way to the gateway, or without one.
#[derive(Clone, Debug)]
pub struct Tools<T> {
    transport: T,
    has_gateway: bool,
}

impl<T: Transport> Tools<T> {
    /// The tools over a transport. `has_gateway` says whether it leads to a gateway; without one there are
    /// prices, and no purchase.
    pub fn new(transport: T, has_gateway: bool) -> Self {
        Self {
            transport,
            has_gateway,
        }
    }

    fn gateway(&self) -> Gateway<'_, T> {
        let end = self.transport.now().saturating_add(LONGEST);
        Gateway::new(&self.transport, end)
    }

    /// The models for a task, `music` or `speech`. Spends nothing.
    ///
    /// # Errors
    ///
    /// If the task is neither, or the service can't be asked.
    pub fn models(&self, task: &str) -> Result<Models, Problem> {
        let task = task_type(task)?;
        let inquiry = self.inquire(task, Language::En)?;
        let catalogue = inquiry.catalogue();
        let catalogue = catalogue.map_err(|cause| failed(task, Language::En, cause))?;
        Ok(Models {
            task: word(task).to_owned(),
            models: catalogue.leaves().map(|leaf| line(task, &leaf)).collect(),
            next: "Call quote with the text and, if the person wants another than the recommended model, \
                   {\"model\": ID} in options-json."
                .to_owned(),
        })
    }

    /// The voices for speech in a language, `en`, `zh` or another one's code; all of them if it is empty.
    /// Spends nothing and asks nobody.
    ///
    /// # Errors
    ///
    /// If no voice speaks the language.
    pub fn voices(&self, language: &str) -> Result<Voices, Problem> {
        let code = language.split(['-', '_']).next().unwrap_or_default();
        let wanted = match code.to_ascii_lowercase().as_str() {
            "" => None,
            "zh" => Some(Spoken::Chinese),
            "en" => Some(Spoken::English),
            "ja" => Some(Spoken::Japanese),
            "id" => Some(Spoken::Indonesian),
            "es" => Some(Spoken::Spanish),
            _ => {
                let given = untrusted::name(language);
                return Err(Problem::invalid(format!(
                    "No voice speaks {given:?}. There are en, zh, ja, id and es."
                )));
            }
        };
        let fits = |voice: &&Voice| wanted.is_none_or(|it| voice.languages.contains(&it));
        Ok(Voices {
            voices: voices().iter().filter(fits).map(spoken_by).collect(),
            next: "Call quote for speech with {\"voice\": NAME} in options-json.".to_owned(),
        })
    }

    /// What a text would cost as music or speech, and an id to buy it. Spends nothing. `options_json` is an
    /// object of the members of `POST /v1/music` and `POST /v1/audio/speech`, or empty.
    ///
    /// # Errors
    ///
    /// If something can't be understood, or the service or the gateway can't be asked.
    pub fn quote(&self, task: &str, text: &str, options_json: &str) -> Result<Quote, Problem> {
        let task = task_type(task)?;
        let request = order(task, text, options_json)?;
        let language = request.language;
        let inquiry = self.inquire(task, language)?;
        let quote = inquiry.quote(&request);
        let quote = quote.map_err(|cause| failed(task, language, cause))?;
        let mut answer = Quote {
            quote_id: String::new(),
            task: word(task).to_owned(),
            model: quote.model_id().to_owned(),
            model_name: untrusted::name(quote.model_name()).to_string(),
            points: quote.most_points(),
            seconds_min: quote.estimate().min_seconds,
            seconds_max: quote.estimate().max_seconds,
            valid_seconds: 0,
            next: Problem::without_gateway().advice,
        };
        if self.has_gateway {
            let kept = serde_json::to_string(&request).unwrap_or_default();
            let named = self.gateway().keep(&kept, answer.points)?;
            answer.quote_id = named.id;
            answer.valid_seconds = named.valid_seconds;
            answer.next = format!(
                "Tell the person that it costs {} points and ask. If they agree, call create with this quote-id and \
                 points {}.",
                answer.points, answer.points
            );
        }
        Ok(answer)
    }

    /// Buys a quote for the points that the person agreed to. Called again, it tells how the same purchase
    /// stands: a quote is never paid twice.
    ///
    /// # Errors
    ///
    /// If it could not be bought, or nobody knows; the problem's `charge` says which.
    pub fn create(&self, quote_id: &str, points: u32) -> Result<Job, Problem> {
        if !self.has_gateway {
            return Err(Problem::without_gateway());
        }
        let gateway = self.gateway();
        let kept = gateway.quote(quote_id)?;
        if kept.used {
            return self.check(quote_id, 0);
        }
        if kept.expired {
            return Err(Problem::unspent(
                "quote_expired",
                "The quote has expired.",
                "Call quote again.",
            ));
        }
        if kept.points != points {
            return Err(Problem::invalid(format!(
                "The quote is for {} points, and {points} were agreed to. Call create with the points of the quote.",
                kept.points
            )));
        }
        let mut request: Request =
            serde_json::from_str(&kept.request).map_err(|_| Problem::gateway_gone())?;
        request.budget = Some(points);
        let task = request.task;
        let session = Session::new(request, settings(quote_id)?);
        let session = session.map_err(|invalid| Problem::invalid(invalid.to_string()))?;
        self.buy(&gateway, quote_id, task, session)
    }

    /// Runs a session up to its task.
    fn buy(
        &self,
        gateway: &Gateway<'_, T>,
        id: &str,
        task: TaskType,
        mut session: Session,
    ) -> Result<Job, Problem> {
        let driver = Driver::new(gateway);
        // The loop can't misuse a session that it just made.
        let _ = driver.command(&mut session, Command::Start);
        let rest = driver.now().saturating_add(LONGEST / 4);
        let mut standing = Standing {
            task: Some(task.name().to_owned()),
            ..Standing::default()
        };
        loop {
            match driver.next_until(&mut session, rest) {
                Ok(Step::Event(Event::Started(started))) => {
                    standing.model = Some(started.model_name)
                }
                Ok(Step::Event(Event::Checkpoint(checkpoint))) => {
                    standing.continuation = Some(checkpoint.continuation);
                    standing.task_id = checkpoint.task_id;
                    if checkpoint.state == CheckpointState::Creating {
                        standing.state = "creating".to_owned();
                        // Another call may have bought it meanwhile; nothing has left from here.
                        gateway.write(id, &standing)?;
                    } else {
                        standing.state = "waiting".to_owned();
                        // The gateway noted the task itself; the checkpoint tells more.
                        let _ = gateway.write(id, &standing);
                        return Ok(waiting(id, 0));
                    }
                }
                Ok(Step::Event(Event::Finished(Outcome::Failure(failure)))) => {
                    return Err(self.not_bought(gateway, id, &standing, &failure));
                }
                Ok(Step::Event(Event::Finished(Outcome::Success(_)))) => {
                    return Ok(waiting(id, 0));
                }
                Ok(Step::Event(_)) => {}
                Ok(Step::Paused | Step::Over) | Err(_) => {
                    let failure = Inquiry::failure(task, Language::En, Cause::Unavailable);
                    return Err(self.not_bought(gateway, id, &standing, &failure));
                }
            }
        }
    }

    fn not_bought(
        &self,
        gateway: &Gateway<'_, T>,
        id: &str,
        standing: &Standing,
        failure: &Failure,
    ) -> Problem {
        if failure.charge == Charge::No && !standing.state.is_empty() {
            let end = Standing {
                state: "failed".to_owned(),
                ..Standing::default()
            };
            let _ = gateway.write(id, &end);
        }
        match gateway.refusal() {
            Some(refusal) if failure.charge != Charge::Yes => refusal.into(),
            _ => failure.into(),
        }
    }

    /// How a purchase stands, after waiting up to this long for its audio. Spends nothing.
    ///
    /// # Errors
    ///
    /// If there is no such purchase, it failed, or the gateway can't be asked.
    pub fn check(&self, job: &str, wait_seconds: u32) -> Result<Job, Problem> {
        if !self.has_gateway {
            return Err(Problem::without_gateway());
        }
        let gateway = self.gateway();
        let standing = gateway.job(job)?;
        let continuation = standing.continuation.as_deref().unwrap_or_default();
        let settings = settings(job)?;
        let session = match (standing.state.as_str(), &standing.task_id) {
            ("failed", None) => return Err(ended_unspent()),
            (_, Some(task_id)) => Session::adopt(continuation, task_id, settings).ok(),
            ("creating", None) => return Ok(creating(job)),
            (_, None) => return Err(Problem::in_doubt()),
        };
        let session = session.ok_or_else(Problem::gateway_gone)?;
        let rest = Millis::from(wait_seconds)
            .saturating_mul(1000)
            .min(LONGEST_REST);
        self.wait(&gateway, job, session, rest)
    }

    fn wait(
        &self,
        gateway: &Gateway<'_, T>,
        id: &str,
        mut session: Session,
        rest: Millis,
    ) -> Result<Job, Problem> {
        let driver = Driver::new(gateway);
        let _ = driver.command(&mut session, Command::Start);
        let rest = driver.now().saturating_add(rest);
        let mut percent = 0;
        loop {
            match driver.next_until(&mut session, rest) {
                Ok(Step::Event(Event::Progress(progress))) => percent = progress.percent.into(),
                Ok(Step::Event(Event::Finished(outcome))) => {
                    return self.ended(gateway, id, outcome);
                }
                Ok(Step::Event(_)) => {}
                Ok(Step::Paused | Step::Over) | Err(_) => {
                    let standing = Standing {
                        state: "waiting".to_owned(),
                        task_id: session.paid().map(|paid| paid.task_id),
                        continuation: Some(session.snapshot()),
                        ..Standing::default()
                    };
                    // Only the time that has passed would be lost.
                    let _ = gateway.write(id, &standing);
                    return Ok(waiting(id, percent));
                }
            }
        }
    }

    fn ended(&self, gateway: &Gateway<'_, T>, id: &str, outcome: Outcome) -> Result<Job, Problem> {
        let (medias, task_id, failure) = match outcome {
            Outcome::Success(success) => (success.medias, Some(success.task_id), None),
            Outcome::Failure(failure) => (
                failure.medias.clone(),
                failure.task_id.clone(),
                Some(failure),
            ),
        };
        let is_over =
            |failure: &Failure| matches!(failure.cause, Cause::TaskFailed(_) | Cause::UnknownTask);
        let state = match &failure {
            None => "finished",
            Some(failure) if is_over(failure) => "failed",
            // The deadline of this call passed, for example: the task goes on.
            Some(_) => return Ok(waiting(id, 95)),
        };
        let end = Standing {
            state: state.to_owned(),
            task_id,
            ..Standing::default()
        };
        let _ = gateway.write(id, &end);
        match failure {
            Some(failure) if medias.is_empty() => Err((&failure).into()),
            _ => {
                let audio: Vec<String> = medias.into_iter().map(|media| media.url).collect();
                Ok(finished(id, audio))
            }
        }
    }

    /// An inquiry that is done.
    fn inquire(&self, task: TaskType, language: Language) -> Result<Inquiry, Problem> {
        let gateway = self.gateway();
        let driver = Driver::new(&gateway);
        let (seed, _) = driver.seed();
        let mut inquiry = Inquiry::new(task, language, seed);
        let _ = driver.command(&mut inquiry, Command::Start);
        let rest = driver.now().saturating_add(LONGEST / 2);
        while let Ok(Step::Event(_)) = driver.next_until(&mut inquiry, rest) {}
        match (inquiry.catalogue(), gateway.refusal()) {
            (Err(_), Some(refusal)) => Err(refusal.into()),
            _ => Ok(inquiry),
        }
    }
}

/// Every purchase of a quote has the quote's id as its idempotency key, whoever makes it.
fn settings(id: &str) -> Result<Settings, Problem> {
    let unknown = || Problem::unspent("unknown_id", "There is no quote of this id.", "Call quote.");
    let (first, second) = id.split_at_checked(16).ok_or_else(unknown)?;
    let number = |half| u64::from_str_radix(half, 16).map_err(|_| unknown());
    Ok(Settings {
        deadline: None,
        seed: (number(first)?, number(second)?),
    })
}

fn task_type(task: &str) -> Result<TaskType, Problem> {
    match task.trim().to_ascii_lowercase().as_str() {
        "music" | "text_to_music" => Ok(TaskType::TextToMusic),
        "speech" | "text_to_speech" => Ok(TaskType::TextToSpeech),
        _ => {
            let given = untrusted::name(task);
            Err(Problem::invalid(format!(
                "The task {given:?} is not known. There are music and speech."
            )))
        }
    }
}

fn order(task: TaskType, text: &str, options_json: &str) -> Result<Request, Problem> {
    let mut members = match options_json.trim() {
        "" => Map::new(),
        options => match serde_json::from_str(options) {
            Ok(Value::Object(members)) => members,
            _ => {
                return Err(Problem::invalid(
                    "options-json is not a JSON object. For example {\"model\": \"sonic\"}, or {} for none.",
                ));
            }
        },
    };
    let name = match task {
        TaskType::TextToMusic => "prompt",
        TaskType::TextToSpeech => "input",
    };
    members.insert(name.to_owned(), Value::from(text));
    ima_edge::order(task, members, Language::En).map_err(Problem::invalid)
}

fn failed(task: TaskType, language: Language, cause: Cause) -> Problem {
    Problem::from(&Inquiry::failure(task, language, cause))
}
