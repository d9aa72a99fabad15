//! Why there is no audio, in the user's words (music and speech: the tables of "Error
//! translation").

use crate::outcome::{Cause, TaskFault};
use crate::prelude::*;
use crate::request::{Language, TaskType};
use Language::{En, Zh};
use TaskType::{TextToMusic, TextToSpeech};
use ima_wire::words::{self, Reason};

const KEYS: &str = "https://www.imaclaw.ai/imaclaw/apikey";
const POINTS: &str = "https://www.imaclaw.ai/imaclaw/subscription";

/// The page where the user can mend a cause, if there is one.
pub(crate) fn help(cause: &Cause) -> Option<&'static str> {
    match cause {
        Cause::Unauthorized => Some(KEYS),
        Cause::InsufficientPoints
        | Cause::SubscriptionRequired
        | Cause::OutcomeUnknown
        | Cause::UnknownTask => Some(POINTS),
        _ => None,
    }
}

/// The refusal that the requirements name by its words instead of a code.
const INVALID_ATTRIBUTE: &str = "invalid product attribute";

/// The reason, without a code or a name of the service's fields.
pub(super) fn reason(cause: &Cause, task: TaskType, language: Language) -> String {
    match cause {
        Cause::UnknownModel(known) if known.is_empty() => match language {
            Zh => "目前没有可用的模型，请稍后再试".to_owned(),
            En => "No model is on offer at the moment, please try again later".to_owned(),
        },
        Cause::UnknownModel(known) => {
            let known = known.join(", ");
            match language {
                Zh => format!("没有这个模型，可以选用：{known}"),
                En => format!("There is no such model; you can choose: {known}"),
            }
        }
        Cause::OverBudget { points, budget } => match language {
            Zh => format!("需要 {points} 积分，超过了 {budget} 积分的上限，可以提高上限或换个模型"),
            En => {
                format!(
                    "It costs {points} points, above your limit of {budget}: raise it or choose another model"
                )
            }
        },
        Cause::PriceChanged { points, announced } => match language {
            Zh => format!("价格从 {announced} 积分变为 {points} 积分，请确认后重新生成"),
            En => format!(
                "The price rose from {announced} to {points} points; confirm and start over"
            ),
        },
        Cause::Refused { code, detail } => refused(*code, detail, task, language).to_owned(),
        _ => fixed(cause, task, language).to_owned(),
    }
}

/// Words in the service's own text that name a refusal better than its code.
const NAMED: [(&str, &str, &str); 5] = [
    (
        "lyrics",
        "歌词格式有误，请调整后重试，也可以精简歌词或让模型自动写词",
        "Lyrics format error, adjust and retry; shorter or automatic lyrics may help",
    ),
    (
        "prompt length",
        "音乐描述过短或过长，请调整到合适长度，建议20-100字",
        "Music description too short or long, adjust length; 20 to 100 words work well",
    ),
    (
        "model not available",
        "当前模型暂时不可用，建议换个模型",
        "Model temporarily unavailable, try another model",
    ),
    (
        "rate limit",
        "请求过于频繁，请稍等片刻再试",
        "Too many requests, please wait a moment",
    ),
    (
        "insufficient points",
        "生成参数配置异常，请稍后重试",
        "Configuration error, please try again later",
    ),
];

fn refused(code: i64, detail: &str, task: TaskType, language: Language) -> &'static str {
    let detail = detail.to_ascii_lowercase();
    if detail.contains(INVALID_ATTRIBUTE) {
        return fixed(&Cause::NoPrice, task, language);
    }
    if task == TextToMusic && NAMED.iter().any(|(words, ..)| detail.contains(words)) {
        return named(&detail, language);
    }
    if let Some(reason) = words::reason(&detail) {
        return said(reason, task, language);
    }
    match (task, language, code) {
        (TextToMusic, Zh, 6006) => "积分计算异常，系统正在修复",
        (TextToMusic, En, 6006) => "Points calculation error, system is fixing",
        (TextToMusic, Zh, 6009 | 6010) => "模型参数不匹配，请尝试其他模型",
        (TextToMusic, En, 6009 | 6010) => "Model parameters incompatible, try another model",
        (TextToMusic, Zh, 400) => "音乐参数设置有误，请调整描述后重试",
        (TextToMusic, En, 400) => "Music parameter error, adjust description and retry",
        (TextToSpeech, Zh, 6006 | 6009 | 6010) => "积分或参数不匹配，请换模型或重试",
        (TextToSpeech, En, 6006 | 6009 | 6010) => "Points/params mismatch, try another model",
        _ => generic(task, language),
    }
}

