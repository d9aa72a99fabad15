//! The program's own words, in both languages. What a generation says comes from the component.

use std::path::Path;

use ima_host::types::Language;

use crate::params::ParamError;

/// A sentence in both languages.
macro_rules! say {
    ($language:expr, $en:literal, $zh:literal) => {
        match $language {
            Language::En => format!($en),
            Language::Zh => format!($zh),
        }
    };
}

pub(crate) fn key_missing(language: Language) -> String {
    say!(
        language,
        "There is no API key. Set the environment variable IMA_API_KEY to your key, which you find at https://imastudio.com.",
        "没有找到 API 密钥。请把环境变量 IMA_API_KEY 设为你的密钥，可在 https://imastudio.com 获取。"
    )
}

pub(crate) fn key_unusable(language: Language) -> String {
    say!(
        language,
        "The API key in IMA_API_KEY is not valid: it holds characters that a key can't have.",
        "IMA_API_KEY 里的 API 密钥无效：含有密钥不会有的字符。"
    )
}

pub(crate) fn prompt_empty(language: Language) -> String {
    say!(
        language,
        "The text is empty. Say what you would like.",
        "内容是空的，请写下你想要的内容。"
    )
}

pub(crate) fn param(language: Language, error: &ParamError) -> String {
    match error {
        ParamError::Shape(given) => say!(
            language,
            "--param {given}: a parameter is a name, an equals sign and a value. Example: --param make_instrumental=true",
            "--param {given}：参数的写法是“名称=值”。例如：--param make_instrumental=true"
        ),
        ParamError::NotJson { name, given } => {
            let given = shortened(given);
            let example = serde_json::Value::from(given.trim_matches(['"', '\'']));
            say!(
                language,
                "--param {name}: the value {given} is not valid JSON. Text needs quotation marks. Example: --param '{name}={example}'",
                "--param {name}：值 {given} 不是有效的 JSON。文字需要加引号。例如：--param '{name}={example}'"
            )
        }
        ParamError::Twice(name) => say!(
            language,
            "--param {name}: given twice. Give it once, for example: --param {name}=true",
            "--param {name}：重复了。请只写一次，例如：--param {name}=true"
        ),
    }
}

pub(crate) fn value_refused(language: Language, field: &str, allowed: &str) -> String {
    say!(
        language,
        "{field} can't be used as given. Accepted: {allowed}",
        "{field} 的值不能使用。可用的值：{allowed}"
    )
}

pub(crate) fn address(language: Language) -> String {
    say!(
        language,
        "The address of the service can't be used. It looks like https://api.imastudio.com, without a path.",
        "服务地址不能使用。正确的写法如 https://api.imastudio.com，后面不带路径。"
    )
}

pub(crate) fn clock(language: Language) -> String {
    say!(
        language,
        "Time can only pass faster with a simulator on this machine.",
        "只有连接本机模拟器时才能加快时间。"
    )
}

pub(crate) fn exists(language: Language, path: &Path) -> String {
    let path = path.display();
    say!(
        language,
        "{path} exists already. Choose another name, or replace it with --force.",
        "{path} 已经存在。请换一个文件名，或加上 --force 覆盖它。"
    )
}

pub(crate) fn no_folder(language: Language, path: &Path) -> String {
    let path = path.display();
    say!(
        language,
        "Files can't be saved in {path}: there is no such folder.",
        "不能保存到 {path}：没有这个文件夹。"
    )
}

pub(crate) fn journal(language: Language, folder: Option<&Path>) -> String {
    let folder = folder.map_or_else(
        || "~/.local/share/ima".to_owned(),
        |folder| folder.display().to_string(),
    );
    say!(
        language,
        "The list of jobs in {folder} can't be used, and without it a paid job could be lost. Nothing was spent.",
        "无法使用 {folder} 中的任务记录；没有它，已付费的任务可能会丢失。没有扣除积分。"
    )
}

pub(crate) fn no_such_job(language: Language, id: &str) -> String {
    say!(
        language,
        "There is no job {id} on this machine. `ima resume` lists the jobs.",
        "本机没有任务 {id}。用 `ima resume` 查看任务列表。"
    )
}

