//! What holds whatever the service answers.

use super::money::unclear_ends;
use super::script::*;
use crate::event::{CheckpointState, Event, Message};
use crate::http::Sent;
use crate::outcome::{Charge, Outcome};
use crate::pump::Command;
use crate::request::{Language, Request, TaskType};
use proptest::prelude::*;

/// The words that no message may hold (music: "Never Say to Users" and the column "Never Say").
const NEVER_SAY: [&str; 24] = [
    "ima_voice_create",
    "脚本",
    "script",
    "automation",
    "自动处理",
    "查询接口",
    "自动解析",
    "智能轮询",
    "attribute",
    "model_version",
    "form_config",
    "API 调用",
    "HTTP",
    "6006",
    "6009",
    "6010",
    "4008",
    "4014",
    "401",
    "429",
    "503",
    "resource_status",
    "Resource status",
    "task_",
];

/// The first forbidden word of a message, its media aside.
fn forbidden(message: &Message) -> Option<&'static str> {
    let mut text = message.text.clone();
    for link in &message.media {
        text = text.replace(link, "");
    }
    let words = text
        .replace("subscription", "")
        .replace("Subscriptions", "");
    NEVER_SAY
        .into_iter()
        .find(|word| words.contains(word) || words.contains("://"))
}

fn ends() -> impl Strategy<Value = End> {
    let known = vec![
        list().1,
        created().1,
        pending().1,
        ready().1,
        code(401, "Unauthorized"),
        code(4008, "Insufficient points"),
        code(4014, "?"),
        code(6006, "?"),
        code(6009, "?"),
        code(6010, "Attribute ID does not match"),
        code(400, "Invalid product attribute"),
        answer(429, ""),
        answer(404, ""),
        lost(Sent::No),
        medias(r#"[{"resource_status":2,"error_msg":"attribute_id"}]"#).1,
    ];
    let mut all = known;
    all.extend(unclear_ends());
    let end = prop::sample::select(all);
    (end, prop::bool::weighted(0.03)).prop_map(|(end, cancel)| {
        if cancel {
            End::CancelThen(Box::new(end))
        } else {
            end
        }
    })
}

fn requests() -> impl Strategy<Value = Request> {
    let task = prop::sample::select(vec![TaskType::TextToMusic, TaskType::TextToSpeech]);
    let language = prop::sample::select(vec![Language::En, Language::Zh]);
    let model = prop::option::weighted(0.5, prop::sample::select(vec!["sonic", "GenBGM", "none"]));
    let budget = prop::option::weighted(0.3, 0_u32..60);
    (task, language, model, budget).prop_map(|(task, language, model, budget)| {
        let mut request = Request::new(task, "a song of rain", language);
        request.model_id = model.map(str::to_owned);
        request.budget = budget;
        request.habitual = budget.is_some();
        request
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_comes_back(request in requests(), ends in prop::collection::vec(ends(), 0..40)) {
        let mut run = Run::new(request);
        run.command(Command::Start);
        let mut ends = ends.into_iter();
        // After the script the line is dead.
        let mut first = true;
        let mut accepted = 0;
        let mut unclear = false;
        while let Some((id, path)) = run.run_to_exchange() {
            let end = if first { list().1 } else { ends.next().unwrap_or(End::Silence) };
            first = false;
            if path.contains(CREATE) {
                prop_assert!(!unclear && accepted == 0, "a second create: {}", run.transcript());
                let last = run.checkpoints().last().map(|c| c.state);
                prop_assert_eq!(last, Some(CheckpointState::Creating));
                let plain = match &end { End::CancelThen(end) => end, end => end };
                match plain {
                    End::Answer { body, .. } if body.contains("\"id\":\"task_1\"") => accepted += 1,
                    End::Failure(Sent::No, _) => {}
                    End::Answer { status: 400..=407 | 409..=499, .. } => {}
                    End::Answer { body, .. } if body.contains("\"code\":4") || body.contains("\"code\":6") => {}
                    _ => unclear = true,
                }
            }
            run.end(id, end);
        }
        let finished = run.events.iter().filter(|e| matches!(e, Event::Finished(_))).count();
        prop_assert_eq!(finished, 1);
        match run.events.last() {
            Some(Event::Finished(Outcome::Success(success))) => {
                prop_assert_eq!(accepted, 1);
                prop_assert!(!success.medias.is_empty());
            }
            Some(Event::Finished(Outcome::Failure(failure))) => {
                let truth = match (accepted, unclear) {
                    (1, _) => Charge::Yes,
                    (_, true) => Charge::Unknown,
                    _ => Charge::No,
                };
                prop_assert_eq!(failure.charge, truth, "{}", run.transcript());
                prop_assert_eq!(failure.continuation.is_some(), truth != Charge::No);
            }
            other => prop_assert!(false, "{:?}", other),
        }
        for message in run.messages() {
            prop_assert_eq!(forbidden(message), None, "{}", message.text);
        }
    }
}
