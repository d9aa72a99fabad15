//! Every fixed text for users against the lists of what no user is to read.

use super::*;
use crate::preferences::confirmation;

/// Music: "Never Say to Users", with the names of the service's fields and of our tools.
const TECHNICAL: [&str; 34] = [
    "ima_voice_create",
    "ima_tts_create",
    "脚本",
    "script",
    "自动化",
    "automation",
    "自动处理",
    "产品列表",
    "查询接口",
    "自动解析",
    "智能轮询",
    "attribute_id",
    "attribute",
    "model_version",
    "form_config",
    "api 调用",
    "api调用",
    "http",
    "json",
    "credit_rules",
    "resource_status",
    "custom_mode",
    "make_instrumental",
    "vocal_gender",
    "auto_lyrics",
    "negative_tags",
    "gpt_description_prompt",
    "audio_params",
    "speech_rate",
    "loudness_rate",
    "additions",
    "cast",
    "task_id",
    "task_type",
];

/// Music: the column "Never Say" of the translation table. Left out are "Insufficient points" and
/// "Too many requests", with which the column beside it begins.
const UNTRANSLATED: [&str; 23] = [
    "invalid api key",
    "401",
    "4008",
    "4014",
    "invalid product attribute",
    "6006",
    "6009",
    "6010",
    "attribute id does not match",
    "400",
    "bad request",
    "resource status",
    "task failed",
    "timed out",
    "timeout",
    "connection refused",
    "network error",
    "429",
    "rate limit",
    "not available",
    "503",
    "invalid lyrics format",
    "prompt length invalid",
];

/// Music: "Best Practices". 「描述需要调整一下」 is the way to say it.
const BLAMING: [&str; 2] = ["你的描述有问题", "生成失败了"];

/// Whether a text holds a phrase; of ASCII ones whole words only, so that "description" is no
/// "script".
fn holds(text: &str, phrase: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !phrase.is_ascii() {
        return text.contains(phrase);
    }
    let parts: Vec<&str> = text.split(phrase).collect();
    parts
        .windows(2)
        .any(|pair| !pair[0].ends_with(is_word) && !pair[1].starts_with(is_word))
}

fn check(text: &str) {
    assert!(!text.trim().is_empty());
    let words = text.to_lowercase();
    for phrase in TECHNICAL.iter().chain(&UNTRANSLATED).chain(&BLAMING) {
        assert!(!holds(&words, phrase), "{phrase:?} in {text:?}");
    }
    assert!(!words.contains("://"), "an address in {text:?}");
}

/// Refusals in the service's own words.
fn refusals() -> Vec<Cause> {
    [
        (401, "Invalid API key"),
        (401, "Unauthorized"),
        (4008, "Insufficient points"),
        (4014, "subscription required"),
        (400, "Invalid product attribute"),
        (400, "Bad request: parameters[0].attribute_id"),
        (6006, "credit mismatch"),
        (6009, "No exact rule match found for parameters"),
        (6010, "Attribute ID does not match"),
        (429, "Rate limit exceeded"),
        (1, "Model not available"),
        (1, "Invalid lyrics format"),
        (1, "Prompt length invalid"),
        (1, "form_config.custom_mode is required"),
        (999, ""),
    ]
    .map(|(code, detail)| refused(code, detail))
    .to_vec()
}

/// Every other cause.
fn causes() -> Vec<Cause> {
    let invalid = |field: &str| Cause::Invalid(InvalidValue::new(field, "x", "y"));
    vec![
        Cause::Unauthorized,
        Cause::InsufficientPoints,
        Cause::SubscriptionRequired,
        Cause::UnknownModel(vec!["sonic".to_owned(), "GenBGM".to_owned()]),
        invalid("prompt"),
        invalid("lyrics"),
        invalid("audio_params.speech_rate"),
        invalid("vocal_gender"),
        Cause::OverBudget {
            points: 25,
            budget: 24,
        },
        Cause::PriceChanged {
            points: 26,
            announced: 25,
        },
        Cause::NoPrice,
        Cause::RateLimited,
        Cause::Unavailable,
        Cause::Network,
        Cause::OutcomeUnknown,
        Cause::TaskFailed(TaskFault::Resource),
        Cause::TaskFailed(TaskFault::Status),
        Cause::Deadline,
        Cause::Cancelled,
    ]
}

const TASKS: [TaskType; 2] = [TextToMusic, TextToSpeech];
const LANGUAGES: [Language; 2] = [Zh, En];

#[test]
fn failures_say_nothing_technical_whatever_the_service_said() {
    let catalogue = fixtures::music();
    for task in TASKS {
        for language in LANGUAGES {
            let messages = Messages::new(task, language);
            let others = alternatives(task, "sonic", &catalogue);
            for cause in causes().iter().chain(&refusals()) {
                for charge in [Charge::No, Charge::Yes, Charge::Unknown] {
                    let (message, reason) = messages.failed(cause, charge, &others);
                    check(&message.text);
                    check(&reason);
                }
            }
        }
    }
}

#[test]
fn every_other_message_says_nothing_technical() {
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
    for task in TASKS {
        for language in LANGUAGES {
            let messages = Messages::new(task, language);
            check(&messages.acknowledged().text);
            check(&messages.started(&started, false).text);
            check(&messages.started(&started, true).text);
            for elapsed in [0, 30_000, 60_000] {
                let progress = Progress {
                    percent: 95,
                    elapsed,
                    estimated_max: 45_000,
                };
                check(&messages.progress(progress).text);
            }
            let success = Success {
                task_id: "task_abc".to_owned(),
                medias: Vec::new(),
                model_id: "sonic".to_owned(),
                model_name: "Suno".to_owned(),
                points: 25,
                elapsed: 33_000,
            };
            check(&messages.succeeded(&success, started.estimate).text);
            for model in ["sonic", "GenBGM", "GenSong", "new"] {
                check(&messages.cost(model, "Suno", 25));
            }
            check(&confirmation(task, "Suno", language));
        }
    }
}

/// Music: "users receive clear next steps for resolution".
#[test]
fn a_failure_says_what_to_do_next() {
    let steps = [
        "请", "建议", "试", "稍后", "可以", "generate", "buy", "check", "try", "retry", "wait",
        "resume", "raise it", "confirm", "choose", "adjust",
    ];
    // Whoever stopped it themselves needs no advice.
    let causes = causes().into_iter().filter(|it| *it != Cause::Cancelled);
    let causes: Vec<_> = causes.chain(refusals()).collect();
    for task in TASKS {
        for language in LANGUAGES {
            let messages = Messages::new(task, language);
            for cause in &causes {
                let text = messages.failed(cause, Charge::No, &[]).0.text;
                let text = text.to_lowercase();
                assert!(steps.iter().any(|step| text.contains(step)), "{text}");
            }
        }
    }
}

#[test]
fn above_the_budget_one_raises_it_or_takes_another_model() {
    let (points, budget) = (25, 24);
    let over = Cause::OverBudget { points, budget };
    for task in TASKS {
        let zh = reason_of(&over, task, Zh);
        assert!(zh.contains("可以提高上限或换个模型"), "{zh}");
        let en = reason_of(&over, task, En);
        assert!(en.contains("raise it or choose another model"), "{en}");
    }
}