/// The row of [`NAMED`] whose words the text holds.
fn named(text: &str, language: Language) -> &'static str {
    let row = NAMED.iter().find(|(words, ..)| text.contains(words));
    match (row, language) {
        (Some((_, zh, _)), Zh) => zh,
        (Some((.., en)), En) => en,
        (None, _) => generic(TextToMusic, language),
    }
}

fn fixed(cause: &Cause, task: TaskType, language: Language) -> &'static str {
    match (cause, task, language) {
        (Cause::Unauthorized, TextToMusic, Zh) => "API密钥无效或未授权，请生成新密钥",
        (Cause::Unauthorized, TextToMusic, En) => {
            "API key is invalid or unauthorized; generate a new one"
        }
        (Cause::Unauthorized, TextToSpeech, Zh) => "密钥无效或未授权，请至 imaclaw.ai 生成新密钥",
        (Cause::Unauthorized, TextToSpeech, En) => "API key invalid; generate at imaclaw.ai",
        (Cause::InsufficientPoints, TextToMusic, Zh) => "积分不足，无法创建任务，请购买积分",
        (Cause::InsufficientPoints, TextToMusic, En) => {
            "Insufficient points to create this task; buy credits"
        }
        (Cause::InsufficientPoints, TextToSpeech, Zh) => "积分不足，请至 imaclaw.ai 购买积分",
        (Cause::InsufficientPoints, TextToSpeech, En) => "Insufficient points; buy at imaclaw.ai",
        (Cause::SubscriptionRequired, _, Zh) => "当前订阅不支持此操作，请查看订阅",
        (Cause::SubscriptionRequired, _, En) => {
            "Your subscription does not cover this; check what it covers"
        }
        (Cause::OutcomeUnknown, _, Zh) => {
            "提交后没有得到明确的回复，请先核对积分，再决定是否重新生成"
        }
        (Cause::OutcomeUnknown, _, En) => {
            "No clear answer came after it was sent; check your points before deciding to start over"
        }
        (Cause::NoPrice, TextToMusic, Zh) => "生成参数配置异常，请稍后重试",
        (Cause::NoPrice, TextToSpeech, Zh) => "参数配置异常，请稍后重试",
        (Cause::NoPrice, TextToMusic, En) => "Configuration error, please try again later",
        (Cause::NoPrice, TextToSpeech, En) => "Configuration error, try again later",
        (Cause::Invalid(invalid), TextToMusic, _) if invalid.field == "prompt" => {
            named("prompt length", language)
        }
        (Cause::Invalid(invalid), TextToMusic, _) if invalid.field == "lyrics" => {
            named("lyrics", language)
        }
        (Cause::Invalid(_), TextToMusic, Zh) => "音乐参数设置有误，请调整后重试",
        (Cause::Invalid(_), TextToMusic, En) => "Music parameter error, adjust it and retry",
        (Cause::Invalid(_), TextToSpeech, Zh) => "语音参数设置有误，请调整后重试",
        (Cause::Invalid(_), TextToSpeech, En) => "Speech parameter error, adjust it and retry",
        (Cause::RateLimited, _, Zh) => "请求过于频繁，请稍等片刻再试",
        (Cause::RateLimited, _, En) => "Too many requests, please wait a moment",
        (Cause::Unavailable, _, Zh) => "当前模型暂时不可用，建议换个模型",
        (Cause::Unavailable, _, En) => "Model temporarily unavailable, try another model",
        (Cause::Network, TextToMusic, Zh) => "网络连接不稳定，请检查网络后重试",
        (Cause::Network, TextToMusic, En) => "Network connection unstable, check network and retry",
        (Cause::Network, TextToSpeech, Zh) => "网络不稳定，请检查后重试",
        (Cause::Network, TextToSpeech, En) => "Network unstable, check and retry",
        (Cause::TaskFailed(TaskFault::Content), ..) => said(Reason::Content, task, language),
        (Cause::TaskFailed(TaskFault::TooLong), ..) => said(Reason::TooLong, task, language),
        (Cause::TaskFailed(TaskFault::Busy), ..) => said(Reason::Busy, task, language),
        (Cause::UnknownTask, _, Zh) => "服务查不到这个任务，请在生成记录中查看",
        (Cause::UnknownTask, _, En) => {
            "The service does not know the task; look for it in your records"
        }
        (Cause::TaskFailed(TaskFault::Status), TextToMusic, Zh) => {
            "这次生成没成功，要不换个模型试试？"
        }
        (Cause::TaskFailed(TaskFault::Status), TextToMusic, En) => {
            "Generation unsuccessful, try a different model?"
        }
        (Cause::TaskFailed(_), TextToMusic, Zh) => "音乐生成遇到问题，建议换个模型试试",
        (Cause::TaskFailed(_), TextToMusic, En) => "Music generation failed, try another model",
        (Cause::TaskFailed(_), TextToSpeech, Zh) => "合成失败，建议换模型或缩短文本",
        (Cause::TaskFailed(_), TextToSpeech, En) => {
            "Synthesis failed, try another model or shorter text"
        }
        (Cause::Deadline, _, Zh) => "等待时间较长，任务仍在继续，稍后可以接着等待并取回结果",
        (Cause::Deadline, _, En) => {
            "It takes longer than usual and goes on; resume later to get the result"
        }
        (Cause::Cancelled, _, Zh) => "已按你的要求停止",
        (Cause::Cancelled, _, En) => "Stopped at your request",
        _ => generic(task, language),
    }
}

