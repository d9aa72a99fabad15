//! Where the audio goes: made sure of before anything is spent.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ima_host::types::{Language, Media, TaskType};
use ima_host::{Error, Runtime, file_name};

use crate::args::Delivery;
use crate::exit::Exit;
use crate::report::SavedFile;
use crate::setup::Trouble;
use crate::text;

/// What is written to find out whether a place takes data at all.
const SAMPLE: [u8; 4096] = [0; 4096];

/// How many generations share a target, and how many files each brings.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Share {
    One(Option<TaskType>),
    Several,
}

/// A place that takes the audio: a folder, or a file's name that is reserved.
pub(crate) struct Target {
    folder: PathBuf,
    name: Option<PathBuf>,
    force: bool,
    _reserved: Vec<Reserved>,
}

impl Target {
    /// Creates the folder that was asked for, reserves the name, and tries both.
    pub(crate) fn reserve(
        delivery: &Delivery,
        share: Share,
        language: Language,
    ) -> Result<Self, Trouble> {
        let force = delivery.force;
        let refuse = |path: &Path, error: &io::Error| {
            let advice = text::unwritable(language, path, error);
            Trouble::new(Exit::Refused, "target", advice)
        };
        let folder = |folder: &Path| {
            fs::create_dir_all(folder).map_err(|error| refuse(folder, &error))?;
            sample(folder).map_err(|error| refuse(folder, &error))?;
            Ok(Self {
                folder: folder.to_path_buf(),
                name: None,
                force,
                _reserved: Vec::new(),
            })
        };
        let Some(out) = delivery.out.as_deref() else {
            return folder(Path::new("."));
        };
        if out == Path::new("-") {
            return Err(Trouble::usage(text::no_standard_output(language)));
        }
        if out.is_dir() || ends_with_separator(out) {
            return folder(out);
        }
        let clips = match share {
            Share::Several if out.exists() || out.extension().is_some() => {
                return Err(Trouble::usage(text::needs_folder(language, out)));
            }
            Share::Several => return folder(out),
            Share::One(Some(TaskType::TextToSpeech)) => 1,
            // Music comes in two.
            Share::One(_) => 2,
        };
        let parent = folder_of(out);
        if !parent.is_dir() {
            let advice = text::no_folder(language, parent);
            return Err(Trouble::new(Exit::Refused, "target", advice));
        }
        let mut reserved = Vec::with_capacity(clips);
        for path in (0..clips).map(|index| numbered(out, index)) {
            let lock = Reserved::new(&path).map_err(|error| match error {
                Some(error) => refuse(&path, &error),
                None => Trouble::new(Exit::Refused, "target", text::taken(language, &path)),
            })?;
            reserved.push(lock);
            match fs::symlink_metadata(&path) {
                Ok(there) if !there.is_file() => {
                    let advice = text::not_a_file(language, &path);
                    return Err(Trouble::new(Exit::Refused, "target", advice));
                }
                Ok(_) if !force => {
                    let advice = text::exists(language, &path);
                    return Err(Trouble::new(Exit::Refused, "target", advice));
                }
                Ok(_) => {}
                Err(_) => try_name(&path).map_err(|error| refuse(&path, &error))?,
            }
        }
        Ok(Self {
            folder: parent.to_path_buf(),
            name: Some(out.to_path_buf()),
            force,
            _reserved: reserved,
        })
    }

    /// Fetches one media of a task; `index` counts from 0. `base` is what a file in a folder is
    /// named after.
    pub(crate) async fn save(
        &self,
        runtime: &Runtime,
        media: &Media,
        base: &str,
        index: usize,
    ) -> Result<SavedFile, Error> {
        let download = runtime.download(&media.url, &self.folder).await?;
        let format = download.format();
        let path = match &self.name {
            Some(name) => numbered(name, index),
            None => {
                let name = file_name(base, index, format);
                if self.folder == Path::new(".") {
                    PathBuf::from(name)
                } else {
                    self.folder.join(name)
                }
            }
        };
        let replaceable = fs::symlink_metadata(&path).is_ok_and(|there| there.is_file());
        let saved = SavedFile {
            path,
            sha256: download.sha256().to_owned(),
            extension: format.extension(),
        };
        download
            .keep(&saved.path, self.force && replaceable)
            .await?;
        Ok(saved)
    }
}

/// A name that no other process takes while this lives, by a lock on a hidden file beside it.
struct Reserved {
    path: PathBuf,
    _file: File,
}

