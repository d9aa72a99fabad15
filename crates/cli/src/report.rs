//! The JSON object that `--json` prints at the end, and `--events` as the last event.

use std::path::PathBuf;

use ima_host::types::{Attempt, Charge, Language, Media, Success};
use serde::{Serialize, Serializer};

use crate::ui::out;
use crate::ui::text::Text;

/// How a generation ended.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Report {
    Done(Box<Done>),
    Begun(Box<Begun>),
    Failed(Box<Failed>),
}

impl From<Done> for Report {
    fn from(done: Done) -> Self {
        Self::Done(Box::new(done))
    }
}

impl From<Begun> for Report {
    fn from(begun: Begun) -> Self {
        Self::Begun(Box::new(begun))
    }
}

impl From<Failed> for Report {
    fn from(failed: Failed) -> Self {
        Self::Failed(Box::new(failed))
    }
}

/// A finished generation. The service words the durations; credit is in points.
#[derive(Debug, Serialize)]
pub(crate) struct Done {
    #[serde(flatten)]
    summary: Summary,
    points: u32,
    medias: Vec<SavedMedia>,
    job: Option<String>,
    #[serde(flatten)]
    log: Log,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Problem>,
}

/// A finished generation as the skills' scripts print it, but for what they print if there is no
/// first clip. Credit is in points.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Summary {
    task_id: String,
    url: Option<String>,
    duration: Option<String>,
    model_id: String,
    model_name: String,
    credit: u32,
}

impl Summary {
    fn of(success: &Success) -> Self {
        let first = success.medias.first();
        Self {
            task_id: success.task_id.clone(),
            url: first.map(|media| media.url.clone()),
            duration: first.and_then(|media| media.duration.clone()),
            model_id: success.model_id.clone(),
            model_name: success.model_name.clone(),
            credit: success.points,
        }
    }

    /// The object of the skills' scripts: no field of it is null.
    pub(crate) fn of_scripts(success: &Success) -> Self {
        let all = Self::of(success);
        Self {
            url: Some(all.url.unwrap_or_default()),
            duration: Some(all.duration.unwrap_or_default()),
            ..all
        }
    }
}

/// What became of the create requests.
#[derive(Debug, Serialize)]
pub(crate) struct Log {
    /// Every one that was answered, if one was refused.
    pub(crate) attempts: Vec<AttemptReport>,
    /// The parameters that were asked for and left out.
    pub(crate) dropped: Vec<String>,
}

/// A create request that was refused, or accepted after that.
#[derive(Debug, Serialize)]
pub(crate) struct AttemptReport {
    number: u8,
    accepted: bool,
    code: Option<i64>,
    removed: Vec<String>,
    text: String,
}

impl From<&Attempt> for AttemptReport {
    fn from(attempt: &Attempt) -> Self {
        let amendment = attempt.amendment.as_ref();
        Self {
            number: attempt.number,
            accepted: attempt.code.is_none(),
            code: attempt.code,
            removed: amendment.map_or_else(Vec::new, |it| it.removed.clone()),
            text: attempt.text.clone(),
        }
    }
}

/// One audio file of a task, saved or not.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SavedMedia {
    url: String,
    duration: Option<String>,
    format: Option<String>,
    #[serde(serialize_with = "path")]
    pub(crate) file: Option<PathBuf>,
    sha256: Option<String>,
}

/// A path as text. JSON has no form for bytes that are no UTF-8: they become replacement characters.
#[expect(clippy::ref_option, reason = "the shape of a serialiser of fields")]
fn path<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    path.as_ref()
        .map(|it| it.to_string_lossy())
        .serialize(serializer)
}

impl From<&Media> for SavedMedia {
    fn from(media: &Media) -> Self {
        Self {
            url: media.url.clone(),
            duration: media.duration.clone(),
            format: media.format.clone(),
            file: None,
            sha256: None,
        }
    }
}

impl SavedMedia {
    /// Adds where it was saved.
    pub(crate) fn saved(&mut self, file: PathBuf, sha256: String) {
        self.file = Some(file);
        self.sha256 = Some(sha256);
    }
}

/// A generation that ended without its audio.
#[derive(Debug, Serialize)]
pub(crate) struct Failed {
    pub(crate) error: Problem,
    #[serde(flatten)]
    pub(crate) log: Option<Log>,
}

/// What went wrong.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    pub(crate) cause: &'static str,
    pub(crate) charge: &'static str,
    pub(crate) message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<String>,
    pub(crate) task_id: Option<String>,
    /// What was ready all the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) medias: Vec<SavedMedia>,
    pub(crate) continuation: Option<String>,
    pub(crate) job: Option<String>,
}

impl Default for Problem {
    fn default() -> Self {
        Self {
            cause: "other",
            charge: charge(Charge::No),
            message: String::new(),
            advice: None,
            task_id: None,
            medias: Vec::new(),
            continuation: None,
            job: None,
        }
    }
}

/// Hints as one text.
pub(crate) fn advice(hints: &[Text], language: Language) -> Option<String> {
    let hints: Vec<_> = hints.iter().map(|hint| hint.get(language)).collect();
    (!hints.is_empty()).then(|| hints.join(" "))
}

/// The object of a success; `error` if a file could not be saved.
pub(crate) fn done(
    success: &Success,
    medias: Vec<SavedMedia>,
    job: Option<&str>,
    log: Log,
    error: Option<Problem>,
) -> Done {
    let summary = Summary::of(success);
    Done {
        points: summary.credit,
        summary,
        medias,
        job: job.map(str::to_owned),
        log,
        error,
    }
}

/// A job that was started and is not waited for.
#[derive(Debug, Serialize)]
pub(crate) struct Begun {
    pub(crate) task_id: Option<String>,
    pub(crate) job: Option<String>,
    pub(crate) continuation: String,
    pub(crate) model_id: Option<String>,
    pub(crate) model_name: Option<String>,
    pub(crate) credit: Option<u32>,
    pub(crate) points: Option<u32>,
    #[serde(flatten)]
    pub(crate) log: Log,
}

/// The end of several generations.
#[derive(Debug, Serialize)]
pub(crate) struct Several<'a> {
    pub(crate) results: Vec<Numbered<'a>>,
}

/// One of several generations, counted from 1; no result if it was not started.
#[derive(Debug, Serialize)]
pub(crate) struct Numbered<'a> {
    pub(crate) number: usize,
    pub(crate) result: Option<&'a Report>,
}

/// Prints the object of a run, as the last event or by itself.
pub(crate) fn print(object: &impl Serialize, json: bool, events: bool) {
    #[derive(Serialize)]
    struct Last<'a, T> {
        event: &'static str,
        #[serde(flatten)]
        object: &'a T,
    }
    if events {
        out::json(&Last {
            event: "result",
            object,
        });
    } else if json {
        out::json(object);
    }
}

/// The word for what became of the points.
pub(crate) const fn charge(charge: Charge) -> &'static str {
    match charge {
        Charge::No => "no",
        Charge::Yes => "yes",
        Charge::Unknown => "unknown",
    }
}