/// The reason that the service's own text names.
fn said(reason: Reason, task: TaskType, language: Language) -> &'static str {
    match (reason, task, language) {
        (Reason::Content, TextToMusic, Zh) => "内容未通过审核，请修改描述或歌词后重试",
        (Reason::Content, TextToMusic, En) => {
            "The content was not accepted; change the description or the lyrics and try again"
        }
        (Reason::Content, TextToSpeech, Zh) => "文本未通过审核，请修改后重试",
        (Reason::Content, TextToSpeech, En) => "The text was not accepted; change it and try again",
        (Reason::TooLong, TextToMusic, Zh) => "描述或歌词过长，请精简后重试",
        (Reason::TooLong, TextToMusic, En) => {
            "The description or the lyrics are too long; shorten them and try again"
        }
        (Reason::TooLong, TextToSpeech, Zh) => "文本过长，请缩短后重试",
        (Reason::TooLong, TextToSpeech, En) => "The text is too long; shorten it and try again",
        (Reason::Busy, _, Zh) => "服务繁忙，请稍后重试",
        (Reason::Busy, _, En) => "The service was busy; try again later",
    }
}

/// Music: "Generic fallback (when error is unknown)".
fn generic(task: TaskType, language: Language) -> &'static str {
    match (task, language) {
        (TextToMusic, Zh) => "音乐生成遇到问题，请稍后重试或换个模型试试",
        (TextToMusic, En) => {
            "Music generation encountered an issue, please try again or use another model"
        }
        (TextToSpeech, Zh) => "语音合成遇到问题，请稍后重试或换个模型试试",
        (TextToSpeech, En) => {
            "Speech synthesis encountered an issue, please try again or use another model"
        }
    }
}
