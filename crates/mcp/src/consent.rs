//! Whether a purchase may be made: by asking the person, by the ceilings, or not at all.

use serde_json::{Value, json};

use crate::output::{Output, Retry};
use crate::settings::{Confirm, Settings};

/// The name of the answer in the form.
pub(crate) const FIELD: &str = "decision";

/// The answer that says no.
const CANCEL: &str = "cancel";

/// What is to be done about a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It is within what the person allowed.
    Go,
    /// The person is to be asked.
    Ask,
    /// It is more than the ceiling for one purchase.
    OverCeiling(u64),
    /// The person would have to be asked, and the client can't.
    CantAsk,
}

/// What the settings say to a price. Ceilings hold in any case; that of the day is the ledger's, which
/// counts over all processes.
pub(crate) fn decide(settings: &Settings, points: u64, can_ask: bool) -> Decision {
    let ceilings = settings.ceilings;
    if let Some(ceiling) = ceilings.per_request.filter(|ceiling| points > *ceiling) {
        return Decision::OverCeiling(ceiling);
    }
    let has_ceiling = ceilings.per_request.or(ceilings.per_day).is_some();
    let asks = match settings.confirm {
        Some(Confirm::Never) => false,
        Some(Confirm::Above(above)) => points > above,
        Some(Confirm::Always) => true,
        None => can_ask || !has_ceiling,
    };
    match (asks, can_ask) {
        (false, _) => Decision::Go,
        (true, true) => Decision::Ask,
        (true, false) => Decision::CantAsk,
    }
}

/// What the person said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Yes, to these very points.
    Spend,
    /// No, in so many words.
    Declined,
    /// The question was closed without an answer.
    Dismissed,
    /// The client answered with something that decides nothing.
    Empty,
    /// The question could not be asked.
    NotAsked,
}

impl Answer {
    /// Reads the result of an elicitation. Only the exact words for these points are a yes.
    pub(crate) fn read(result: &Value, points: u64) -> Self {
        let decision = result.pointer("/content/decision").and_then(Value::as_str);
        match (result.get("action").and_then(Value::as_str), decision) {
            (Some("accept"), Some(word)) if word == spend(points) => Self::Spend,
            (Some("accept"), Some(CANCEL)) | (Some("decline"), _) => Self::Declined,
            (Some("cancel"), _) => Self::Dismissed,
            _ => Self::Empty,
        }
    }
}

fn spend(points: u64) -> String {
    format!("spend_{points}_points")
}

/// The form of the question.
pub(crate) fn form(settings: &Settings, points: u64) -> Value {
    let title = settings.say("Your decision", "你的决定");
    json!({
        "type": "object",
        "properties": {
            FIELD: {"type": "string", "title": title, "enum": [spend(points), CANCEL]},
        },
        "required": [FIELD],
    })
}

/// The most characters of the text that the question shows.
const SHOWN: usize = 400;

/// The words of the question.
pub(crate) fn question(settings: &Settings, model: &str, points: u64, text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    settings.say(
        format!("Spend {points} points on {model} at IMA Studio?\n\n{shown}"),
        format!("用 {model} 生成，花费 {points} 积分？\n\n{shown}"),
    )
}

/// The result of a purchase that may not be made.
pub(crate) fn refusal(settings: &Settings, points: u64, decision: Decision) -> Output {
    let refuse = |en: String, zh: String| Output::refused(Retry::AfterChange, settings.say(en, zh));
    match decision {
        Decision::OverCeiling(ceiling) => refuse(
            format!("This costs {points} points, and one purchase may cost {ceiling}. Nothing was spent."),
            format!("需要 {points} 积分，单次上限是 {ceiling} 积分。没有扣除积分。"),
        )
        .advise(settings.say(
            "Choose a cheaper model. The person can raise --max-points in the configuration of `ima mcp`.",
            "请换一个更便宜的模型，或由本人在 `ima mcp` 的配置里提高 --max-points。",
        )),
        _ => {
            let setting = match settings.confirm {
                Some(confirm) => settings.say(
                    format!("`--confirm {confirm}` asks for it."),
                    format!("配置为 `--confirm {confirm}`。"),
                ),
                None => String::new(),
            };
            let message = refuse(
                "This has to be confirmed by the person, and this client can't ask. Nothing was spent."
                    .to_owned(),
                "需要本人确认，而这个客户端无法询问。没有扣除积分。".to_owned(),
            );
            let advice = settings.say(
                "To allow it, the person sets --max-points or --max-points-per-day in the \
                 configuration of `ima mcp`.",
                "如需允许，请由本人在 `ima mcp` 的配置里设置 --max-points 或 --max-points-per-day。",
            );
            message.advise(format!("{advice} {setting}").trim_end().to_owned())
        }
    }
}

