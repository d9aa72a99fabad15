//! Failures in the user's words, with the truth about the points.

use ima_host::types::{self, Alternative, Cause, Charge, Failure, InvalidValue};
use ima_host::{CeilingExceeded, CredentialError, Error, Job, JobState, StoreError};

use crate::output::{Charged, Output, Retry, Status};
use crate::settings::Settings;

/// Where a person sees the account.
const POINTS: &str = "https://www.imaclaw.ai/imaclaw/subscription";

/// A generation, or a question to the service, that ended without audio. `job` is what stands in the
/// journal of it.
pub(crate) fn failure(settings: &Settings, failure: &Failure, job: Option<&str>) -> Output {
    let failed = matches!(failure.cause, Cause::TaskFailed(_));
    let output = match failure.charge {
        Charge::Unknown => unknown(settings, job),
        Charge::Yes if failed => {
            let spent = settings.say("The points were spent.", "积分已扣除。");
            let message = format!("{} {spent}", failure.message);
            Output::new(Status::Failed, Charged::Yes, Retry::Never, message)
        }
        Charge::Yes => open(settings, job, Some(&failure.message)),
        Charge::No => unspent(settings, failure, job),
    };
    match job {
        Some(job) => output.of_job(job),
        None => output,
    }
}

/// Nobody knows whether it was paid. Only a person may have it created again, in a terminal.
pub(crate) fn unknown(settings: &Settings, job: Option<&str>) -> Output {
    let message = settings.say(
        "The request was sent, but no clear answer came: the job may have started, and the points may \
         be spent. It is not sent again.",
        "请求已发出，但没有得到明确的答复：可能已经开始，积分可能已扣除。不会自动重新发送。",
    );
    let job = job.unwrap_or("JOB");
    let advice = settings.say(
        format!(
            "Check your points and works: {POINTS}. If the job is not there, a person can start it once \
             more in a terminal, which may cost the points a second time: ima resume {job} --create-again"
        ),
        format!(
            "请查看积分和作品：{POINTS}。如果没有这个任务，可由本人在终端里再次发起（可能会再次扣除积分）：\
             ima resume {job} --create-again"
        ),
    );
    Output::new(Status::Unknown, Charged::Unknown, Retry::Never, message).advise(advice)
}

/// A job that is paid and goes on.
pub(crate) fn open(settings: &Settings, job: Option<&str>, reason: Option<&str>) -> Output {
    let paid = settings.say("The job is paid and goes on.", "任务已付费，仍在继续。");
    let message = match reason {
        Some(reason) if !reason.contains(&paid) => format!("{reason} {paid}"),
        _ => paid,
    };
    let advice = settings.say(
        format!(
            "Call get_audio with job_id {}. It costs nothing.",
            job.unwrap_or_default()
        ),
        format!(
            "用 job_id {} 调用 get_audio，不需要花费积分。",
            job.unwrap_or_default()
        ),
    );
    Output::new(Status::Working, Charged::Yes, Retry::SameCall, message).advise(advice)
}

fn unspent(settings: &Settings, failure: &Failure, job: Option<&str>) -> Output {
    let passing = matches!(
        failure.cause,
        Cause::RateLimited | Cause::Unavailable | Cause::Network
    );
    // A quote whose job began is used, however it ended.
    let retry = match job {
        None if passing => Retry::SameCall,
        _ => Retry::AfterChange,
    };
    let nothing = settings.say("Nothing was spent.", "没有扣除积分。");
    let message = match &failure.cause {
        Cause::Invalid(value) => invalid(settings, value),
        Cause::UnknownModel(known) => {
            settings.say(
                "There is no such model.".to_owned(),
                "没有这个模型。".to_owned(),
            ) + &models(settings, known)
        }
        _ => failure.message.clone(),
    };
    let status = if job.is_some() {
        Status::Failed
    } else {
        Status::Refused
    };
    let output = Output::new(status, Charged::No, retry, format!("{message} {nothing}"));
    let mut advice = Vec::new();
    advice.extend(failure.help.clone());
    advice.extend(
        failure
            .alternatives
            .first()
            .map(|it| alternative(settings, it)),
    );
    match (job, advice.is_empty()) {
        (None, true) => output,
        (Some(_), true) => output
            .advise(settings.say("A new attempt needs a new quote.", "再次尝试需要重新询价。")),
        (_, false) => output.advise(advice.join(" ")),
    }
}