pub(crate) fn no_jobs(language: Language) -> String {
    say!(
        language,
        "There is no job to go on with.",
        "没有可以继续的任务。"
    )
}

pub(crate) fn nothing_to_resume(language: Language, id: &str) -> String {
    say!(
        language,
        "The job {id} ended before it was started: nothing was spent, and there is nothing to go on with. Please start anew.",
        "任务 {id} 在开始之前就已结束：没有扣除积分，也没有可以继续的内容。请重新发起。"
    )
}

pub(crate) fn broken_unspent(language: Language) -> String {
    say!(
        language,
        "Something went wrong inside the program. Please try again later. Nothing was spent.",
        "程序内部出错了，请稍后再试。没有扣除积分。"
    )
}

pub(crate) fn broken_resumable(language: Language) -> String {
    say!(
        language,
        "Something went wrong inside the program. Your job is kept; go on with `ima resume`.",
        "程序内部出错了。你的任务已保留，可以用 `ima resume` 继续。"
    )
}

pub(crate) fn broken_unknown(language: Language) -> String {
    say!(
        language,
        "Something went wrong inside the program, and the job may have been paid. Check your points.",
        "程序内部出错了，积分可能已经扣除。请查看你的积分。"
    )
}

pub(crate) fn stopping(language: Language) -> String {
    say!(language, "Stopping…", "正在停止……")
}

pub(crate) fn stopped(language: Language) -> String {
    say!(language, "Stopped.", "已停止。")
}

pub(crate) fn continuation(language: Language) -> String {
    say!(
        language,
        "This job can't be gone on with by this version of the program.",
        "这个版本的程序无法继续这项任务。"
    )
}

pub(crate) fn resume(language: Language, job: &str) -> String {
    say!(
        language,
        "To go on waiting at no further cost: ima resume {job}",
        "继续等待（不再扣积分）：ima resume {job}"
    )
}

pub(crate) fn unknown(language: Language, job: &str) -> String {
    say!(
        language,
        "Check your points at https://imastudio.com. If nothing was taken, this starts it again: ima resume {job} --create-again",
        "请到 https://imastudio.com 查看积分。如果没有扣除，可以重新开始：ima resume {job} --create-again"
    )
}

pub(crate) fn saved(language: Language, path: &Path) -> String {
    let path = path.display();
    say!(language, "Saved: {path}", "已保存：{path}")
}

pub(crate) fn not_saved(language: Language, url: &str) -> String {
    say!(
        language,
        "The audio is ready, but it could not be saved here. You can get it from this link: {url}",
        "音频已经生成，但没能保存到本机。可以从这个链接获取：{url}"
    )
}

pub(crate) fn elapsed(language: Language, elapsed: u64, estimate: u64) -> String {
    say!(
        language,
        "{elapsed} s of about {estimate} s",
        "{elapsed} 秒 / 约 {estimate} 秒"
    )
}

pub(crate) fn points(language: Language, points: (Option<u32>, Option<u32>)) -> String {
    match points {
        (Some(min), Some(max)) if min != max => {
            say!(language, "{min}–{max} points", "{min}–{max} 积分")
        }
        (Some(points), _) | (None, Some(points)) => {
            say!(language, "{points} points", "{points} 积分")
        }
        (None, None) => say!(language, "no price", "无价格"),
    }
}

pub(crate) fn seconds(language: Language, min: u32, max: u32) -> String {
    say!(language, "{min}–{max} s", "{min}–{max} 秒")
}

pub(crate) fn parameters(language: Language, names: &str) -> String {
    say!(language, "parameters: {names}", "参数：{names}")
}

pub(crate) fn task(language: Language, music: bool) -> String {
    if music {
        say!(language, "Music", "音乐")
    } else {
        say!(language, "Speech", "语音")
    }
}

/// Enough of a value to recognise it by.
fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_parameter_is_explained() {
        let error = ParamError::NotJson {
            name: "tags".to_owned(),
            given: "jazz".to_owned(),
        };
        for language in [Language::En, Language::Zh] {
            let text = param(language, &error);
            assert!(
                text.contains("--param tags") && text.contains("'tags=\"jazz\"'"),
                "{text}"
            );
        }
    }
}