/// The result of an answer that is no yes.
pub(crate) fn unapproved(settings: &Settings, answer: Answer) -> Output {
    let (retry, en, zh) = match answer {
        Answer::Spend | Answer::Declined => (
            Retry::AfterChange,
            "The purchase was declined. Nothing was spent.",
            "购买已被拒绝，没有扣除积分。",
        ),
        Answer::Dismissed => (
            Retry::AfterChange,
            "The question about the price was closed without an answer. Nothing was spent.",
            "价格确认被关闭，没有得到答复。没有扣除积分。",
        ),
        Answer::Empty => (
            Retry::AfterChange,
            "The client answered the question about the price without a decision. Nothing was spent.",
            "客户端对价格确认的答复里没有决定。没有扣除积分。",
        ),
        Answer::NotAsked => (
            Retry::SameCall,
            "The question about the price could not be asked. Nothing was spent.",
            "无法询问价格确认。没有扣除积分。",
        ),
    };
    Output::refused(retry, settings.say(en, zh))
}

#[cfg(test)]
mod tests {
    use ima_host::Ceilings;
    use ima_host::types::Language;

    use super::*;

    fn settings(
        confirm: Option<Confirm>,
        per_request: Option<u64>,
        per_day: Option<u64>,
    ) -> Settings {
        let mut settings = Settings::new("/out", Language::En);
        settings.confirm = confirm;
        settings.ceilings = Ceilings {
            per_request,
            per_day,
        };
        settings
    }

    #[test]
    fn a_person_is_asked_else_the_ceilings_decide_else_nothing_is_spent() {
        use Decision::{Ask, CantAsk, Go, OverCeiling};
        let (always, never) = (Some(Confirm::Always), Some(Confirm::Never));
        let above = Some(Confirm::Above(25));
        for (confirm, per_request, per_day, points, asked, unasked) in [
            (None, None, None, 25, Ask, CantAsk),
            (None, Some(25), None, 25, Ask, Go),
            (None, None, Some(100), 25, Ask, Go),
            (None, Some(25), None, 26, OverCeiling(25), OverCeiling(25)),
            (always, Some(25), Some(25), 25, Ask, CantAsk),
            (always, None, None, 25, Ask, CantAsk),
            (above, None, None, 25, Go, Go),
            (above, None, None, 26, Ask, CantAsk),
            (above, Some(100), None, 26, Ask, CantAsk),
            (never, None, None, 25, Go, Go),
            (never, Some(25), None, 25, Go, Go),
            (never, Some(25), None, 26, OverCeiling(25), OverCeiling(25)),
        ] {
            let settings = settings(confirm, per_request, per_day);
            let case = format!("{confirm:?} {per_request:?} {per_day:?} {points}");
            assert_eq!(decide(&settings, points, true), asked, "{case}");
            assert_eq!(decide(&settings, points, false), unasked, "{case}");
        }
    }

    #[test]
    fn only_the_words_for_these_points_are_a_yes() {
        let accept = |decision: Value| json!({"action": "accept", "content": {FIELD: decision}});
        for (result, answer) in [
            (accept(json!("spend_25_points")), Answer::Spend),
            (accept(json!("spend_2_points")), Answer::Empty),
            (accept(json!("cancel")), Answer::Declined),
            (accept(json!("")), Answer::Empty),
            (accept(json!(true)), Answer::Empty),
            (json!({"action": "accept"}), Answer::Empty),
            (json!({"action": "accept", "content": {}}), Answer::Empty),
            (json!({"action": "accept", "content": null}), Answer::Empty),
            (json!({"action": "decline"}), Answer::Declined),
            (
                json!({"action": "decline", "content": {FIELD: "spend_25_points"}}),
                Answer::Declined,
            ),
            (json!({"action": "cancel"}), Answer::Dismissed),
            (json!({"action": "approve"}), Answer::Empty),
            (json!({}), Answer::Empty),
        ] {
            assert_eq!(Answer::read(&result, 25), answer, "{result}");
        }
    }

    #[test]
    fn nobody_is_said_to_have_declined_who_did_not() {
        let settings = settings(None, None, None);
        for answer in [Answer::Dismissed, Answer::Empty, Answer::NotAsked] {
            let output = unapproved(&settings, answer);
            assert!(!output.message.contains("declined"), "{answer:?}");
        }
        let refused = refusal(&settings, 25, Decision::CantAsk);
        assert!(!refused.message.contains("declined"));
        assert!(refused.advice.unwrap().contains("--max-points"));
    }

    #[test]
    fn the_form_has_a_required_choice_without_a_default() {
        let form = form(&settings(None, None, None), 25);
        assert_eq!(
            form["properties"][FIELD]["enum"],
            json!(["spend_25_points", "cancel"])
        );
        assert_eq!(form["required"], json!([FIELD]));
        assert!(form["properties"][FIELD].get("default").is_none());
    }

    #[test]
    fn a_long_text_is_shortened_in_the_question() {
        let settings = settings(None, None, None);
        let words = question(&settings, "Suno", 25, &"é".repeat(500));
        assert!(words.ends_with("é…") && words.contains("25 points"));
    }
}