fn models(settings: &Settings, known: &[String]) -> String {
    let all = known.join(", ");
    match known.is_empty() {
        true => String::new(),
        false => settings.say(format!(" The models: {all}."), format!("可选：{all}。")),
    }
}

fn alternative(settings: &Settings, other: &Alternative) -> String {
    let Alternative {
        model_id, points, ..
    } = other;
    settings.say(
        format!("Another model may do: {model_id} ({points} points)."),
        format!("可以换个模型：{model_id}（{points} 积分）。"),
    )
}

fn invalid(settings: &Settings, value: &InvalidValue) -> String {
    let InvalidValue {
        field,
        given,
        allowed,
    } = value;
    let field = argument(field);
    settings.say(
        format!("{field} can't be {given}: it takes {allowed}."),
        format!("{field} 不能是 {given}：{allowed}。"),
    )
}

/// The argument that sets a parameter.
fn argument(field: &str) -> &str {
    match field {
        "make_instrumental" => "instrumental",
        "n" => "count",
        "speaker" => "voice",
        "audio_params.emotion" => "emotion",
        "audio_params.speech_rate" => "rate",
        "audio_params.loudness_rate" => "volume",
        "model_id" => "model",
        other => other,
    }
}

/// An error of the library. `job` is what stands in the journal of it.
pub(crate) fn error(settings: &Settings, error: &Error, job: Option<&str>) -> Output {
    let refuse = |retry: Retry, en: &str, zh: &str| Output::refused(retry, settings.say(en, zh));
    let aftermath = match error {
        Error::Failure(it) => return failure(settings, it, job),
        Error::Rejected(types::Error::Invalid(value)) => {
            let nothing = settings.say("Nothing was spent.", "没有扣除积分。");
            let message = format!("{} {nothing}", invalid(settings, value));
            return Output::refused(Retry::AfterChange, message);
        }
        Error::CredentialMissing | Error::Credential(CredentialError::Missing) => {
            return refuse(
                Retry::AfterChange,
                "The API key is missing. Nothing was spent.",
                "缺少 API 密钥。没有扣除积分。",
            )
            .advise(settings.say(
                "The person puts it into the environment variable IMA_API_KEY of this server. Never ask \
                 for it in the conversation.",
                "请由本人把它写入本服务的环境变量 IMA_API_KEY，不要在对话里索取。",
            ));
        }
        Error::Credential(_) => {
            return refuse(
                Retry::AfterChange,
                "The API key can't be used. Nothing was spent.",
                "API 密钥无法使用。没有扣除积分。",
            )
            .advise(settings.say(
                "The person runs `ima mcp --check` in a terminal.",
                "请由本人在终端里运行 `ima mcp --check`。",
            ));
        }
        Error::KeyInRequest => {
            return refuse(
                Retry::AfterChange,
                "The text holds the API key, which must not be sent. Nothing was sent.",
                "文字里含有 API 密钥，不能发送。没有发送任何内容。",
            );
        }
        Error::TooLarge { .. } => {
            return refuse(
                Retry::AfterChange,
                "The text is too long. Nothing was spent.",
                "文字过长。没有扣除积分。",
            );
        }
        Error::Journal(StoreError::QuoteExpired) => return expired(settings),
        Error::Journal(StoreError::NoSuchQuote) => return no_quote(settings),
        Error::Journal(_) => {
            return refuse(
                Retry::AfterChange,
                "The journal can't be written, so nothing was sent and nothing was spent.",
                "无法写入本机的任务记录，因此没有发送，也没有扣除积分。",
            )
            .advise(settings.say(
                "The person runs `ima mcp --check` in a terminal.",
                "请由本人在终端里运行 `ima mcp --check`。",
            ));
        }
        Error::NoSuchJob(_) => return no_job(settings),
        Error::NothingToResume(_) => {
            return Output::new(
                Status::Failed,
                Charged::No,
                Retry::AfterChange,
                settings.say(
                    "The job ended before anything was spent.",
                    "任务在扣除积分之前就结束了。",
                ),
            );
        }
        Error::Ceiling { ceiling, aftermath } if aftermath.charge == Charge::No => {
            return over(settings, ceiling);
        }
        Error::Ceiling { aftermath, .. }
        | Error::Limit { aftermath, .. }
        | Error::Trap { aftermath, .. }
        | Error::Unrecorded { aftermath, .. } => aftermath,
        _ => {
            return refuse(
                Retry::SameCall,
                "This can't be done right now. Nothing was spent.",
                "暂时无法完成。没有扣除积分。",
            )
            .advise(settings.say(
                "If it stays so, the person runs `ima mcp --check` in a terminal.",
                "如果一直如此，请由本人在终端里运行 `ima mcp --check`。",
            ));
        }
    };
    match aftermath.charge {
        Charge::Yes => open(settings, job, None),
        Charge::Unknown => unknown(settings, job),
        Charge::No => refuse(
            Retry::AfterChange,
            "The work was broken off. Nothing was spent.",
            "任务中断，没有扣除积分。",
        ),
    }
}

