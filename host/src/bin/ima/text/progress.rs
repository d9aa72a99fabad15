//! What is said while a generation runs and when it ends.

use std::path::Path;

use ima_host::types::Language;

use super::say;

pub(crate) fn stopping(language: Language) -> String {
    say!(language, "Stopping…", "正在停止……")
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

pub(crate) fn started(language: Language, job: &str) -> String {
    say!(
        language,
        "Started. To fetch the audio: ima resume {job}",
        "已开始。获取音频：ima resume {job}"
    )
}

pub(crate) fn saved(language: Language, path: &Path) -> String {
    let path = path.display();
    say!(language, "Saved: {path}", "已保存：{path}")
}

pub(crate) fn no_player(language: Language) -> String {
    say!(
        language,
        "No player was found. One of these will do: ffplay, mpv, afplay, paplay, aplay",
        "没有找到播放器。可以安装其中之一：ffplay、mpv、afplay、paplay、aplay"
    )
}

pub(crate) fn elapsed(language: Language, elapsed: u64, estimate: u64) -> String {
    say!(
        language,
        "{elapsed} s of about {estimate} s",
        "{elapsed} 秒 / 约 {estimate} 秒"
    )
}

/// The heading of the attempt log (music: "Reflection Mechanism").
pub(crate) fn attempts(language: Language, count: usize) -> String {
    say!(
        language,
        "🧠 Reflection log ({count} attempts):",
        "🧠 反省日志 ({count} 次尝试):"
    )
}

pub(crate) fn confirm(language: Language, points: u32) -> String {
    say!(
        language,
        "Spend {points} points? [y/N] ",
        "要花费 {points} 积分吗？[y/N] "
    )
}

pub(crate) fn declined(language: Language) -> String {
    say!(
        language,
        "Nothing was started and nothing was spent.",
        "没有开始，也没有扣除积分。"
    )
}

pub(crate) fn left_out(language: Language, count: usize) -> String {
    say!(
        language,
        "Not started any more: {count}",
        "不再开始：{count} 项"
    )
}

pub(crate) fn summary(language: Language, done: usize, all: usize) -> String {
    say!(language, "Done: {done} of {all}", "已完成：{done} / {all}")
}

pub(crate) fn quoted(language: Language, count: usize, points: u32) -> String {
    say!(
        language,
        "{count} generations, {points} points in all",
        "共 {count} 项，合计 {points} 积分"
    )
}
