//! Where the audio goes. Before anything is spent, the place is checked and the name reserved.

mod refusal;
#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::io::{self, Cursor, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use ima_host::types::{Media, TaskType};
use ima_host::{AudioFormat, Download, Error, Folder, Runtime, file_name};

use crate::command_error::CommandError;
use crate::config;
use crate::hashes::sha256;
use crate::library::Library;
use crate::options::Delivery;
use crate::tags::Tags;
use crate::ui::text::command_error;
pub(crate) use refusal::not_saved;
use refusal::{exists, needs_folder, no_folder, not_a_file, taken, unwritable};

/// What an existing file means before anything is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// The name is refused, unless it may be replaced.
    Refused,
    /// It may be what an earlier run saved before it was killed: known by its content, or left alone.
    Compared,
}

/// What is written to find out whether a place takes data at all.
const SAMPLE: [u8; 4096] = [0; 4096];

/// How many generations share a target, and how many files each brings.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Share {
    /// One that asks for so many outputs, of this kind if that is known.
    One(Option<TaskType>, usize),
    Several,
}

/// A file that was saved.
pub(crate) struct Saved {
    pub(crate) path: PathBuf,
    pub(crate) sha256: String,
    pub(crate) format: AudioFormat,
}

/// The tags for the files of a job, whose record tells what becomes of their content.
pub(crate) struct Tagging<'a> {
    pub(crate) tags: Tags,
    pub(crate) library: &'a Library,
    pub(crate) job: &'a str,
}

impl Tagging<'_> {
    /// A file that an earlier run saved, if it holds this download, with tags or without.
    fn known(&self, download: &Download, path: PathBuf) -> Option<Saved> {
        let record = self.library.get(self.job)?;
        let fetched = download.sha256();
        let sha256 = sha256(fs::read(&path).ok()?);
        let same = sha256 == fetched || record.tagged.get(fetched) == Some(&sha256);
        let saved = Saved::of(download, path);
        same.then_some(Saved { sha256, ..saved })
    }

    /// The names of the job's files in this folder.
    fn files_in(&self, folder: &Folder) -> Vec<OsString> {
        let record = self.library.get(self.job).unwrap_or_default();
        let folder = full(folder.path()).canonicalize().ok();
        let is_in = |it: &&PathBuf| it.parent().and_then(|it| it.canonicalize().ok()) == folder;
        let files = record.files.iter().filter(is_in);
        files
            .filter_map(|it| Some(it.file_name()?.to_owned()))
            .collect()
    }

    /// Replaces a file by the same with tags, and tells its hash. The record knows it first: if this
    /// is killed at any point, the next run knows the file again.
    fn apply(&self, folder: &Folder, saved: &Saved) -> io::Result<Option<String>> {
        if !Tags::are_in(saved.format) {
            return Ok(None);
        }
        let bytes = fs::read(&saved.path)?;
        // Not what was fetched, if somebody has exchanged it.
        if sha256(&bytes) != saved.sha256 {
            return Ok(None);
        }
        let mut audio = Cursor::new(bytes);
        self.tags.write(&mut audio, saved.format)?;
        let bytes = audio.into_inner();
        let sha256 = sha256(&bytes);
        let known = self.library.change(self.job, |record| {
            record.tagged.insert(saved.sha256.clone(), sha256.clone());
            record.files.push(full(&saved.path));
        });
        if !known {
            return Ok(None);
        }
        let mut file = folder.scratch()?;
        file.file().write_all(&bytes)?;
        file.file()
            .set_permissions(fs::metadata(&saved.path)?.permissions())?;
        file.file().sync_all()?;
        file.keep(saved.path.file_name().unwrap_or_default(), true)?;
        Ok(Some(sha256))
    }
}

/// A place that takes the audio: a folder, or a file's name that is reserved.
pub(crate) struct Target {
    folder: Folder,
    name: Option<PathBuf>,
    force: bool,
    _reserved: Vec<Reserved>,
    /// A folder that goes with it.
    _keeps: Option<tempfile::TempDir>,
}

