//! What is wrong with what was typed, and what is right.

use std::path::Path;

use ima_host::types::{InvalidValue, Language};
use ima_host::{Origin, OriginError};

use super::{Advice, advise, say};
use crate::naming::Asked;
use crate::params::ParamError;

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

pub(crate) fn option_empty(language: Language, option: &str) -> Advice {
    advise!(
        language,
        "{option} is empty." => "Leave it out, or write something after it.",
        "{option} 是空的。" => "请去掉它，或在后面写上内容。"
    )
}

/// An option and `--param` with the parameter that it sets.
pub(crate) fn said_twice(language: Language, option: &str, name: &str) -> Advice {
    advise!(
        language,
        "{option} and --param {name} set the same." => "Give only one of them.",
        "{option} 和 --param {name} 设置的是同一项。" => "请只写其中一个。"
    )
}

pub(crate) fn no_such_version(language: Language, model: &str, version: &str) -> Advice {
    let version = shortened(version);
    advise!(
        language,
        "{model} has no version {version}." => "Without --version-id it is the newest one.",
        "{model} 没有版本 {version}。" => "不写 --version-id 就使用最新版本。"
    )
}

pub(crate) fn usual_model_gone(language: Language, model: &str) -> Advice {
    advise!(
        language,
        "Your usual model {model} is not offered any more."
            => "Choose one with --model, or forget it: ima prefs clear",
        "你的常用模型 {model} 已不再提供。"
            => "请用 --model 选择一个，或清除它：ima prefs clear"
    )
}

/// More text than is taken, in bytes.
pub(crate) fn too_long(language: Language, most: usize) -> Advice {
    advise!(
        language,
        "What you asked for is too long."
            => "All its texts together may have at most {most} bytes.",
        "内容太长。" => "所有文字合计最多 {most} 字节。"
    )
}

/// A value that can't be used, by the option that gave it.
pub(crate) fn value_refused(language: Language, asked: &Asked, value: &InvalidValue) -> Advice {
    // Choices are JSON: quotation marks around each say nothing to a person.
    let allowed = if value.allowed.contains('{') {
        value.allowed.clone()
    } else {
        value.allowed.replace('"', "")
    };
    match asked.given(value) {
        (None, _) => advise!(
            language,
            "The text can't be used." => "It must be: {allowed}",
            "这段文字不能使用。" => "要求：{allowed}"
        ),
        (Some(option), given) => {
            let given = [option.as_str(), &shortened(&given)].join(" ");
            let given = given.trim_end();
            advise!(
                language,
                "{given} can't be used." => "{option}: {allowed}",
                "{given} 不能使用。" => "{option}：{allowed}"
            )
        }
    }
}

pub(crate) fn address(language: Language, error: &OriginError) -> Advice {
    let example = Origin::DEFAULT;
    match error {
        OriginError::Scheme => advise!(
            language,
            "The address of the service must begin with https://, so that nobody can read the key on its way."
                => "Example: {example}. Only an address of this machine may begin with http://.",
            "服务地址必须以 https:// 开头，以免密钥在途中被人读取。"
                => "例如：{example}。只有本机地址可以用 http://。"
        ),
        OriginError::Extra => advise!(
            language,
            "The address of the service holds more than a host and a port." => "Example: {example}",
            "服务地址只能包含主机和端口。" => "例如：{example}"
        ),
        _ => advise!(
            language,
            "The address of the service can't be read." => "Example: {example}",
            "无法识别服务地址。" => "例如：{example}"
        ),
    }
}

/// Where to look, for one of the commands or for all.
pub(crate) fn see_help(language: Language, command: Option<&str>) -> String {
    let command = command.map_or_else(String::new, |command| format!("{command} "));
    say!(
        language,
        "`ima {command}--help` shows what there is.",
        "用 `ima {command}--help` 查看用法。"
    )
}

pub(crate) fn option_value(language: Language, option: &str, given: &str) -> String {
    let given = shortened(given);
    say!(
        language,
        "{option}: {given} can't be used.",
        "{option}：{given} 不能使用。"
    )
}

pub(crate) fn choices(language: Language, choices: &str) -> String {
    say!(language, "One of: {choices}", "可选：{choices}")
}

pub(crate) fn unknown_option(language: Language, option: &str) -> String {
    let option = shortened(option);
    say!(
        language,
        "{option} is not known here.",
        "这里没有 {option}。"
    )
}

pub(crate) fn unknown_command(language: Language, command: &str) -> String {
    let command = shortened(command);
    say!(
        language,
        "There is no command {command}.",
        "没有命令 {command}。"
    )
}

pub(crate) fn did_you_mean(language: Language, near: &str) -> String {
    say!(language, "Did you mean {near}?", "是否指 {near}？")
}

pub(crate) fn missing(language: Language, what: &str) -> String {
    say!(language, "Missing: {what}", "缺少：{what}")
}

pub(crate) fn no_command(language: Language) -> String {
    say!(language, "A command is missing.", "缺少命令。")
}

pub(crate) fn not_together(language: Language, one: &str, other: &str) -> String {
    say!(
        language,
        "{one} and {other} don't go together.",
        "{one} 和 {other} 不能同时使用。"
    )
}

pub(crate) fn unreadable(language: Language) -> String {
    say!(
        language,
        "The command line can't be read.",
        "无法识别命令行。"
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