fn over(settings: &Settings, ceiling: &CeilingExceeded) -> Output {
    let (en, zh, setting) = match ceiling {
        CeilingExceeded::PerRequest { points, ceiling } => (
            format!("This costs {points} points, and one purchase may cost {ceiling}."),
            format!("需要 {points} 积分，单次上限是 {ceiling} 积分。"),
            "--max-points",
        ),
        CeilingExceeded::PerDay {
            points,
            spent,
            ceiling,
        } => (
            format!(
                "This costs {points} points; {spent} were spent today, and {ceiling} are allowed a day."
            ),
            format!("需要 {points} 积分；今天已用 {spent} 积分，每日上限是 {ceiling} 积分。"),
            "--max-points-per-day",
        ),
        _ => (
            "The service refused this job three times.".to_owned(),
            "服务已三次拒绝这个任务。".to_owned(),
            "",
        ),
    };
    let nothing = settings.say(" Nothing was spent.", "没有扣除积分。");
    let output = Output::refused(Retry::AfterChange, settings.say(en, zh) + &nothing);
    if setting.is_empty() {
        return output;
    }
    output.advise(settings.say(
        format!("The person can raise {setting} in the configuration of `ima mcp`."),
        format!("可由本人在 `ima mcp` 的配置里提高 {setting}。"),
    ))
}

/// The quote's time is over.
pub(crate) fn expired(settings: &Settings) -> Output {
    let message = settings.say(
        "This quote is no longer valid. Nothing was spent.",
        "报价已过期，没有扣除积分。",
    );
    Output::refused(Retry::AfterChange, message).advise(settings.say(
        "Ask for a new quote, and tell the user its price.",
        "请重新询价，并告知用户价格。",
    ))
}

/// There is no such quote.
pub(crate) fn no_quote(settings: &Settings) -> Output {
    let message = settings.say(
        "There is no such quote. Nothing was spent.",
        "没有这个报价，没有扣除积分。",
    );
    Output::refused(Retry::AfterChange, message).advise(settings.say(
        "Ask for one with quote_music or quote_speech.",
        "请先用 quote_music 或 quote_speech 询价。",
    ))
}

/// There is no such job.
pub(crate) fn no_job(settings: &Settings) -> Output {
    let message = settings.say("There is no such job.", "没有这个任务。");
    Output::refused(Retry::AfterChange, message)
        .advise(settings.say("list_jobs lists the jobs.", "用 list_jobs 查看任务。"))
}

/// What the journal alone says of a job.
pub(crate) fn of_job(settings: &Settings, job: &Job) -> Output {
    let output = match job.state {
        JobState::Failed if job.is_paid() => Output::new(
            Status::Failed,
            Charged::Yes,
            Retry::Never,
            settings.say(
                "The service could not make the audio. The points were spent.",
                "服务没能生成音频，积分已扣除。",
            ),
        ),
        JobState::Failed => Output::new(
            Status::Failed,
            Charged::No,
            Retry::AfterChange,
            settings.say(
                "The job ended before anything was spent.",
                "任务在扣除积分之前就结束了。",
            ),
        )
        .advise(settings.say("A new attempt needs a new quote.", "再次尝试需要重新询价。")),
        JobState::Waiting | JobState::Finished => open(settings, Some(&job.id), None),
        _ => unknown(settings, Some(&job.id)),
    };
    output.of_job(&job.id)
}
