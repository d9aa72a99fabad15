//! The texts of both protocols, row by row.

mod never_say;
mod steps;

use super::*;
use crate::catalogue::fixtures;
use crate::outcome::{Media, TaskFault};
use crate::request::InvalidValue;
use ima_wire::envelope::Refusal;

fn refused(code: i64, detail: &str) -> Cause {
    let detail = detail.to_owned();
    Refusal { code, detail }.into()
}

fn reason_of(cause: &Cause, task: TaskType, language: Language) -> String {
    Messages::new(task, language)
        .failed(cause, Charge::No, &[])
        .1
}

/// The rows of both translation tables: the technical error, and what is said instead.
#[test]
fn every_row_of_the_translation_tables() {
    let prompt = Cause::Invalid(InvalidValue::new("prompt", "", "a text"));
    let lyrics = Cause::Invalid(InvalidValue::new("lyrics", "", "a text"));
    let music: Vec<(Cause, &str, &str)> = vec![
        (
            refused(401, "Unauthorized"),
            "API密钥无效或未授权",
            "API key is invalid or unauthorized",
        ),
        (
            refused(4008, "Insufficient points"),
            "积分不足，无法创建任务",
            "Insufficient points to create this task",
        ),
        (
            refused(4014, ""),
            "当前订阅不支持此操作",
            "Your subscription does not cover this",
        ),
        (
            refused(400, "Invalid product attribute"),
            "生成参数配置异常，请稍后重试",
            "Configuration error, please try again later",
        ),
        (
            refused(1, "Insufficient points"),
            "生成参数配置异常，请稍后重试",
            "Configuration error, please try again later",
        ),
        (
            refused(6006, "?"),
            "积分计算异常，系统正在修复",
            "Points calculation error, system is fixing",
        ),
        (
            refused(6010, "Attribute ID does not match"),
            "模型参数不匹配，请尝试其他模型",
            "Model parameters incompatible, try another model",
        ),
        (
            refused(400, "Bad request"),
            "音乐参数设置有误，请调整描述后重试",
            "Music parameter error, adjust description and retry",
        ),
        (
            Cause::TaskFailed(TaskFault::Resource),
            "音乐生成遇到问题，建议换个模型试试",
            "Music generation failed, try another model",
        ),
        (
            Cause::TaskFailed(TaskFault::Status),
            "这次生成没成功，要不换个模型试试？",
            "Generation unsuccessful, try a different model?",
        ),
        (
            Cause::Network,
            "网络连接不稳定，请检查网络后重试",
            "Network connection unstable, check network and retry",
        ),
        (
            refused(429, ""),
            "请求过于频繁，请稍等片刻再试",
            "Too many requests, please wait a moment",
        ),
        (
            refused(1, "Rate limit exceeded"),
            "请求过于频繁，请稍等片刻再试",
            "Too many requests, please wait a moment",
        ),
        (
            refused(1, "Model not available"),
            "当前模型暂时不可用，建议换个模型",
            "Model temporarily unavailable, try another model",
        ),
        (
            Cause::Unavailable,
            "当前模型暂时不可用，建议换个模型",
            "Model temporarily unavailable, try another model",
        ),
        (
            refused(1, "Invalid lyrics format"),
            "歌词格式有误，请调整后重试",
            "Lyrics format error, adjust and retry",
        ),
        (
            lyrics,
            "歌词格式有误，请调整后重试",
            "Lyrics format error, adjust and retry",
        ),
        (
            refused(1, "Prompt length invalid"),
            "音乐描述过短或过长，请调整到合适长度",
            "Music description too short or long, adjust length",
        ),
        (prompt, "建议20-100字", "20 to 100 words"),
        (
            refused(1, "?"),
            "音乐生成遇到问题，请稍后重试或换个模型试试",
            "Music generation encountered an issue, please try again or use another model",
        ),
        // A timeout says "resume", never "try again" as if nothing had been bought.
        (
            Cause::Deadline,
            "任务仍在继续，稍后可以接着等待并取回结果",
            "resume later to get the result",
        ),
    ];
    let speech: Vec<(Cause, &str, &str)> = vec![
        (
            refused(401, ""),
            "密钥无效或未授权，请至 imaclaw.ai 生成新密钥",
            "API key invalid; generate at imaclaw.ai",
        ),
        (
            refused(4008, ""),
            "积分不足，请至 imaclaw.ai 购买积分",
            "Insufficient points; buy at imaclaw.ai",
        ),
        (
            refused(400, "Invalid product attribute"),
            "参数配置异常，请稍后重试",
            "Configuration error",
        ),
        (
            refused(6006, ""),
            "积分或参数不匹配，请换模型或重试",
            "Points/params mismatch, try another model",
        ),
        (
            refused(6010, ""),
            "积分或参数不匹配，请换模型或重试",
            "Points/params mismatch, try another model",
        ),
        (
            Cause::TaskFailed(TaskFault::Resource),
            "合成失败，建议换模型或缩短文本",
            "Synthesis failed, try another model or shorter text",
        ),
        (
            Cause::TaskFailed(TaskFault::Status),
            "合成失败，建议换模型或缩短文本",
            "Synthesis failed, try another model or shorter text",
        ),
        (Cause::Deadline, "任务仍在继续", "resume later"),
        (
            Cause::Network,
            "网络不稳定，请检查后重试",
            "Network unstable, check and retry",
        ),
        (
            refused(1, "lyrics"),
            "语音合成遇到问题",
            "Speech synthesis encountered an issue",
        ),
    ];
    for (task, rows) in [(TextToMusic, music), (TextToSpeech, speech)] {
        for (cause, zh, en) in rows {
            for (language, expected) in [(Zh, zh), (En, en)] {
                let said = reason_of(&cause, task, language);
                assert!(
                    said.contains(expected),
                    "{cause:?}: {said} instead of {expected}"
                );
            }
        }
    }
}

