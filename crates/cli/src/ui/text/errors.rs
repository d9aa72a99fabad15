//! The errors that several commands, or the library, can lead to.

use ima_host::types::Charge;
use ima_host::{CeilingExceeded, NetworkError, Origin, OriginError, StoreError};

use super::{KEYS, Text, command_error, later, say, see_jobs, shortened, unspent};
use crate::command_error::{CommandError, ErrorKind};
use crate::exit::Exit;
use crate::folders;

pub(crate) fn key_missing() -> CommandError {
    command_error!(
        Unauthorised,
        "No API key found."
            => "Run `ima login`, or set the environment variable IMA_API_KEY. Your key: {KEYS}",
        "没有找到 API 密钥。"
            => "请运行 `ima login`，或把环境变量 IMA_API_KEY 设为你的密钥，可在这里获取：{KEYS}"
    )
}

pub(crate) fn key_unusable() -> CommandError {
    command_error!(
        Unauthorised,
        "The API key contains characters that a key can't have."
            => "Copy it into IMA_API_KEY again. Your key: {KEYS}",
        "API 密钥无效：含有密钥不会有的字符。"
            => "请重新复制到 IMA_API_KEY：{KEYS}"
    )
}

pub(crate) fn key_in_request() -> CommandError {
    command_error!(
        Invalid,
        "Your request contains your API key. Nothing was sent."
            => "Remove the key from the text and the options.",
        "你的请求里含有 API 密钥，没有发送任何内容。" => "请从文字和选项中去掉密钥。"
    )
}

pub(crate) fn too_long(most: usize) -> CommandError {
    command_error!(
        Invalid,
        "Your request is too long." => "All its texts together may have up to {most} bytes.",
        "内容太长。" => "所有文字合计最多 {most} 字节。"
    )
}

pub(crate) fn clock() -> CommandError {
    command_error!(
        Usage,
        "--clock-rate needs a simulator on this machine." => "Leave out --clock-rate.",
        "只有连接本机模拟器时才能加快时间。" => "请去掉 --clock-rate。"
    )
}

pub(crate) fn network(error: &NetworkError) -> CommandError {
    let Text { en, zh } = unusable(error);
    let hint = say!(
        "Change or unset it; NO_PROXY lists hosts that need no proxy.",
        "请修改或取消这个设置；NO_PROXY 列出不需要代理的主机。"
    );
    CommandError::new(ErrorKind::Usage, Text { en, zh }).hint(hint)
}

pub(crate) fn address(error: &OriginError) -> CommandError {
    let example = Origin::DEFAULT;
    match error {
        OriginError::Scheme => command_error!(
            Usage,
            "The service's address must start with https://, so that nobody can read the key on the way."
                => "Example: {example}. Only an address of this machine may start with http://.",
            "服务地址必须以 https:// 开头，以免密钥在途中被人读取。"
                => "例如：{example}。只有本机地址可以用 http://。"
        ),
        OriginError::Extra => command_error!(
            Usage,
            "The service's address may only have a host and a port." => "Example: {example}",
            "服务地址只能包含主机和端口。" => "例如：{example}"
        ),
        _ => command_error!(
            Usage,
            "The service's address is not a URL." => "Example: {example}",
            "无法识别服务地址。" => "例如：{example}"
        ),
    }
}

/// The jobs can't be kept in their folder.
/// A setting of the network that can't be used.
fn unusable(error: &NetworkError) -> Text {
    let zh = match error {
        NetworkError::Proxy { from, found } => {
            format!(
                "{from} 里的代理无法使用（{found}）：请写 http://HOST:PORT 或 socks5://HOST:PORT。"
            )
        }
        NetworkError::Certificate { from } => format!("{from} 里有无法使用的证书。"),
        NetworkError::CertificateFile { path, .. } => {
            format!("无法读取证书文件 {}。", path.display())
        }
        _ => "网络设置中有一项无法使用。".to_owned(),
    };
    Text {
        en: error.to_string(),
        zh,
    }
}

/// A setting of the environment that is not used.
pub(crate) fn left_out(warning: &NetworkError) -> Text {
    unusable(warning).and(&say!("It is left out.", "已略过。"))
}

pub(crate) fn journal() -> CommandError {
    if folders::data().is_none() {
        return command_error!(
            Journal,
            "There is no place for the jobs: this user has no home folder. Without them a paid job could be lost, so nothing was spent."
                => "Name a folder with IMA_DATA_DIR, or set HOME.",
            "没有地方保存任务记录：这个用户没有主目录。没有它，已付费的任务可能会丢失。没有扣除积分。"
                => "请用 IMA_DATA_DIR 指定一个文件夹，或设置 HOME。"
        );
    }
    let folder = folders::data();
    let folder = folder.as_deref().map_or_else(
        || "~/.local/share/ima".to_owned(),
        |folder| folder.display().to_string(),
    );
    command_error!(
        Journal,
        "The jobs in {folder} can't be read or written. Without them a paid job could be lost, so nothing was spent."
            => "Make the folder writable, or choose another one with IMA_DATA_DIR.",
        "无法使用 {folder} 中的任务记录；没有它，已付费的任务可能会丢失。没有扣除积分。"
            => "请让这个文件夹可写，或用 IMA_DATA_DIR 换一个。"
    )
}