impl Reserved {
    /// Fails with none where another process has the name.
    fn new(target: &Path) -> Result<Self, Option<io::Error>> {
        let mut hidden = OsString::from(".ima-");
        hidden.push(target.file_name().unwrap_or_default());
        hidden.push(".lock");
        let path = folder_of(target).join(hidden);
        let mut options = File::options();
        let options = options.create(true).truncate(false).write(true);
        let mut file = options.open(&path).map_err(Some)?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(None);
        }
        // Where files can't be locked at all, names are not kept from others.
        let written = file.write_all(&SAMPLE);
        let reserved = Self { path, _file: file };
        written.map_err(Some)?;
        Ok(reserved)
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether a file of this name can be made. Leaves none.
fn try_name(path: &Path) -> io::Result<()> {
    File::create_new(path)?;
    fs::remove_file(path)
}

/// Whether a folder takes data.
fn sample(folder: &Path) -> io::Result<()> {
    let mut file = tempfile::Builder::new()
        .prefix(".ima-")
        .tempfile_in(folder)?;
    file.write_all(&SAMPLE)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn reserve(out: &Path, force: bool, share: Share) -> Result<Target, Exit> {
        let delivery = Delivery {
            out: Some(out.to_path_buf()),
            force,
            ..Delivery::default()
        };
        Target::reserve(&delivery, share, Language::En).map_err(|trouble| trouble.exit)
    }

    const ONE: Share = Share::One(None);

    fn entries(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn further_files_are_numbered_before_the_extension() {
        assert_eq!(
            numbered(Path::new("a/song.mp3"), 0),
            Path::new("a/song.mp3")
        );
        assert_eq!(
            numbered(Path::new("a/song.mp3"), 1),
            Path::new("a/song-2.mp3")
        );
        assert_eq!(numbered(Path::new("song"), 2), Path::new("song-3"));
    }

    #[test]
    fn an_existing_target_is_refused_unless_forced() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("song.mp3");
        assert!(reserve(&out, false, ONE).is_ok());
        fs::write(folder.path().join("song-2.mp3"), "").unwrap();
        assert_eq!(reserve(&out, false, ONE).err(), Some(Exit::Refused));
        let speech = Share::One(Some(TaskType::TextToSpeech));
        assert!(reserve(&out, false, speech).is_ok(), "it brings one file");
        assert!(reserve(&out, true, ONE).is_ok());
        let nowhere = folder.path().join("no/song.mp3");
        assert_eq!(reserve(&nowhere, true, ONE).err(), Some(Exit::Refused));
        assert_eq!(entries(folder.path()), 1, "nothing else is left");
    }

    #[test]
    fn a_name_is_reserved_as_long_as_the_target_lives() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("song.mp3");
        let first = reserve(&out, false, ONE).ok();
        assert!(first.is_some());
        assert_eq!(reserve(&out, true, ONE).err(), Some(Exit::Refused));
        let second = folder.path().join("song-2.mp3");
        assert_eq!(reserve(&second, false, ONE).err(), Some(Exit::Refused));
        drop(first);
        assert!(reserve(&out, false, ONE).is_ok());
        assert_eq!(entries(folder.path()), 0);
    }

    #[test]
    fn a_folder_is_created_where_one_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        assert!(reserve(&folder.path().join("new/"), false, ONE).is_ok());
        assert!(reserve(&folder.path().join("songs"), false, Share::Several).is_ok());
        assert!(folder.path().join("new").is_dir() && folder.path().join("songs").is_dir());
        let song = folder.path().join("song.mp3");
        assert_eq!(
            reserve(&song, false, Share::Several).err(),
            Some(Exit::Usage)
        );
        fs::write(&song, "").unwrap();
        let under = song.join("new/");
        assert_eq!(reserve(&under, false, ONE).err(), Some(Exit::Refused));
    }

    #[cfg(unix)]
    #[test]
    fn only_files_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link.wav");
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        for (out, force) in [
            (link.as_path(), false),
            (&link, true),
            (Path::new("/dev/null"), true),
        ] {
            assert_eq!(
                reserve(out, force, ONE).err(),
                Some(Exit::Refused),
                "{out:?}"
            );
        }
    }

    #[test]
    fn a_name_that_cannot_be_made_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join("x".repeat(400));
        assert_eq!(reserve(&long, false, ONE).err(), Some(Exit::Refused));
        assert_eq!(entries(folder.path()), 0);
    }
}
