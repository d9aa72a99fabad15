//! What was made on this machine: a file for each job beside the journal, with what the journal does
//! not keep. The journal stays the truth about the money; what is missing here is only not shown.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::command_error::CommandError;
use crate::folders;
use crate::options::Common;
use crate::ui::text::{command_error, shortened};

/// What is known of a job. The prompt and the request only if the user agreed to a history.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Record {
    pub(crate) job: String,
    /// In seconds since 1970.
    pub(crate) created_at: i64,
    /// `music` or `speech`.
    pub(crate) task: String,
    pub(crate) model_id: String,
    pub(crate) model_name: String,
    pub(crate) points: u32,
    pub(crate) title: Option<String>,
    /// What its files are named after.
    pub(crate) name: Option<String>,
    pub(crate) prompt: Option<String>,
    /// The request, to make it again.
    pub(crate) request: Option<Value>,
    /// Where the audio was to go: `--out`, as a full path.
    pub(crate) out: Option<PathBuf>,
    pub(crate) files: Vec<PathBuf>,
    /// The SHA-256 of what was fetched, and of the same with tags.
    pub(crate) tagged: BTreeMap<String, String>,
    /// What tells it from other parts, if it is a part of a narration.
    pub(crate) part: Option<String>,
    /// The jobs of the parts, if it is a narration.
    pub(crate) parts: Vec<String>,
    /// Whether the service said that it doesn't know the task.
    pub(crate) unknown: bool,
}

impl Record {
    /// Whether all of these words are in it, in any case.
    pub(crate) fn has_words(&self, words: &[String]) -> bool {
        let files = self.files.iter().filter_map(|it| it.file_name());
        let files: Vec<_> = files.map(|it| it.to_string_lossy()).collect();
        let known = [self.title.as_deref(), self.prompt.as_deref()];
        let known = known.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let text = [&known, &self.model_name, &self.task, &files.join(" ")];
        let text = text.map(|it| it.to_lowercase()).join(" ");
        words.iter().all(|it| text.contains(&it.to_lowercase()))
    }

    /// What it is, in a few words: the title, else the prompt, else the file's name, else the model.
    pub(crate) fn what(&self) -> String {
        let file = self.files.first().and_then(|it| it.file_name());
        let file = file.map(|it| it.to_string_lossy().into_owned());
        let what = self.title.clone().or_else(|| self.prompt.clone()).or(file);
        let what = what.unwrap_or_else(|| self.model_name.clone());
        shortened(&what.replace('\n', " "))
    }
}

/// The records of the jobs of one journal. Trouble with them is never trouble with a job.
#[derive(Debug, Clone)]
pub(crate) struct Library {
    folder: Option<PathBuf>,
}

impl Library {
    pub(crate) fn of(common: &Common) -> Self {
        Self::at(common.data())
    }

    /// Those beside the journal in this folder.
    pub(crate) fn at(data: Option<PathBuf>) -> Self {
        Self {
            folder: data.map(|it| it.join("library")),
        }
    }

    fn path(&self, job: &str) -> Option<PathBuf> {
        // An id is a name of its own, never a path.
        let plain = !job.is_empty() && job.chars().all(|it| it.is_ascii_alphanumeric());
        let folder = self.folder.as_ref().filter(|_| plain)?;
        Some(folder.join(format!("{job}.json")))
    }

    pub(crate) fn get(&self, job: &str) -> Option<Record> {
        let bytes = fs::read(self.path(job)?).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Every record, the newest first.
    pub(crate) fn all(&self) -> Vec<Record> {
        let entries = self.folder.as_ref().and_then(|it| fs::read_dir(it).ok());
        let entries = entries.into_iter().flatten().flatten();
        let read = |path: PathBuf| serde_json::from_slice(&fs::read(path).ok()?).ok();
        let mut all: Vec<Record> = entries.filter_map(|it| read(it.path())).collect();
        all.sort_by(|one, other| {
            let key = |it: &Record| (std::cmp::Reverse(it.created_at), it.job.clone());
            key(one).cmp(&key(other))
        });
        all
    }

    /// The newest record of each part of a narration, by what tells it from others.
    pub(crate) fn parts(&self) -> HashMap<String, Record> {
        let oldest_first = self.all().into_iter().rev();
        let parts = oldest_first.filter_map(|it| Some((it.part.clone()?, it)));
        parts.collect()
    }

    /// Changes the record of a job, which begins empty. Tells whether it was written.
    pub(crate) fn change(&self, job: &str, change: impl FnOnce(&mut Record)) -> bool {
        let Some(path) = self.path(job) else {
            return false;
        };
        let mut record = self.get(job).unwrap_or_default();
        job.clone_into(&mut record.job);
        change(&mut record);
        let written = Self::write(&path, &record);
        if let Err(error) = &written {
            tracing::warn!(%error, "a job is not in the library");
        }
        written.is_ok()
    }

    fn write(path: &Path, record: &Record) -> io::Result<()> {
        folders::write_private(path, &serde_json::to_vec(record)?)
    }

    /// The record whose id begins so, else the newest that has these words.
    pub(crate) fn find(&self, what: &[String]) -> Result<Record, CommandError> {
        let all = self.all();
        let made = all.into_iter().filter(|it| it.part.is_none());
        let made: Vec<Record> = made.collect();
        if let [id] = what {
            let id = id.to_lowercase();
            let mut named = made.iter().filter(|it| it.job.starts_with(&id));
            match (named.next(), named.next()) {
                (Some(one), None) => return Ok(one.clone()),
                (Some(one), Some(other)) if id.len() >= 3 => {
                    let (one, other) = (&one.job, &other.job);
                    return Err(command_error!(
                        Usage,
                        "More than one id begins with {id}." => "For example {one} and {other}.",
                        "不止一个编号以 {id} 开头。" => "例如 {one} 和 {other}。"
                    ));
                }
                _ => {}
            }
        }
        let found = made.into_iter().find(|it| it.has_words(what));
        found.ok_or_else(|| {
            let what = shortened(&what.join(" "));
            command_error!(
                Usage,
                "Nothing that was made here has {what}." => "`ima list` lists what was made.",
                "这里没有 {what}。" => "用 `ima list` 查看已生成的内容。"
            )
        })
    }

    pub(crate) fn remove(&self, job: &str) {
        if let Some(path) = self.path(job) {
            let _ = fs::remove_file(path);
        }
    }

    /// Whether the service said that it doesn't know the task of a job.
    pub(crate) fn is_unknown(&self, job: &str) -> bool {
        self.get(job).is_some_and(|it| it.unknown)
    }
}
