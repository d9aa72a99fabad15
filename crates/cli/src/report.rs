//! The JSON object that `--json` prints at the end.

use std::path::{Path, PathBuf};

use ima_host::types::{Attempt, Charge, Media, Success};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::out;

/// A finished generation. Durations are worded by the service, credit is in points.
#[derive(Debug, Serialize)]
pub(crate) struct Done<'a> {
    task_id: &'a str,
    url: Option<&'a str>,
    duration: Option<&'a str>,
    model_id: &'a str,
    model_name: &'a str,
    credit: u32,
    medias: Vec<Saved<'a>>,
    job: Option<&'a str>,
    #[serde(flatten)]
    log: Log<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Problem<'a>>,
}

/// What became of the create requests.
#[derive(Debug, Serialize)]
pub(crate) struct Log<'a> {
    /// Every one that was answered, where one was refused.
    pub(crate) attempts: Vec<Tried<'a>>,
    /// The parameters that were asked for and left out.
    pub(crate) dropped: Vec<&'a str>,
}

/// A create request that was refused, or accepted after that.
#[derive(Debug, Serialize)]
pub(crate) struct Tried<'a> {
    number: u8,
    accepted: bool,
    code: Option<i64>,
    removed: &'a [String],
    text: &'a str,
}

impl<'a> Tried<'a> {
    pub(crate) fn of(attempt: &'a Attempt) -> Self {
        let amendment = attempt.amendment.as_ref();
        Self {
            number: attempt.number,
            accepted: attempt.code.is_none(),
            code: attempt.code,
            removed: amendment.map_or(&[], |it| &it.removed),
            text: &attempt.text,
        }
    }
}

/// One audio file.
#[derive(Debug, Serialize)]
pub(crate) struct Saved<'a> {
    url: &'a str,
    duration: Option<&'a str>,
    format: Option<&'a str>,
    file: Option<&'a Path>,
    sha256: Option<&'a str>,
}

/// What was saved of a media.
#[derive(Debug, Clone)]
pub(crate) struct SavedFile {
    pub(crate) path: PathBuf,
    pub(crate) sha256: String,
    /// What its format is called in file names.
    pub(crate) extension: &'static str,
}

/// A generation that ended without its audio.
#[derive(Debug, Serialize)]
pub(crate) struct Failed<'a> {
    pub(crate) error: Problem<'a>,
    #[serde(flatten)]
    pub(crate) log: Option<Log<'a>>,
}

/// What went wrong.
#[derive(Debug, Serialize)]
pub(crate) struct Problem<'a> {
    pub(crate) cause: &'a str,
    pub(crate) charge: &'static str,
    pub(crate) message: &'a str,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<&'a str>,
    pub(crate) task_id: Option<&'a str>,
    /// What was ready all the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) medias: Vec<Saved<'a>>,
    pub(crate) continuation: Option<&'a str>,
    pub(crate) job: Option<&'a str>,
}

/// The object of a success; `problem` where a file could not be saved.
pub(crate) fn done<'a>(
    success: &'a Success,
    files: &'a [Option<SavedFile>],
    job: Option<&'a str>,
    log: Log<'a>,
    problem: Option<Problem<'a>>,
) -> Done<'a> {
    let first = success.medias.first();
    Done {
        task_id: &success.task_id,
        url: first.map(|media| media.url.as_str()),
        duration: first.and_then(|media| media.duration.as_deref()),
        model_id: &success.model_id,
        model_name: &success.model_name,
        credit: success.points,
        medias: saved(&success.medias, files),
        job,
        log,
        error: problem,
    }
}

/// The media of a task, each with its file where it was saved.
pub(crate) fn saved<'a>(medias: &'a [Media], files: &'a [Option<SavedFile>]) -> Vec<Saved<'a>> {
    let saved = |(media, file): (&'a Media, &'a Option<SavedFile>)| Saved {
        url: &media.url,
        duration: media.duration.as_deref(),
        format: media.format.as_deref(),
        file: file.as_ref().map(|file| file.path.as_path()),
        sha256: file.as_ref().map(|file| file.sha256.as_str()),
    };
    medias.iter().zip(files).map(saved).collect()
}

/// A job that was started and is not waited for.
#[derive(Debug, Serialize)]
pub(crate) struct Begun<'a> {
    pub(crate) task_id: Option<&'a str>,
    pub(crate) job: Option<&'a str>,
    pub(crate) continuation: &'a str,
    pub(crate) model_id: Option<&'a str>,
    pub(crate) model_name: Option<&'a str>,
    pub(crate) credit: Option<u32>,
    #[serde(flatten)]
    pub(crate) log: Log<'a>,
}

/// One of several generations, counted from 1; no result where it was not started.
#[derive(Debug, Serialize)]
pub(crate) struct Numbered<'a> {
    pub(crate) number: usize,
    pub(crate) result: Option<&'a RawValue>,
}

/// The end of several generations.
#[derive(Debug, Serialize)]
pub(crate) struct Many<'a> {
    pub(crate) results: Vec<Numbered<'a>>,
}

/// A finished generation as the skills' scripts print it. Credit is in points.
#[derive(Debug, Serialize)]
pub(crate) struct Script<'a> {
    task_id: &'a str,
    url: &'a str,
    duration: &'a str,
    model_id: &'a str,
    model_name: &'a str,
    credit: u32,
}

/// The object that the skills' scripts print.
pub(crate) fn script(success: &Success) -> Script<'_> {
    let first = success.medias.first();
    Script {
        task_id: &success.task_id,
        url: first.map_or("", |media| &media.url),
        duration: first
            .and_then(|media| media.duration.as_deref())
            .unwrap_or_default(),
        model_id: &success.model_id,
        model_name: &success.model_name,
        credit: success.points,
    }
}

/// Prints the object of a run, as the last event or by itself.
pub(crate) fn print(object: &RawValue, json: bool, events: bool) {
    if events {
        let mut object = serde_json::from_str(object.get()).unwrap_or(Value::Null);
        if let Some(object) = object.as_object_mut() {
            object.insert("event".to_owned(), "result".into());
        }
        out::json(&object);
    } else if json {
        out::json(&object);
    }
}

/// An object as it will be printed.
pub(crate) fn raw(object: &impl Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(object).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

pub(crate) const fn charge(charge: Charge) -> &'static str {
    match charge {
        Charge::No => "no",
        Charge::Yes => "yes",
        Charge::Unknown => "unknown",
    }
}