#[test]
fn what_the_user_can_mend_has_a_page_for_it() {
    let key = Some("https://www.imaclaw.ai/imaclaw/apikey");
    let credits = Some("https://www.imaclaw.ai/imaclaw/subscription");
    for (cause, page) in [
        (refused(401, ""), key),
        (refused(4008, ""), credits),
        (refused(4014, ""), credits),
        (Cause::OutcomeUnknown, credits),
        (refused(6009, ""), None),
        (Cause::Network, None),
        (Cause::Deadline, None),
    ] {
        assert_eq!(help(&cause), page, "{cause:?}");
        for (task, language) in [(TextToMusic, Zh), (TextToMusic, En), (TextToSpeech, Zh)] {
            let said = reason_of(&cause, task, language);
            assert!(!said.contains("://"), "the address is a field: {said}");
        }
    }
}

#[test]
fn a_failed_model_has_its_alternatives_at_live_prices() {
    let catalogue = fixtures::music();
    for (failed, names) in [
        ("sonic", ["DouBao - BGM", "DouBao - Song"]),
        ("GenBGM", ["DouBao - Song", "Suno"]),
        ("GenSong", ["DouBao - BGM", "Suno"]),
        ("other", ["Suno", "DouBao - BGM"]),
    ] {
        let offered = alternatives(TextToMusic, failed, &catalogue);
        let offered: Vec<_> = offered.iter().map(|it| it.model_name.as_str()).collect();
        assert_eq!(offered, names);
    }
    assert_eq!(alternatives(TextToSpeech, "seed-tts-2.0", &catalogue), []);
    let offered = alternatives(TextToMusic, "GenSong", &catalogue);
    let cause = Cause::TaskFailed(TaskFault::Resource);
    let say = |language| {
        let messages = Messages::new(TextToMusic, language);
        messages.failed(&cause, Charge::Yes, &offered).0.text
    };
    insta::assert_snapshot!([say(Zh), say(En)].join("\n\n"));
}

