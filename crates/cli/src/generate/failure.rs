//! A failure in two lines: what happened, with the truth about the points, and what to do.

use ima_host::types::{Cause, Charge, Failure, InvalidValue, OverBudget, PriceChange, TaskFault};

use crate::command_error::{CommandError, ErrorKind};
use crate::generate::option_names::OptionNames;
use crate::ui::text::{self, POINTS, Text, command_error, say, shortened};

/// What a failure does not say by itself.
pub(crate) struct Circumstances<'a> {
    pub(crate) names: &'a OptionNames,
    pub(crate) job: Option<&'a str>,
    /// The price, if it is known, in points.
    pub(crate) points: Option<u32>,
    /// How long to wait at most, in seconds, if the user said so.
    pub(crate) deadline: Option<u32>,
    /// Whether the request would have been paid for.
    pub(crate) spending: bool,
    /// Whether it came before there was a price.
    pub(crate) listing: bool,
    /// Whether the service did not answer any more.
    pub(crate) unreachable: bool,
}

impl<'a> Circumstances<'a> {
    /// Those of a quote or a list, which costs nothing.
    pub(crate) fn asking(names: &'a OptionNames) -> Self {
        Self {
            names,
            job: None,
            points: None,
            deadline: None,
            spending: false,
            listing: true,
            unreachable: false,
        }
    }
}

/// The two lines. The core's own words are for agents, which can offer to try another model.
pub(crate) fn explain(failure: &Failure, about: &Circumstances) -> CommandError {
    let mut error = words(failure, about);
    error.kind = ErrorKind::of_failure(failure);
    error.charge = failure.charge;
    let failed = matches!(failure.cause, Cause::TaskFailed(_));
    match failure.charge {
        Charge::No if about.spending => error.unspent(),
        Charge::Yes if failed => {
            let spent = say!("The points were spent.", "积分已扣除。");
            error.message = error.message.and(&spent);
            error
        }
        // The words say so, or there is nothing to say.
        _ => error,
    }
}

fn words(failure: &Failure, about: &Circumstances) -> CommandError {
    let reason = Text::same(&*failure.message);
    let help = failure.help.as_deref().map(Text::same);
    if failure.charge == Charge::Unknown {
        let hint = about.job.map(text::unknown);
        return message(say!(
            "The request was sent, but no clear answer came: the job may have started, and the points may be spent.",
            "请求已发出，但没有得到明确的答复：可能已经开始，积分可能已扣除。"
        ))
        .hint(hint.unwrap_or_else(|| {
            say!("Check your points: {POINTS}", "请查看积分：{POINTS}")
        }));
    }
    let resumable = |what: Text| {
        let error = message(what);
        match about.job {
            Some(job) => error.hint(text::resume(job)),
            None => error,
        }
    };
    let another_model = || {
        failure
            .alternatives
            .first()
            .map(|it| alternative(&it.model_id, it.points))
    };
    match (&failure.cause, failure.charge) {
        (Cause::Invalid(value), _) => value_refused(about.names, value),
        (Cause::UnknownModel(known), _) if known.is_empty() => {
            message(text::nothing_offered()).hint(text::later())
        }
        (Cause::UnknownModel(known), _) => unknown_model(about.names, known),
        (Cause::OverBudget(OverBudget { points, budget }), _) => over_budget(*points, *budget),
        (Cause::PriceChanged(PriceChange { points, announced }), _) => {
            price_rose(*announced, *points)
        }
        (
            Cause::TaskFailed(TaskFault::ContentRefused | TaskFault::TextTooLong | TaskFault::Busy),
            _,
        ) => message(reason),
        (Cause::InsufficientPoints, Charge::No) => {
            let needs = match about.points {
                Some(points) => say!(
                    "Not enough points: this needs {points}.",
                    "积分不足：需要 {points} 积分。"
                ),
                None => say!("Not enough points.", "积分不足。"),
            };
            message(needs).hint(say!(
                "Your points: {POINTS} Cheaper models: ima models",
                "查看积分：{POINTS} 更便宜的模型：ima models"
            ))
        }
        (Cause::UnknownTask, _) => {
            let error = resumable(say!(
                "The service says that it does not know this paid job.",
                "服务查不到这个已付费的任务。"
            ));
            let error = match about.job {
                Some(job) => error.hint(text::forget(job)),
                None => error,
            };
            error.hint(say!("Your records: {POINTS}", "生成记录：{POINTS}"))
        }
        (Cause::TaskFailed(_), _) => message(say!(
            "The service could not make the audio.",
            "服务没能生成音频。"
        ))
        .hint(another_model().unwrap_or_else(|| {
            say!(
                "Check the text's length and content, or try again later.",
                "请检查文字的长度和内容，或稍后再试。"
            )
        })),
        (Cause::Cancelled, Charge::Yes) => resumable(say!(
            "Stopped waiting. The job is paid and keeps running.",
            "已停止等待。任务已付费，仍在继续。"
        )),
        (Cause::Cancelled, _) => message(text::stopped()),
        (Cause::Unauthorized, Charge::Yes) => resumable(match &help {
            Some(page) => reason.and(page),
            None => reason,
        }),
        (_, Charge::Yes) if about.unreachable => resumable(say!(
            "The service can't be reached right now. The job is paid and kept.",
            "暂时无法连接服务。任务已付费，已保留。"
        )),
        (Cause::Deadline, _) => resumable(match about.deadline {
            Some(seconds) => say!(
                "Stopped waiting after {seconds} s. The job is paid and keeps running.",
                "等待已到 {seconds} 秒。任务已付费，仍在继续。"
            ),
            None => say!(
                "This takes longer than usual. The job is paid and keeps running.",
                "等待时间较长。任务已付费，仍在继续。"
            ),
        }),
        (_, Charge::Yes) => resumable(reason),
        (Cause::Unavailable, _) if about.listing => message(say!(
            "The service's list of models can't be read right now.",
            "暂时无法获取服务的模型列表。"
        ))
        .hint(text::later()),
        (Cause::RateLimited, _) => message(say!(
            "The service has too many requests right now.",
            "请求过于频繁。"
        ))
        .hint(say!("Wait a moment, then try again.", "请稍等片刻再试。")),
        (Cause::Unavailable | Cause::Network, _) => {
            message(text::no_connection()).hint(text::later())
        }
        (cause, _) => {
            let model = another_model().filter(|_| is_of_model(cause));
            message(reason).hint(help.or(model).unwrap_or_else(|| {
                say!(
                    "`ima models` lists the models; `ima model ID` shows the parameters of one.",
                    "用 `ima models` 查看模型，用 `ima model ID` 查看它支持的参数。"
                )
            }))
        }
    }
}