/// The journal failed before anything was spent.
pub(crate) fn store(error: &StoreError) -> CommandError {
    match error {
        StoreError::Later { .. } => command_error!(
            Journal,
            "The jobs on this machine were written by a newer version of the program. Nothing was spent."
                => "Install the newer version, or choose another folder with IMA_DATA_DIR.",
            "本机的任务记录由更新版本的程序写入。没有扣除积分。"
                => "请安装新版本，或用 IMA_DATA_DIR 换一个文件夹。"
        ),
        StoreError::InUse(id) => job_in_use(id),
        StoreError::NoSuchJob(id) => no_such_job(id),
        _ => journal(),
    }
}

/// What is known about the money, as a sentence.
fn money(charge: Charge) -> Text {
    match charge {
        Charge::No => unspent(),
        Charge::Yes => say!("The job is paid.", "任务已付费。"),
        Charge::Unknown => say!("The points may be spent.", "积分可能已扣除。"),
    }
}

/// A job that was resumed can't be kept.
pub(crate) fn unrecorded(kind: ErrorKind, charge: Charge) -> CommandError {
    let what = say!(
        "The job can't be read or written.",
        "无法读取或写入任务记录。"
    );
    CommandError::new(kind, what.and(&money(charge))).hint(say!(
        "Make the job folder writable; `ima doctor` shows where it is.",
        "请让任务文件夹可写；用 `ima doctor` 查看它的位置。"
    ))
}

/// More would have been spent than is allowed.
pub(crate) fn ceiling(kind: ErrorKind, ceiling: &CeilingExceeded, charge: Charge) -> CommandError {
    let (what, hint) = match ceiling {
        CeilingExceeded::PerRequest { points, ceiling } => (
            say!(
                "This costs {points} points, and one generation may cost {ceiling}.",
                "需要 {points} 积分，而每次生成最多 {ceiling} 积分。"
            ),
            say!(
                "`ima models` shows cheaper models.",
                "用 `ima models` 查看更便宜的模型。"
            ),
        ),
        CeilingExceeded::PerDay {
            points,
            spent,
            ceiling,
        } => (
            say!(
                "This costs {points} points; {spent} of the {ceiling} allowed today are spent or in doubt.",
                "需要 {points} 积分；今天允许 {ceiling} 积分，已用或待确认 {spent} 积分。"
            ),
            say!(
                "Wait until tomorrow (UTC), or take a cheaper model: `ima models`",
                "请等到明天（UTC），或换更便宜的模型：`ima models`"
            ),
        ),
        _ => (
            say!(
                "The service refused this generation three times, so it is not tried again.",
                "服务已三次拒绝这次生成，不再尝试。"
            ),
            say!(
                "Start a new one with other options.",
                "请换一些选项，重新发起。"
            ),
        ),
    };
    CommandError::new(kind, what.and(&money(charge))).hint(hint)
}

/// The program is ending.
pub(crate) fn interrupted() -> CommandError {
    let kind = ErrorKind::Component(Exit::Unknown);
    let what = say!(
        "The work was broken off because the program is ending. Points may be spent.",
        "程序正在结束，工作被中断。积分可能已扣除。"
    );
    CommandError::new(kind, what).hint(see_jobs())
}

pub(crate) fn job_in_use(id: &str) -> CommandError {
    command_error!(
        JobInUse,
        "Another process is working on the job {id}. Nothing was sent."
            => "Wait until it ends.",
        "任务 {id} 正由另一个进程处理。" => "请等它结束，这里没有发送任何请求。"
    )
}

pub(crate) fn no_such_job(id: &str) -> CommandError {
    let id = shortened(id);
    command_error!(
        Usage,
        "No job {id} on this machine." => "`ima jobs` lists the jobs.",
        "本机没有任务 {id}。" => "用 `ima jobs` 查看任务列表。"
    )
}

pub(crate) fn nothing_to_resume(id: &str) -> CommandError {
    command_error!(
        NothingToResume,
        "The job {id} ended before it started. Nothing was spent, so there is nothing to resume."
            => "Start a new one.",
        "任务 {id} 在开始之前就已结束：没有扣除积分，也没有可以继续的内容。" => "请重新发起。"
    )
}

pub(crate) fn continuation() -> CommandError {
    command_error!(
        Continuation,
        "This version of the program can't resume this job." => "Install a newer version.",
        "这个版本的程序无法继续这项任务。" => "请使用更新的版本。"
    )
}

/// The program itself is at fault.
pub(crate) fn internal(kind: ErrorKind) -> CommandError {
    let error = match kind.exit() {
        Exit::Resumable => command_error!(
            Other,
            "The program failed. Your job is kept." => "To continue: ima resume --all",
            "程序内部出错了。你的任务已保留。" => "可以用 `ima resume --all` 继续。"
        ),
        Exit::Unknown => command_error!(
            Other,
            "The program failed, and the job may have been paid." => "Check your points.",
            "程序内部出错了，积分可能已经扣除。" => "请查看你的积分。"
        ),
        _ => CommandError::new(
            kind,
            say!(
                "The program failed. Nothing was spent.",
                "程序内部出错了。没有扣除积分。"
            ),
        )
        .hint(later()),
    };
    CommandError { kind, ..error }
}

/// The option is there, and nothing after it.
pub(crate) fn option_empty(option: &str) -> CommandError {
    command_error!(
        Usage,
        "{option} is empty." => "Leave it out, or write a value after it.",
        "{option} 是空的。" => "请去掉它，或在后面写上内容。"
    )
}