/// Music: "Always suggest 1-2 alternative models".
#[test]
fn every_end_that_another_model_may_mend_names_some() {
    let others = alternatives(TextToMusic, "GenSong", &fixtures::music());
    let names = |cause: &Cause| -> Vec<String> {
        let offered = cause.alternatives(&others);
        offered.into_iter().map(|it| it.model_name).collect()
    };
    let over = |budget| Cause::OverBudget { points: 30, budget };
    for (cause, offered) in [
        (
            Cause::UnknownModel(Vec::new()),
            &["DouBao - BGM", "Suno"][..],
        ),
        (
            Cause::PriceChanged {
                points: 31,
                announced: 30,
            },
            &["DouBao - BGM", "Suno"],
        ),
        (Cause::SubscriptionRequired, &["DouBao - BGM", "Suno"]),
        (Cause::Unavailable, &["DouBao - BGM", "Suno"]),
        (refused(6010, ""), &["DouBao - BGM", "Suno"]),
        (over(29), &["Suno"]),
        (over(24), &[]),
        (Cause::Unauthorized, &[]),
        (Cause::InsufficientPoints, &[]),
        (Cause::Network, &[]),
        (Cause::OutcomeUnknown, &[]),
        (Cause::Deadline, &[]),
        (Cause::Cancelled, &[]),
    ] {
        assert_eq!(names(&cause), offered, "{cause:?}");
    }
    for (language, offer, none) in [
        (Zh, "建议改用：\n  - Suno（功能最强，25 pts）", "用其他模型"),
        (
            En,
            "Try instead:\n  - Suno (most capable, 25 pts)",
            "try again",
        ),
    ] {
        let messages = Messages::new(TextToMusic, language);
        let said = |cause: &Cause| {
            let offered = cause.alternatives(&others);
            messages.failed(cause, Charge::No, &offered).0.text
        };
        assert!(said(&over(29)).contains(offer), "{}", said(&over(29)));
        assert!(!said(&over(24)).contains(none), "{}", said(&over(24)));
    }
}

#[test]
fn the_steps_of_both_protocols() {
    let started = Started {
        model_id: "sonic".to_owned(),
        model_name: "Suno".to_owned(),
        points: 25,
        most_points: 25,
        estimate: Estimate {
            min_seconds: 20,
            max_seconds: 45,
        },
    };
    let progress = |elapsed| Progress {
        percent: 66,
        elapsed,
        estimated_max: 45_000,
    };
    let success = Success {
        task_id: "t".to_owned(),
        medias: vec![Media {
            url: "https://cdn.example/1.mp3".to_owned(),
            duration: None,
            format: None,
        }],
        model_id: "sonic".to_owned(),
        model_name: "Suno".to_owned(),
        points: 25,
        elapsed: 33_999,
    };
    let mut all = Vec::new();
    for task in [TextToMusic, TextToSpeech] {
        for language in [Zh, En] {
            let messages = Messages::new(task, language);
            all.push(messages.acknowledged());
            all.push(messages.started(&started, false));
            all.push(messages.started(&started, true));
            all.push(messages.progress(progress(30_000)));
            all.push(messages.progress(progress(45_001)));
            all.push(messages.succeeded(&success, started.estimate));
            for (cause, charge) in [
                (Cause::OutcomeUnknown, Charge::Unknown),
                (Cause::Deadline, Charge::Yes),
                (Cause::Cancelled, Charge::No),
                (Cause::TaskFailed(TaskFault::Status), Charge::Yes),
            ] {
                all.push(messages.failed(&cause, charge, &[]).0);
            }
        }
    }
    let texts: Vec<_> = all
        .iter()
        .map(|message| format!("[{:?} {}]\n{}", message.kind, message.step, message.text))
        .collect();
    insta::assert_snapshot!(texts.join("\n\n"));
}
