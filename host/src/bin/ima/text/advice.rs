//! What went wrong and what to do about it.

use std::path::Path;

use ima_host::types::Language;

use super::{Advice, advise, say};
use crate::params::ParamError;

pub(crate) fn key_missing(language: Language) -> Advice {
    advise!(
        language,
        "There is no API key."
            => "Set the environment variable IMA_API_KEY to your key, which you find at https://imastudio.com.",
        "没有找到 API 密钥。"
            => "请把环境变量 IMA_API_KEY 设为你的密钥，可在 https://imastudio.com 获取。"
    )
}

pub(crate) fn key_unusable(language: Language) -> Advice {
    advise!(
        language,
        "The API key is not valid: it holds characters that a key can't have."
            => "Copy it again from https://imastudio.com into IMA_API_KEY.",
        "API 密钥无效：含有密钥不会有的字符。"
            => "请从 https://imastudio.com 重新复制到 IMA_API_KEY。"
    )
}

pub(crate) fn key_seen(language: Language) -> String {
    say!(
        language,
        "Other users of this machine can see a key on the command line. IMA_API_KEY in the environment is safer.",
        "命令行里的密钥会被本机其他用户看到，放在环境变量 IMA_API_KEY 里更安全。"
    )
}

pub(crate) fn prompt_empty(language: Language) -> Advice {
    advise!(
        language,
        "The text is empty." => "Say what you would like.",
        "内容是空的。" => "请写下你想要的内容。"
    )
}

pub(crate) fn prompts_file(language: Language, path: &Path) -> Advice {
    let path = path.display();
    advise!(
        language,
        "{path} can't be read, or there is no text in it."
            => "Write one description or one text on each line.",
        "无法读取 {path}，或者里面没有内容。" => "请在每一行写一条描述或一段文字。"
    )
}

pub(crate) fn lyrics_file(language: Language, path: &str) -> Advice {
    advise!(
        language,
        "The lyrics in {path} can't be read." => "Check the name after the @.",
        "无法读取 {path} 里的歌词。" => "请检查 @ 后面的文件名。"
    )
}

pub(crate) fn param(language: Language, error: &ParamError) -> Advice {
    match error {
        ParamError::Shape(given) => advise!(
            language,
            "--param {given}: a parameter is a name, an equals sign and a value."
                => "Example: --param make_instrumental=true",
            "--param {given}：参数的写法是“名称=值”。" => "例如：--param make_instrumental=true"
        ),
        ParamError::NotJson { name, given } => {
            let given = shortened(given);
            let example = serde_json::Value::from(given.trim_matches(['"', '\'']));
            advise!(
                language,
                "--param {name}: the value {given} is not valid JSON."
                    => "Text needs quotation marks. Example: --param '{name}={example}'",
                "--param {name}：值 {given} 不是有效的 JSON。"
                    => "文字需要加引号。例如：--param '{name}={example}'"
            )
        }
        ParamError::Twice(name) => advise!(
            language,
            "--param {name}: given twice." => "Give it once, for example: --param {name}=true",
            "--param {name}：重复了。" => "请只写一次，例如：--param {name}=true"
        ),
        ParamError::NotAnObject => advise!(
            language,
            "--extra-params is not a JSON object."
                => "Example: --extra-params '{{\"tags\":\"jazz\"}}'",
            "--extra-params 不是 JSON 对象。" => "例如：--extra-params '{{\"tags\":\"jazz\"}}'"
        ),
    }
}

pub(crate) fn which_task(language: Language) -> Advice {
    advise!(
        language,
        "It is not clear whether this is music or speech."
            => "Add --task-type text_to_music or --task-type text_to_speech.",
        "不清楚要生成音乐还是语音。"
            => "请加上 --task-type text_to_music 或 --task-type text_to_speech。"
    )
}

pub(crate) fn no_such_voice(language: Language, voice: &str, like: &str) -> Advice {
    let voice = shortened(voice);
    advise!(
        language,
        "There is no voice {voice}." => "`ima voices` lists them, for example {like}.",
        "没有音色 {voice}。" => "用 `ima voices` 查看，例如 {like}。"
    )
}

pub(crate) fn no_such_model(language: Language, model: &str, known: &str) -> Advice {
    let model = shortened(model);
    advise!(
        language,
        "There is no model {model}." => "There are: {known}",
        "没有模型 {model}。" => "可选的模型：{known}"
    )
}

pub(crate) fn usual_model_gone(language: Language) -> String {
    say!(
        language,
        "Your usual model is not offered any more. Choose one with --model, or forget it: ima prefs clear",
        "你的常用模型已不再提供。请用 --model 选择一个，或清除它：ima prefs clear"
    )
}

pub(crate) fn value_refused(language: Language, field: &str, allowed: &str) -> Advice {
    advise!(
        language,
        "{field} can't be used as given." => "Accepted: {allowed}",
        "{field} 的值不能使用。" => "可用的值：{allowed}"
    )
}

pub(crate) fn dropped(language: Language, field: &str) -> String {
    say!(
        language,
        "Left out, as the model does not know it: {field}",
        "已忽略模型不支持的参数：{field}"
    )
}

pub(crate) fn address(language: Language) -> Advice {
    advise!(
        language,
        "The address of the service can't be used."
            => "It looks like https://api.imastudio.com, without a path.",
        "服务地址不能使用。" => "正确的写法如 https://api.imastudio.com，后面不带路径。"
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

pub(crate) fn exists(language: Language, path: &Path) -> Advice {
    let path = path.display();
    advise!(
        language,
        "{path} exists already." => "Choose another name, or replace it with --force.",
        "{path} 已经存在。" => "请换一个文件名，或加上 --force 覆盖它。"
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

pub(crate) fn stopped(language: Language) -> Advice {
    advise!(
        language,
        "Stopped." => "`ima jobs` shows what there is to go on with.",
        "已停止。" => "用 `ima jobs` 查看可以继续的任务。"
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

pub(crate) fn not_saved(language: Language, url: &str) -> String {
    say!(
        language,
        "The audio is ready, but it could not be saved here. You can get it from this link: {url}",
        "音频已经生成，但没能保存到本机。可以从这个链接获取：{url}"
    )
}

/// Enough of a value to recognise it by.
pub(crate) fn shortened(text: &str) -> String {
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
            let advice = param(language, &error);
            assert!(advice.what.contains("--param tags"), "{advice:?}");
            assert!(advice.then.contains("'tags=\"jazz\"'"), "{advice:?}");
        }
    }
}
