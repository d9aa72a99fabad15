//! Words about jobs, and about going on with one.

use super::{Text, say};

pub(crate) fn no_open_jobs() -> Text {
    say!("No job to resume.", "没有可以继续的任务。")
}

pub(crate) fn resume(job: &str) -> Text {
    say!(
        "To keep waiting, at no further cost: ima resume {job}",
        "继续等待（不再扣积分）：ima resume {job}"
    )
}

pub(crate) fn forget(job: &str) -> Text {
    say!(
        "To remove it from the list: ima jobs forget {job}",
        "从列表里删除：ima jobs forget {job}"
    )
}

pub(crate) fn save_later(job: &str) -> Text {
    say!(
        "To save it, at no further cost: ima resume {job} --out FOLDER/",
        "保存它（不再扣积分）：ima resume {job} --out 文件夹/"
    )
}