/// The kind is the failure's, and set in the end.
fn message(message: Text) -> CommandError {
    CommandError::new(ErrorKind::Other, message)
}

/// Whether the price or the parameters of the model are at fault, so that another one may do.
fn is_of_model(cause: &Cause) -> bool {
    match cause {
        Cause::NoPrice => true,
        Cause::Refused(refusal) => matches!(refusal.code, 6006 | 6009 | 6010),
        _ => false,
    }
}

fn alternative(model: &str, points: u32) -> Text {
    say!(
        "Another model may do: --model {model} ({points} points). `ima models` lists all.",
        "可以换个模型：--model {model}（{points} 积分）；用 `ima models` 查看全部。"
    )
}

fn over_budget(points: u32, budget: u32) -> CommandError {
    command_error!(
        Other,
        "This costs {points} points, more than your limit of {budget}."
            => "Allow it with --budget {points}, or find a cheaper model with `ima models`.",
        "需要 {points} 积分，超过了 {budget} 积分的上限。"
            => "可以用 --budget {points} 提高上限，或用 `ima models` 查看更便宜的模型。"
    )
}

fn price_rose(announced: u32, points: u32) -> CommandError {
    command_error!(
        Other,
        "The price rose from {announced} to {points} points." => "If that is fine, run it again.",
        "价格从 {announced} 积分涨到了 {points} 积分。" => "如果可以接受，请重新开始。"
    )
}

fn unknown_model(names: &OptionNames, known: &[String]) -> CommandError {
    let model = names.model.as_deref().unwrap_or_default();
    let listed = known.iter().any(|it| it.eq_ignore_ascii_case(model));
    match &names.version {
        Some(version) if listed => {
            let version = shortened(version);
            command_error!(
                Usage,
                "{model} has no version {version}."
                    => "Leave out --version-id to use the newest version.",
                "{model} 没有版本 {version}。" => "不写 --version-id 就使用最新版本。"
            )
        }
        _ if names.habitual => command_error!(
            Usage,
            "Your usual model is no longer offered."
                => "Choose one with --model, or forget your usual one: ima prefs clear",
            "你的常用模型已不再提供。"
                => "请用 --model 选择一个，或清除它：ima prefs clear"
        ),
        _ => no_such_model(model, known),
    }
}

/// A model that the service doesn't offer, and those that it does.
pub(crate) fn no_such_model(model: &str, known: &[String]) -> CommandError {
    let near = text::nearest(model, known);
    let all = known.join(", ");
    let model = shortened(model);
    let error = CommandError::new(
        ErrorKind::Usage,
        say!("No model named \"{model}\".", "没有模型 {model}。"),
    );
    error.hint(match near {
        Some(near) => say!(
            "Did you mean {near}? The models: {all}",
            "是否指 {near}？可选的模型：{all}"
        ),
        None => say!("The models: {all}", "可选的模型：{all}"),
    })
}

/// A value that can't be used, by the option that gave it.
pub(crate) fn value_refused(names: &OptionNames, value: &InvalidValue) -> CommandError {
    // Choices are JSON: quotation marks around each say nothing to a person.
    let allowed = if value.allowed.contains('{') {
        value.allowed.clone()
    } else {
        value.allowed.replace('"', "")
    };
    match names.given(value) {
        (None, _) => command_error!(
            Invalid,
            "The text can't be used." => "It must be: {allowed}",
            "这段文字不能使用。" => "要求：{allowed}"
        ),
        (Some(option), given) => {
            let given = [option.as_str(), &shortened(&given)].join(" ");
            let given = given.trim_end();
            command_error!(
                Invalid,
                "{given} can't be used." => "{option}: {allowed}",
                "{given} 不能使用。" => "{option}：{allowed}"
            )
        }
    }
}
