//! What went wrong and what to do about it.

use std::path::Path;

use ima_host::types::Language;

use super::{Advice, KEYS, advise, say};

pub(crate) fn key_missing(language: Language) -> Advice {
    advise!(
        language,
        "There is no API key."
            => "Set the environment variable IMA_API_KEY to your key, which you find at {KEYS}",
        "没有找到 API 密钥。"
            => "请把环境变量 IMA_API_KEY 设为你的密钥，可在这里获取：{KEYS}"
    )
}

pub(crate) fn key_unusable(language: Language) -> Advice {
    advise!(
        language,
        "The API key is not valid: it holds characters that a key can't have."
            => "Copy it again into IMA_API_KEY, from {KEYS}",
        "API 密钥无效：含有密钥不会有的字符。"
            => "请重新复制到 IMA_API_KEY：{KEYS}"
    )
}

pub(crate) fn key_seen(language: Language) -> String {
    say!(
        language,
        "Other users of this machine can see a key on the command line. IMA_API_KEY in the environment is safer.",
        "命令行里的密钥会被本机其他用户看到，放在环境变量 IMA_API_KEY 里更安全。"
    )
}

pub(crate) fn dropped(language: Language, field: &str) -> String {
    say!(
        language,
        "Left out, as the model does not know it: {field}",
        "已忽略模型不支持的参数：{field}"
    )
}

pub(crate) fn key_in_request(language: Language) -> Advice {
    advise!(
        language,
        "Your API key stands in what you asked for. Nothing was sent."
            => "Take it out of the text and the options.",
        "你的请求里含有 API 密钥，没有发送任何内容。" => "请从文字和选项中去掉密钥。"
    )
}

pub(crate) fn clock(language: Language) -> Advice {
    advise!(
        language,
        "Time can only pass faster with a simulator on this machine."
            => "Leave out --clock-rate.",
        "只有连接本机模拟器时才能加快时间。" => "请去掉 --clock-rate。"
    )
}

pub(crate) fn journal(language: Language, folder: Option<&Path>) -> Advice {
    let folder = folder.map_or_else(
        || "~/.local/share/ima".to_owned(),
        |folder| folder.display().to_string(),
    );
    advise!(
        language,
        "The list of jobs in {folder} can't be used, and without it a paid job could be lost. Nothing was spent."
            => "Make the folder writable, or choose another one with IMA_DATA_DIR.",
        "无法使用 {folder} 中的任务记录；没有它，已付费的任务可能会丢失。没有扣除积分。"
            => "请让这个文件夹可写，或用 IMA_DATA_DIR 换一个。"
    )
}

pub(crate) fn preferences(language: Language, path: Option<&Path>) -> Advice {
    let path = path.map_or_else(
        || "~/.openclaw/memory/ima_prefs.json".to_owned(),
        |path| path.display().to_string(),
    );
    advise!(
        language,
        "The preferences in {path} can't be used. They were left as they are."
            => "Mend the file or move it away.",
        "无法使用 {path} 中的偏好设置，文件保持原样。" => "请修复这个文件，或把它移走。"
    )
}

pub(crate) fn set_aside(language: Language, path: &Path) -> String {
    let path = path.display();
    say!(
        language,
        "A damaged file was set aside as {path}, and a new one begun.",
        "文件已损坏，已另存为 {path}，并新建了一份。"
    )
}

pub(crate) fn job_in_use(language: Language, id: &str) -> Advice {
    advise!(
        language,
        "The job {id} is being worked on by another process." => "Let it finish; nothing was sent.",
        "任务 {id} 正由另一个进程处理。" => "请等它结束，这里没有发送任何请求。"
    )
}

pub(crate) fn network(language: Language) -> Advice {
    advise!(
        language,
        "The proxy or the certificates in the environment can't be used."
            => "Check HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE.",
        "环境变量里的代理或证书无法使用。" => "请检查 HTTPS_PROXY、NO_PROXY 和 SSL_CERT_FILE。"
    )
}

pub(crate) fn no_such_job(language: Language, id: &str) -> Advice {
    advise!(
        language,
        "There is no job {id} on this machine." => "`ima jobs` lists the jobs.",
        "本机没有任务 {id}。" => "用 `ima jobs` 查看任务列表。"
    )
}

pub(crate) fn nothing_to_resume(language: Language, id: &str) -> Advice {
    advise!(
        language,
        "The job {id} ended before it was started: nothing was spent, and there is nothing to go on with."
            => "Please start anew.",
        "任务 {id} 在开始之前就已结束：没有扣除积分，也没有可以继续的内容。" => "请重新发起。"
    )
}

pub(crate) fn broken_unspent(language: Language) -> Advice {
    advise!(
        language,
        "Something went wrong inside the program. Nothing was spent."
            => "Please try again later; `ima doctor` looks for the reason.",
        "程序内部出错了。没有扣除积分。" => "请稍后再试；`ima doctor` 可以帮你查找原因。"
    )
}

pub(crate) fn broken_resumable(language: Language) -> Advice {
    advise!(
        language,
        "Something went wrong inside the program. Your job is kept." => "Go on with `ima resume --all`.",
        "程序内部出错了。你的任务已保留。" => "可以用 `ima resume --all` 继续。"
    )
}

pub(crate) fn broken_unknown(language: Language) -> Advice {
    advise!(
        language,
        "Something went wrong inside the program, and the job may have been paid."
            => "Check your points.",
        "程序内部出错了，积分可能已经扣除。" => "请查看你的积分。"
    )
}

pub(crate) fn continuation(language: Language) -> Advice {
    advise!(
        language,
        "This job can't be gone on with by this version of the program."
            => "Take a newer version.",
        "这个版本的程序无法继续这项任务。" => "请使用更新的版本。"
    )
}
