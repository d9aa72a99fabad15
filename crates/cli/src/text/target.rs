//! Words about files: where the audio goes, and what is there already.

use std::io::{self, ErrorKind};
use std::path::Path;

use ima_host::types::Language;
use ima_host::{DownloadError, Error};

use super::{Advice, advise, say};

/// Why a file can't be written.
fn io_reason(language: Language, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::StorageFull => say!(language, "the disk is full", "磁盘已满"),
        ErrorKind::QuotaExceeded => say!(language, "the quota is used up", "配额已用完"),
        ErrorKind::ReadOnlyFilesystem => say!(language, "the disk is read-only", "磁盘是只读的"),
        ErrorKind::PermissionDenied => say!(language, "it is not permitted", "没有权限"),
        ErrorKind::NotFound => say!(language, "there is no such folder", "没有这个文件夹"),
        ErrorKind::NotADirectory => {
            say!(
                language,
                "a part of it is not a folder",
                "路径中有一部分不是文件夹"
            )
        }
        ErrorKind::InvalidFilename => say!(language, "the name is too long", "文件名太长"),
        _ => say!(language, "the system refuses it", "系统拒绝了"),
    }
}

pub(crate) fn unwritable(language: Language, path: &Path, error: &io::Error) -> Advice {
    let path = path.display();
    let reason = io_reason(language, error);
    advise!(
        language,
        "{path} can't be written: {reason}."
            => "Choose another place with --out.",
        "无法写入 {path}：{reason}。" => "请用 --out 换一个位置。"
    )
}

pub(crate) fn taken(language: Language, path: &Path) -> Advice {
    let path = path.display();
    advise!(
        language,
        "Another run is about to save {path}." => "Choose another name with --out.",
        "另一个进程正准备保存 {path}。" => "请用 --out 换一个文件名。"
    )
}

pub(crate) fn exists(language: Language, path: &Path) -> Advice {
    let path = path.display();
    advise!(
        language,
        "{path} exists already." => "Choose another name, or replace it with --force.",
        "{path} 已经存在。" => "请换一个文件名，或加上 --force 覆盖它。"
    )
}

pub(crate) fn not_a_file(language: Language, path: &Path) -> Advice {
    let path = path.display();
    advise!(
        language,
        "{path} is no ordinary file, and is not replaced." => "Choose another name with --out.",
        "{path} 不是普通文件，不会被覆盖。" => "请用 --out 换一个文件名。"
    )
}

pub(crate) fn no_folder(language: Language, path: &Path) -> Advice {
    let path = path.display();
    advise!(
        language,
        "Files can't be saved in {path}: there is no such folder."
            => "Create it, or choose another one with --out.",
        "不能保存到 {path}：没有这个文件夹。" => "请先创建它，或用 --out 换一个。"
    )
}

pub(crate) fn needs_folder(language: Language, path: &Path) -> Advice {
    let path = path.display();
    advise!(
        language,
        "{path} is not a folder, and the audio of several jobs needs one."
            => "Name a folder with --out; it is created.",
        "{path} 不是文件夹，多个任务的音频需要保存在文件夹里。"
            => "请用 --out 指定一个文件夹，会自动创建。"
    )
}

pub(crate) fn no_standard_output(language: Language) -> Advice {
    advise!(
        language,
        "Audio is not written to standard output." => "Name a file with --out, for example song.wav.",
        "音频不能写到标准输出。" => "请用 --out 指定文件，例如 song.wav。"
    )
}

/// Audio that is ready, and is not on this machine.
pub(crate) fn not_saved(language: Language, error: &Error, url: &str) -> String {
    let reason = match error {
        Error::Download(DownloadError::File { source, .. }) => io_reason(language, source),
        Error::Download(DownloadError::Exists(path)) => {
            let path = path.display();
            say!(language, "{path} exists already", "{path} 已经存在")
        }
        Error::Download(DownloadError::Network) => {
            say!(language, "the connection broke off", "连接中断")
        }
        Error::Download(DownloadError::TooSlow) => {
            say!(language, "it took too long", "下载时间过长")
        }
        Error::Download(DownloadError::TooLarge(_)) => {
            say!(language, "it is too large", "文件过大")
        }
        Error::Download(DownloadError::NotAudio) => {
            say!(language, "what came is not audio", "收到的不是音频")
        }
        Error::Download(DownloadError::Address) => {
            say!(language, "its address is not safe", "地址不安全")
        }
        _ => say!(
            language,
            "it is not to be had at the moment",
            "暂时无法下载"
        ),
    };
    say!(
        language,
        "The audio is ready, but it could not be saved here: {reason}. Its link: {url}",
        "音频已经生成，但没能保存到本机：{reason}。链接：{url}"
    )
}

pub(crate) fn not_fetched(language: Language) -> String {
    say!(
        language,
        "The audio is ready and paid, but it was not fetched.",
        "音频已经生成，已付费，但没有下载完。"
    )
}

pub(crate) fn save_later(language: Language, job: &str) -> String {
    say!(
        language,
        "To save it, at no further cost: ima resume {job} --out FOLDER/",
        "保存它（不再扣积分）：ima resume {job} --out 文件夹/"
    )
}

pub(crate) fn other_format(language: Language, path: &Path, format: &str) -> String {
    let path = path.display();
    say!(
        language,
        "Note: {path} holds audio in the format {format}.",
        "注意：{path} 里的音频是 {format} 格式。"
    )
}

pub(crate) fn output_lost(language: Language) -> Advice {
    advise!(
        language,
        "What was to be printed could not be written." => "`ima jobs` lists what was started.",
        "结果没能写到标准输出。" => "用 `ima jobs` 查看已开始的任务。"
    )
}
