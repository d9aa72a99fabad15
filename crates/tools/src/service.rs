//! The five tools. None runs longer than 45 seconds, and only `create` spends.

use ima_core::Millis;
use ima_core::inquiry::Inquiry;
use ima_core::outcome::Cause;
use ima_core::pump::Command;
use ima_core::request::{Language, Request, TaskType};
use ima_core::session::{Session, Settings};
use ima_guest::{Driver, Step, Transport};
use ima_understanding::{Spoken, Voice, voices};
use ima_wire::untrusted;
use serde_json::{Map, Value};

use crate::answers::{Job, Models, Quote, Voices};
use crate::gateway::{Gateway, seed};
use crate::problem::Problem;
use crate::purchase::Purchase;
use crate::words::{creating, ended_unspent, line, spoken_by, word};

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
        Purchase::new(gateway, quote_id).buy(task, session)
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
        Purchase::new(gateway, job).wait(session, rest)
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

fn settings(id: &str) -> Result<Settings, Problem> {
    Ok(Settings {
        deadline: None,
        seed: seed(id)?,
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