impl Target {
    /// Creates the folder that was asked for, reserves the name, and tries both.
    pub(crate) fn reserve(
        delivery: &Delivery,
        share: Share,
        existing: Existing,
    ) -> Result<Self, CommandError> {
        let force = delivery.force;
        let folder = |folder: &Path| {
            let tried = fs::create_dir_all(folder).and_then(|()| {
                let folder = Folder::open(folder)?;
                folder.scratch()?.file().write_all(&SAMPLE)?;
                Ok(folder)
            });
            Ok(Self {
                folder: tried.map_err(|error| unwritable(folder, &error))?,
                name: None,
                force,
                _reserved: Vec::new(),
                _keeps: None,
            })
        };
        let Some(out) = delivery.out.as_deref() else {
            let usual = config::get().out.as_deref();
            return folder(usual.unwrap_or(Path::new(".")));
        };
        if delivery.is_stdout() {
            return Self::stdout(share);
        }
        if out.is_dir() || ends_with_separator(out) {
            return folder(out);
        }
        let clips = match share {
            Share::Several if out.exists() || out.extension().is_some() => {
                return Err(needs_folder(out));
            }
            Share::Several => return folder(out),
            Share::One(Some(TaskType::TextToSpeech), outputs) => outputs,
            // Music comes in two for each output.
            Share::One(_, outputs) => outputs.saturating_mul(2),
        };
        let parent = folder_of(out);
        if !parent.is_dir() {
            return Err(no_folder(parent));
        }
        let folder = Folder::open(parent).map_err(|error| unwritable(out, &error))?;
        let mut reserved = Vec::with_capacity(clips);
        for path in (0..clips).map(|index| numbered(out, index)) {
            let name = path.file_name().unwrap_or_default();
            let lock = Reserved::new(&folder, name).map_err(|error| match error {
                Some(error) => unwritable(&path, &error),
                None => taken(&path),
            })?;
            reserved.push(lock);
            match folder.is_file(name) {
                Ok(false) => return Err(not_a_file(&path)),
                Ok(true) if !force && existing == Existing::Refused => return Err(exists(&path)),
                Ok(true) => {}
                Err(_) => try_name(&folder, name).map_err(|error| unwritable(&path, &error))?,
            }
        }
        Ok(Self {
            folder,
            name: Some(out.to_path_buf()),
            force,
            _reserved: reserved,
            _keeps: None,
        })
    }

    /// A folder of its own, out of which the audio goes to standard output.
    fn stdout(share: Share) -> Result<Self, CommandError> {
        if io::stdout().is_terminal() {
            return Err(command_error!(
                Usage,
                "Audio can't go to a terminal." => "Send it to a file or a program: ima music … --out - | mpv -",
                "音频不能写到终端。" => "请写到文件或程序：ima music … --out - | mpv -"
            ));
        }
        if matches!(share, Share::Several) {
            return Err(needs_folder(Path::new("-")));
        }
        let folder = tempfile::tempdir().and_then(|it| Ok((Folder::open(it.path())?, it)));
        let (folder, keeps) = folder.map_err(|error| unwritable(Path::new("-"), &error))?;
        Ok(Self {
            folder,
            name: None,
            force: false,
            _reserved: Vec::new(),
            _keeps: Some(keeps),
        })
    }

    /// The folder that takes the audio.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The name that was asked for.
    pub(crate) fn name(&self) -> Option<&Path> {
        self.name.as_deref()
    }

