//! Why a generation brought no audio, and what to do then.

use ima_host::types::Language;

use super::{Advice, POINTS, advise, say};

/// Two sentences in one line.
pub(crate) fn joined(language: Language, one: &str, other: &str) -> String {
    let ended = one.ends_with(['.', '!', '?', '。', '！', '？']);
    match (language, ended) {
        (Language::En, true) => format!("{one} {other}"),
        (Language::En, false) => format!("{one}. {other}"),
        (Language::Zh, true) => format!("{one}{other}"),
        (Language::Zh, false) => format!("{one}。{other}"),
    }
}

pub(crate) fn unspent(language: Language) -> String {
    say!(language, "Nothing was spent.", "没有扣除积分。")
}

pub(crate) fn spent(language: Language) -> String {
    say!(language, "The points were spent.", "积分已扣除。")
}

pub(crate) fn doubtful(language: Language) -> String {
    say!(
        language,
        "It was sent, but no clear answer came: it may have been started, and the points may have been spent.",
        "请求已发出，但没有得到明确的答复：可能已经开始，积分可能已扣除。"
    )
}

pub(crate) fn unknown(language: Language, job: &str) -> String {
    say!(
        language,
        "If no points were taken, `ima resume {job} --create-again` starts it again. Your points: {POINTS}",
        "如果积分没有扣除，用 `ima resume {job} --create-again` 重新开始。查看积分：{POINTS}"
    )
}

pub(crate) fn check_points(language: Language) -> String {
    say!(
        language,
        "Check your points at {POINTS}",
        "请查看积分：{POINTS}"
    )
}

pub(crate) fn nothing_offered(language: Language) -> String {
    say!(
        language,
        "No model is on offer at the moment.",
        "目前没有可用的模型。"
    )
}

pub(crate) fn no_list(language: Language) -> String {
    say!(
        language,
        "The service's list of models can't be read at the moment.",
        "暂时无法获取服务的模型列表。"
    )
}

pub(crate) fn no_connection(language: Language) -> String {
    say!(
        language,
        "The service can't be reached at the moment.",
        "暂时无法连接服务。"
    )
}

pub(crate) fn later(language: Language) -> String {
    say!(
        language,
        "Please try again later; `ima doctor` looks for the reason.",
        "请稍后再试；`ima doctor` 可以帮你查找原因。"
    )
}

pub(crate) fn too_many(language: Language) -> String {
    say!(
        language,
        "The service has too many requests at the moment.",
        "请求过于频繁。"
    )
}

pub(crate) fn in_a_moment(language: Language) -> String {
    say!(
        language,
        "Please wait a moment, then try again.",
        "请稍等片刻再试。"
    )
}

pub(crate) fn over_budget(language: Language, points: u32, budget: u32) -> Advice {
    advise!(
        language,
        "It costs {points} points, above your limit of {budget}."
            => "Allow it with --budget {points}, or look for a cheaper model with `ima models`.",
        "需要 {points} 积分，超过了 {budget} 积分的上限。"
            => "可以用 --budget {points} 提高上限，或用 `ima models` 查看更便宜的模型。"
    )
}

pub(crate) fn price_rose(language: Language, announced: u32, points: u32) -> Advice {
    advise!(
        language,
        "The price rose from {announced} to {points} points." => "If that is fine, start it again.",
        "价格从 {announced} 积分涨到了 {points} 积分。" => "如果可以接受，请重新开始。"
    )
}

pub(crate) fn task_failed(language: Language) -> String {
    say!(
        language,
        "The service could not make the audio.",
        "服务没能生成音频。"
    )
}

pub(crate) fn alternative(language: Language, model: &str, points: u32) -> String {
    say!(
        language,
        "Another model may do: --model {model} ({points} points); `ima models` lists all.",
        "可以换个模型：--model {model}（{points} 积分）；用 `ima models` 查看全部。"
    )
}

pub(crate) fn check_text(language: Language) -> String {
    say!(
        language,
        "Check the text's length and content, or try again later.",
        "请检查文字的长度和内容，或稍后再试。"
    )
}

pub(crate) fn choose_model(language: Language) -> String {
    say!(
        language,
        "`ima models` lists the models, and `ima model ID` what one takes.",
        "用 `ima models` 查看模型，用 `ima model ID` 查看它支持的参数。"
    )
}

pub(crate) fn stopped(language: Language) -> Advice {
    advise!(
        language,
        "Stopped." => "`ima jobs` shows what there is to go on with.",
        "已停止。" => "用 `ima jobs` 查看可以继续的任务。"
    )
}

pub(crate) fn stopped_waiting(language: Language) -> String {
    say!(
        language,
        "Stopped waiting. The job is paid and goes on.",
        "已停止等待。任务已付费，仍在继续。"
    )
}

pub(crate) fn takes_longer(language: Language) -> String {
    say!(
        language,
        "It takes longer than usual. The job is paid and goes on.",
        "等待时间较长。任务已付费，仍在继续。"
    )
}

pub(crate) fn deadline_over(language: Language, seconds: u32) -> String {
    say!(
        language,
        "The deadline of {seconds} s is over. The job is paid and goes on.",
        "等待已到 {seconds} 秒。任务已付费，仍在继续。"
    )
}

pub(crate) fn out_of_reach(language: Language) -> String {
    say!(
        language,
        "The service can't be reached at the moment. The job is paid and kept.",
        "暂时无法连接服务。任务已付费，已保留。"
    )
}

/// While it is waited for.
pub(crate) fn tried_on(language: Language) -> String {
    say!(
        language,
        "The service can't be reached at the moment; it is tried again and again.",
        "暂时无法连接服务，会继续尝试。"
    )
}
