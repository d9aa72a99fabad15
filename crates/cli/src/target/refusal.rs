//! Why a place takes no audio, in the user's words.

use std::io::{self, ErrorKind};
use std::path::Path;

use ima_host::{DownloadError, Error};

use crate::command_error::CommandError;
use crate::ui::text::{Text, command_error, say};

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

pub(super) fn unwritable(path: &Path, error: &io::Error) -> CommandError {
    let path = path.display();
    let Text { en, zh } = reason(error);
    command_error!(
        Target,
        "{path} can't be written: {en}." => "Choose another place with --out.",
        "无法写入 {path}：{zh}。" => "请用 --out 换一个位置。"
    )
}

pub(super) fn taken(path: &Path) -> CommandError {
    let path = path.display();
    command_error!(
        Target,
        "Another run is about to save {path}." => "Choose another name with --out.",
        "另一个进程正准备保存 {path}。" => "请用 --out 换一个文件名。"
    )
}

pub(super) fn exists(path: &Path) -> CommandError {
    let path = path.display();
    command_error!(
        Target,
        "{path} already exists." => "Choose another name, or replace it with --force.",
        "{path} 已经存在。" => "请换一个文件名，或加上 --force 覆盖它。"
    )
}

pub(super) fn not_a_file(path: &Path) -> CommandError {
    let path = path.display();
    command_error!(
        Target,
        "{path} is not a regular file and can't be replaced." => "Choose another name with --out.",
        "{path} 不是普通文件，不会被覆盖。" => "请用 --out 换一个文件名。"
    )
}

pub(super) fn no_folder(path: &Path) -> CommandError {
    let path = path.display();
    command_error!(
        Target,
        "{path} can't take the audio: there is no such folder."
            => "Create it, or choose another one with --out.",
        "不能保存到 {path}：没有这个文件夹。" => "请先创建它，或用 --out 换一个。"
    )
}

pub(super) fn needs_folder(path: &Path) -> CommandError {
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