    /// Fetches one media of a task; `index` counts from 0. `base` is what a file in a folder is
    /// named after.
    pub(crate) async fn save(
        &self,
        runtime: &Runtime,
        media: &Media,
        base: &str,
        index: usize,
        tags: Option<&Tagging<'_>>,
    ) -> Result<Saved, Error> {
        let download = runtime.download_into(&media.url, &self.folder).await?;
        let here = |name: &OsStr| match self.folder.path() == Path::new(".") {
            true => PathBuf::from(name),
            false => self.folder.path().join(name),
        };
        let path_without_number = match &self.name {
            Some(name) => with_extension(name, download.format()),
            None => here(file_name(base, 0, download.format()).as_ref()),
        };
        // An earlier run may have saved it under the words of a prompt that is not kept.
        let earlier = tags.filter(|_| self.name.is_none());
        for name in earlier
            .map(|it| it.files_in(&self.folder))
            .unwrap_or_default()
        {
            if let Some(saved) = tags.and_then(|it| it.known(&download, here(&name))) {
                return Ok(saved);
            }
        }
        let path = numbered(&path_without_number, index);
        // It is paid for: whatever has taken the name meanwhile, there is another one.
        let mut path = path;
        for further in 1.. {
            let Ok(is_file) = self.folder.is_file(path.file_name().unwrap_or_default()) else {
                break;
            };
            if self.force && is_file {
                break;
            }
            if download.is_at(&path).await {
                return Ok(Saved::of(&download, path));
            }
            if let Some(saved) = tags.and_then(|it| it.known(&download, path.clone())) {
                return Ok(saved);
            }
            path = numbered(&path_without_number, index.saturating_add(further));
        }
        let mut saved = Saved::of(&download, path);
        download.keep(&saved.path, self.force).await?;
        if let Some(tags) = tags {
            match tags.apply(&self.folder, &saved) {
                Ok(Some(sha256)) => saved.sha256 = sha256,
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "a file has no tags"),
            }
        }
        Ok(saved)
    }
}

impl Saved {
    fn of(download: &Download, path: PathBuf) -> Self {
        Self {
            path,
            sha256: download.sha256().to_owned(),
            format: download.format(),
        }
    }
}

/// A name that no other process takes while this lives, by a lock on a hidden file beside it.
struct Reserved {
    folder: Folder,
    name: OsString,
    _file: File,
}

impl Reserved {
    /// Fails with none if another process has the name.
    fn new(folder: &Folder, target: &OsStr) -> Result<Self, Option<io::Error>> {
        let mut name = OsString::from(".ima-");
        name.push(target);
        name.push(".lock");
        let in_the_way = || Some(io::Error::from(ErrorKind::AlreadyExists));
        let file = folder.hidden(&name, false).map_err(Some)?;
        let mut file = file.ok_or_else(in_the_way)?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(None);
        }
        // Where files can't be locked at all, names are not kept from others.
        let written = file.write_all(&SAMPLE);
        let reserved = Self {
            folder: folder.clone(),
            name,
            _file: file,
        };
        written.map_err(Some)?;
        Ok(reserved)
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let _ = self.folder.remove(&self.name);
    }
}

/// Whether a file of this name can be made. Leaves none.
fn try_name(folder: &Folder, name: &OsStr) -> io::Result<()> {
    folder.create(name)?;
    folder.remove(name)
}

fn ends_with_separator(path: &Path) -> bool {
    let text = path.as_os_str().to_string_lossy();
    text.ends_with(std::path::is_separator)
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// A path from the root.
pub(crate) fn full(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// The name with the extension of what the file holds, in place of another one of audio.
fn with_extension(name: &Path, format: AudioFormat) -> PathBuf {
    const AUDIO: [&str; 11] = [
        "wav", "mp3", "ogg", "oga", "opus", "flac", "m4a", "aac", "webm", "amr", "aiff",
    ];
    let given = name.extension().and_then(OsStr::to_str).unwrap_or_default();
    let given = given.to_lowercase();
    let right = format.extension();
    if format == AudioFormat::Unknown || given == right {
        return name.to_path_buf();
    }
    if AUDIO.contains(&given.as_str()) {
        return name.with_extension(right);
    }
    let mut name = name.as_os_str().to_owned();
    name.push(".");
    name.push(right);
    name.into()
}

/// The first file has the name as it is, the second `-2` before the extension, and so on.
fn numbered(path: &Path, index: usize) -> PathBuf {
    if index == 0 {
        return path.to_path_buf();
    }
    let mut name = path.file_stem().map_or_else(OsString::new, OsString::from);
    name.push(format!("-{}", index + 1));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}
