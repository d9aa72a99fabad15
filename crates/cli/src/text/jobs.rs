//! Words about jobs.

use ima_host::types::Language;
use ima_host::{Job, JobState};

use super::say;

pub(crate) fn no_jobs(language: Language) -> String {
    say!(language, "There are no jobs.", "没有任务。")
}

pub(crate) fn no_open_jobs(language: Language) -> String {
    say!(
        language,
        "There is no job to go on with.",
        "没有可以继续的任务。"
    )
}

pub(crate) fn state(language: Language, job: &Job) -> String {
    match job.state {
        JobState::Creating => say!(language, "being started", "正在开始"),
        JobState::Waiting => say!(language, "under way, paid", "进行中，已付费"),
        JobState::Finished if !job.saved => {
            say!(language, "ready, paid, not saved", "已生成，已付费，未保存")
        }
        JobState::Finished => say!(language, "delivered", "已交付"),
        JobState::Failed => say!(language, "failed", "失败"),
        _ => say!(
            language,
            "unknown whether it was started",
            "不确定是否已开始"
        ),
    }
}

pub(crate) fn job(language: Language) -> String {
    say!(language, "Job", "任务")
}

pub(crate) fn job_state(language: Language) -> String {
    say!(language, "State", "状态")
}

pub(crate) fn job_kind(language: Language) -> String {
    say!(language, "Kind", "类型")
}

pub(crate) fn job_model(language: Language) -> String {
    say!(language, "Model", "模型")
}

pub(crate) fn job_task(language: Language) -> String {
    say!(language, "Id at the service", "服务端编号")
}

pub(crate) fn job_begun(language: Language) -> String {
    say!(language, "Begun", "开始于")
}

pub(crate) fn job_changed(language: Language) -> String {
    say!(language, "Changed", "更新于")
}
