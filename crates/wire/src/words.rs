//! What the service's words mean: the states of a task, the reasons of a failure, codes inside a
//! message (`docs/wire.md`, "Words").
//!
//! The live service words the same thing in several ways. Each table here holds the words that were
//! seen and those of the same kind. A word that no table holds means nothing.

use crate::scalar::Scalar;
use alloc::string::String;

/// States of a task or a media that mean an end without audio, in lower case.
const FAILED: [&str; 19] = [
    "failed",
    "fail",
    "failure",
    "error",
    "errored",
    "cancelled",
    "canceled",
    "cancel",
    "aborted",
    "rejected",
    "refused",
    "blocked",
    "deleted",
    "expired",
    "timeout",
    "timed_out",
    "失败",
    "已取消",
    "已删除",
];

/// Whether a state means an end without audio.
pub fn is_failure(state: &Scalar<'_>) -> bool {
    FAILED.iter().any(|word| state.is(word))
}

/// Why a request was refused or a task failed, as far as the service's own text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The content was refused: a review found it sensitive or not allowed.
    Content,
    /// A text is too long.
    TooLong,
    /// The service was busy or broke down; the same request may succeed later.
    Busy,
}

/// Words that name a reason. The first row that a text holds a word of is its reason.
const REASONS: [(Reason, &[&str]); 4] = [
    (
        Reason::Content,
        &[
            "sensitive",
            "moderation",
            "policy",
            "violat",
            "inappropriate",
            "prohibited",
            "copyright",
            "unsafe",
            "nsfw",
            "content refused",
            "content rejected",
            "审核",
            "敏感",
            "违规",
            "违禁",
            "不合规",
            "侵权",
            "风控",
        ],
    ),
    // Before the lengths: these are about time.
    (
        Reason::Busy,
        &["took too long", "taking too long", "waited too long"],
    ),
    (
        Reason::TooLong,
        &[
            "too long",
            "length exceed",
            "exceeds the length",
            "exceed the length",
            "maximum length",
            "max length",
            "length limit",
            "too many characters",
            "过长",
            "超长",
            "超出长度",
            "长度超",
            "字数超",
        ],
    ),
    (
        Reason::Busy,
        &[
            "timeout",
            "timed out",
            "try again",
            "retry",
            "busy",
            "overload",
            "internal error",
            "server error",
            "unavailable",
            "繁忙",
            "超时",
            "稍后",
            "重试",
            "内部错误",
            "系统错误",
            "服务异常",
        ],
    ),
];

/// The reason that a text of the service names, if it names one.
pub fn reason(text: &str) -> Option<Reason> {
    let text = text.to_lowercase();
    let names = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let row = REASONS.iter().find(|(_, words)| names(words))?;
    Some(row.0)
}

/// Whether a text says that there is no such task.
pub(crate) fn is_not_found(text: &str) -> bool {
    let text = text.to_lowercase();
    [
        "not found",
        "not exist",
        "no such task",
        "unknown task",
        "不存在",
        "未找到",
    ]
    .iter()
    .any(|words| text.contains(words))
}

/// The business codes that are looked for in messages.
const CODES: [i64; 5] = [4008, 4014, 6006, 6009, 6010];

/// The business code that a message names under a vaguer code: `6009: No exact rule match…`. Also by
/// its words alone.
pub(crate) fn code_in(message: &str) -> Option<i64> {
    let is_code = |word: &str| CODES.into_iter().find(|code| word.parse() == Ok(*code));
    let named = message
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.')
        .find_map(|word| is_code(word.trim_end_matches('.')));
    let message: String = message.to_ascii_lowercase();
    named.or_else(|| message.contains("no exact rule match").then_some(6009))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_that_mean_an_end_are_known_in_any_case() {
        for word in [
            "\"failed\"",
            "\" Error \"",
            "\"FAIL\"",
            "\"Canceled\"",
            "\"失败\"",
        ] {
            assert!(is_failure(&Scalar::read(word).unwrap()), "{word}");
        }
        for word in [
            "\"processing\"",
            "\"success\"",
            "\"failsafe\"",
            "null",
            "2",
            "\"\"",
        ] {
            assert!(!is_failure(&Scalar::read(word).unwrap()), "{word}");
        }
    }

    #[test]
    fn a_text_names_its_reason() {
        for (text, expected) in [
            ("The prompt contains sensitive words", Some(Reason::Content)),
            ("内容审核未通过", Some(Reason::Content)),
            ("Text too long: 4200 > 4000", Some(Reason::TooLong)),
            ("文本过长", Some(Reason::TooLong)),
            ("the model took too long", Some(Reason::Busy)),
            ("Upstream TIMEOUT, please retry", Some(Reason::Busy)),
            ("系统繁忙，请稍后再试", Some(Reason::Busy)),
            ("GPU 7 fell over", None),
            ("", None),
        ] {
            assert_eq!(reason(text), expected, "{text}");
        }
    }

    #[test]
    fn a_message_names_a_code_by_number_or_words() {
        for (text, expected) in [
            ("6009: No exact rule match found", Some(6009)),
            ("[6010] Attribute ID does not match", Some(6010)),
            ("error code=4008.", Some(4008)),
            ("No exact rule match found for parameters", Some(6009)),
            ("160090 is no code, nor is 6009.5 or x6009", None),
            ("Bad request", None),
        ] {
            assert_eq!(code_in(text), expected, "{text}");
        }
    }
}
