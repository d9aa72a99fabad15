//! Words about models, voices, prices and preferences.

use ima_host::types::{Language, TaskType};

use super::say;

/// A range of points; `-` where there is none.
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

pub(crate) fn recommended(language: Language) -> String {
    say!(language, "recommended", "推荐")
}

pub(crate) fn engines(language: Language, engines: &str) -> String {
    say!(language, "engines: {engines}", "引擎：{engines}")
}

pub(crate) fn price_for(language: Language, points: u32, attributes: &str) -> String {
    say!(
        language,
        "{points} points for {attributes}",
        "{attributes}：{points} 积分"
    )
}

pub(crate) fn default(language: Language, value: &str) -> String {
    say!(language, "default {value}", "默认 {value}")
}

pub(crate) fn one_of(language: Language, values: &str) -> String {
    say!(language, "one of {values}", "可选 {values}")
}

pub(crate) fn characters(language: Language, min: Option<u32>, max: Option<u32>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => say!(language, "{min}–{max} characters", "{min}–{max} 个字符"),
        (Some(min), None) => say!(language, "at least {min} characters", "至少 {min} 个字符"),
        (None, Some(max)) => say!(language, "at most {max} characters", "最多 {max} 个字符"),
        (None, None) => String::new(),
    }
}

pub(crate) fn task(language: Language, task: TaskType) -> String {
    match task {
        TaskType::TextToMusic => say!(language, "Music", "音乐"),
        TaskType::TextToSpeech => say!(language, "Speech", "语音"),
    }
}

pub(crate) fn female(language: Language) -> String {
    say!(language, "female", "女声")
}

pub(crate) fn male(language: Language) -> String {
    say!(language, "male", "男声")
}

pub(crate) fn last_used(language: Language, when: &str) -> String {
    say!(language, "last used {when}", "上次使用 {when}")
}

pub(crate) fn no_preference(language: Language) -> String {
    say!(language, "the recommended model", "推荐的模型")
}

pub(crate) fn forgotten(language: Language) -> String {
    say!(language, "Forgotten.", "已清除。")
}

pub(crate) fn answer_with(language: Language, option: &str) -> String {
    say!(language, "answer with {option}", "请用 {option} 回答")
}

pub(crate) fn answer_in_words(language: Language) -> String {
    say!(
        language,
        "say it again with the answer in it, for example after a colon",
        "请把答案加进去再说一遍，例如放在冒号后面"
    )
}
