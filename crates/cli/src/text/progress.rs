//! What is said while a generation runs and when it ends.

use std::path::Path;

use ima_host::types::{Language, Started};

use super::{Advice, advise, say};
use crate::confirm::Asking;

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

/// The model, its time and its price come before the question.
pub(crate) fn confirm(language: Language, asking: &Asking) -> String {
    let (heading, points) = match asking {
        Asking::One(started) => {
            let Started {
                model_name,
                points,
                estimate,
                ..
            } = started;
            let (min, max) = (estimate.min_seconds, estimate.max_seconds);
            let heading = say!(
                language,
                "{model_name}, {min}~{max} seconds.",
                "{model_name}，{min}~{max} 秒。"
            );
            (heading, points)
        }
        Asking::Several(count, points) => (
            say!(language, "{count} generations.", "共 {count} 项。"),
            points,
        ),
    };
    say!(
        language,
        "{heading} Spend {points} points? [y/N] ",
        "{heading}要花费 {points} 积分吗？[y/N] "
    )
}

pub(crate) fn declined(language: Language) -> Advice {
    advise!(
        language,
        "Nothing was started and nothing was spent." => "To go on without being asked: --yes",
        "没有开始，也没有扣除积分。" => "不想被询问可以加上 --yes。"
    )
}

/// Generations of several that were not begun, by their numbers.
pub(crate) fn not_started(language: Language, numbers: &str) -> String {
    say!(
        language,
        "Not started any more: {numbers}",
        "不再开始：{numbers}"
    )
}

/// What the service did not take of a request that it then accepted.
pub(crate) fn left_out(language: Language, options: &str) -> String {
    say!(
        language,
        "Made without what the service did not take: {options}",
        "服务不接受、已略去的设置：{options}"
    )
}

pub(crate) fn taken_up(language: Language, job: &str, model: &str) -> String {
    let text = say!(language, "Job {job} {model}", "任务 {job} {model}");
    text.trim_end().to_owned()
}
