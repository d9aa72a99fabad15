//! Why a generation brought no audio, and what to do then.

use super::{POINTS, Text, say};

pub(crate) fn unspent() -> Text {
    say!("Nothing was spent.", "没有扣除积分。")
}

pub(crate) fn unknown(job: &str) -> Text {
    say!(
        "If no points were taken, `ima resume {job} --create-again` starts it again. Your points: {POINTS}",
        "如果积分没有扣除，用 `ima resume {job} --create-again` 重新开始。查看积分：{POINTS}"
    )
}

pub(crate) fn nothing_offered() -> Text {
    say!(
        "The service offers no models right now.",
        "目前没有可用的模型。"
    )
}

pub(crate) fn no_connection() -> Text {
    say!(
        "The service can't be reached right now.",
        "暂时无法连接服务。"
    )
}

pub(crate) fn later() -> Text {
    say!(
        "Try again later; `ima doctor` looks for the reason.",
        "请稍后再试；`ima doctor` 可以帮你查找原因。"
    )
}

pub(crate) fn stopped() -> Text {
    say!("Stopped.", "已停止。")
}

pub(crate) fn see_jobs() -> Text {
    say!(
        "`ima jobs` lists the jobs that can be resumed.",
        "用 `ima jobs` 查看可以继续的任务。"
    )
}
