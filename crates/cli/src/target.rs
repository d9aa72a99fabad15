//! Where the audio goes. Before anything is spent, the place is checked and the name reserved.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use ima_host::types::{Media, TaskType};
use ima_host::{AudioFormat, Download, DownloadError, Error, Runtime, file_name, open_hidden};

use crate::command_error::CommandError;
use crate::options::Delivery;
use crate::ui::text::{Text, command_error, say};

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
        existing: Existing,
    ) -> Result<Self, CommandError> {
        let force = delivery.force;
        let folder = |folder: &Path| {
            fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
            sample(folder).map_err(|error| unwritable(folder, &error))?;
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
            return Err(command_error!(
                Usage,
                "Audio can't go to standard output." => "Name a file, for example --out song.wav",
                "音频不能写到标准输出。" => "请用 --out 指定文件，例如 song.wav。"
            ));
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
        let mut reserved = Vec::with_capacity(clips);
        for path in (0..clips).map(|index| numbered(out, index)) {
            let lock = Reserved::new(&path).map_err(|error| match error {
                Some(error) => unwritable(&path, &error),
                None => taken(&path),
            })?;
            reserved.push(lock);
            match fs::symlink_metadata(&path) {
                Ok(there) if !there.is_file() => return Err(not_a_file(&path)),
                Ok(_) if !force && existing == Existing::Refused => return Err(exists(&path)),
                Ok(_) => {}
                Err(_) => try_name(&path).map_err(|error| unwritable(&path, &error))?,
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
    ) -> Result<Saved, Error> {
        let download = runtime.download(&media.url, &self.folder).await?;
        let path_without_number = match &self.name {
            Some(name) => name.clone(),
            None => {
                let name = file_name(base, 0, download.format());
                match self.folder == Path::new(".") {
                    true => PathBuf::from(name),
                    false => self.folder.join(name),
                }
            }
        };
        let path = numbered(&path_without_number, index);
        // It is paid for: whatever has taken the name meanwhile, there is another one.
        let mut path = path;
        for further in 1.. {
            let Ok(there) = fs::symlink_metadata(&path) else {
                break;
            };
            if self.force && there.is_file() {
                break;
            }
            if download.is_at(&path).await {
                return Ok(Saved::of(&download, path));
            }
            path = numbered(&path_without_number, index.saturating_add(further));
        }
        let saved = Saved::of(&download, path);
        download.keep(&saved.path, self.force).await?;
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
    path: PathBuf,
    _file: File,
}

impl Reserved {
    /// Fails with none if another process has the name.
    fn new(target: &Path) -> Result<Self, Option<io::Error>> {
        let mut hidden = OsString::from(".ima-");
        hidden.push(target.file_name().unwrap_or_default());
        hidden.push(".lock");
        let path = folder_of(target).join(hidden);
        let in_the_way = || Some(io::Error::from(ErrorKind::AlreadyExists));
        let file = open_hidden(&path, 0o600).map_err(Some)?;
        let mut file = file.ok_or_else(in_the_way)?;
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

/// Why a file can't be written.
fn reason(error: &io::Error) -> Text {
    match error.kind() {
        ErrorKind::StorageFull => say!("the disk is full", "磁盘已满"),
        ErrorKind::QuotaExceeded => say!("the quota is used up", "配额已用完"),
        ErrorKind::ReadOnlyFilesystem => say!("the disk is read-only", "磁盘是只读的"),
        ErrorKind::PermissionDenied => say!("permission denied", "没有权限"),
        ErrorKind::NotFound => say!("there is no such folder", "没有这个文件夹"),
        ErrorKind::NotADirectory => say!(
            "a part of the path is not a folder",
            "路径中有一部分不是文件夹"
        ),
        ErrorKind::AlreadyExists => say!(
            "something else has the name of its hidden file",
            "同名的隐藏文件被占用"
        ),
        ErrorKind::InvalidFilename => say!("the name is too long", "文件名太长"),
        _ => say!("the system refused", "系统拒绝了"),
    }
}

fn unwritable(path: &Path, error: &io::Error) -> CommandError {
    let path = path.display();
    let Text { en, zh } = reason(error);
    command_error!(
        Target,
        "{path} can't be written: {en}." => "Choose another place with --out.",
        "无法写入 {path}：{zh}。" => "请用 --out 换一个位置。"
    )
}

fn taken(path: &Path) -> CommandError {
    let path = path.display();
    command_error!(
        Target,
        "Another run is about to save {path}." => "Choose another name with --out.",
        "另一个进程正准备保存 {path}。" => "请用 --out 换一个文件名。"
    )
}

fn exists(path: &Path) -> CommandError {
    let path = path.display();
    command_error!(
        Target,
        "{path} already exists." => "Choose another name, or replace it with --force.",
        "{path} 已经存在。" => "请换一个文件名，或加上 --force 覆盖它。"
    )
}

fn not_a_file(path: &Path) -> CommandError {
    let path = path.display();
    command_error!(
        Target,
        "{path} is not a regular file and can't be replaced." => "Choose another name with --out.",
        "{path} 不是普通文件，不会被覆盖。" => "请用 --out 换一个文件名。"
    )
}

fn no_folder(path: &Path) -> CommandError {
    let path = path.display();
    command_error!(
        Target,
        "{path} can't take the audio: there is no such folder."
            => "Create it, or choose another one with --out.",
        "不能保存到 {path}：没有这个文件夹。" => "请先创建它，或用 --out 换一个。"
    )
}

fn needs_folder(path: &Path) -> CommandError {
    let path = path.display();
    command_error!(
        Usage,
        "Several jobs need a folder, and {path} is not one."
            => "Name a folder with --out; it is created.",
        "{path} 不是文件夹，多个任务的音频需要保存在文件夹里。"
            => "请用 --out 指定一个文件夹，会自动创建。"
    )
}

/// Audio that is ready and could not be saved.
pub(crate) fn not_saved(error: &Error, url: &str) -> Text {
    let Text { en, zh } = match error {
        Error::Download(DownloadError::File { source, .. }) => reason(source),
        Error::Download(DownloadError::Exists(path)) => {
            let path = path.display();
            say!("{path} already exists", "{path} 已经存在")
        }
        Error::Download(DownloadError::Network) => say!("the connection broke", "连接中断"),
        Error::Download(DownloadError::Incomplete) => say!("it is cut off", "内容不完整"),
        Error::Download(DownloadError::TooSlow) => say!("it took too long", "下载时间过长"),
        Error::Download(DownloadError::TooLarge(_)) => say!("it is too large", "文件过大"),
        Error::Download(DownloadError::NotAudio | DownloadError::ContentType(_)) => {
            say!("the server sent no audio", "收到的不是音频")
        }
        Error::Download(DownloadError::Status(status)) => say!(
            "its link does not work at the moment (status {status})",
            "链接暂时无法使用（状态 {status}）"
        ),
        Error::Download(DownloadError::Redirects) => {
            say!("its link leads on and on", "链接不断跳转")
        }
        Error::Download(DownloadError::Address) => say!("its address is not safe", "地址不安全"),
        _ => say!("it can't be downloaded right now", "暂时无法下载"),
    };
    say!(
        "The audio is ready, but could not be saved: {en}. Its link: {url}",
        "音频已经生成，但没能保存到本机：{zh}。链接：{url}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    fn reserve(out: &Path, force: bool, share: Share) -> Result<Target, Exit> {
        let delivery = Delivery {
            out: Some(out.to_path_buf()),
            force,
            ..Delivery::default()
        };
        Target::reserve(&delivery, share, Existing::Refused).map_err(|error| error.kind.exit())
    }

    const ONE: Share = Share::One(None, 1);

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
        let speech = Share::One(Some(TaskType::TextToSpeech), 1);
        assert!(reserve(&out, false, speech).is_ok(), "it brings one file");
        assert!(reserve(&out, true, ONE).is_ok());
        let nowhere = folder.path().join("no/song.mp3");
        assert_eq!(reserve(&nowhere, true, ONE).err(), Some(Exit::Refused));
        assert_eq!(entries(folder.path()), 1, "nothing else is left");
    }

    #[test]
    fn every_clip_has_its_name_reserved() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("song.mp3");
        fs::write(folder.path().join("song-4.mp3"), "").unwrap();
        let two = Share::One(Some(TaskType::TextToMusic), 2);
        assert_eq!(reserve(&out, false, two).err(), Some(Exit::Refused));
        assert!(reserve(&out, false, ONE).is_ok());
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
