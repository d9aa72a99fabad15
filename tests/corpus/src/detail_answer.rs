//! Answers to the question for a paid task's state: they are waited out until the deadline, what is
//! ready is delivered, and nothing is ever created.

use crate::answers::{self, End, Said, Scripted, retry_after, said};
use crate::json::integer;
use crate::run::{Kind, Run};
use ima_core::Millis;
use ima_core::outcome::{Cause, Charge};
use ima_core::pump::Command;
use ima_core::session::{Session, Settings};
use serde_json::Value;

/// A task as a checkpoint holds it.
const TASK: &str = include_str!("../seeds/snapshot/waiting.json");
const TASK_ID: &str = "task_1";

const DEADLINE: Millis = 60_000;

/// The longest rest that the service is granted while a paid task is waited for.
const LONGEST_RETRY_AFTER: Millis = 60_000;

/// The shortest rest between two polls after a fault: a second, less a fifth of jitter.
const SHORTEST_REST: Millis = 800;

/// A script of ends for the polls. After it nothing comes back any more.
pub fn detail_answer(data: &[u8]) {
    let settings = Settings {
        deadline: Some(DEADLINE),
        seed: (0, 1),
    };
    let mut script = answers::read(data).into_iter();
    let session = Session::restore(TASK, settings).expect("a good snapshot");
    let mut run = Run::new(session, true);
    run.task_id = Some(TASK_ID.to_owned());
    let begin = run.now;
    run.command(Command::Start);
    let mut earliest = begin;
    let mut last = None;
    let mut ready = Some(Vec::new());
    while let Some((kind, transmit)) = run.next() {
        assert_eq!(kind, Kind::Detail, "only a poll");
        assert!(last.is_none_or(|end| !is_last(&end)), "a poll too many");
        assert!(run.now >= earliest, "too early");
        let scripted = script.next().unwrap_or_default();
        run.end(&transmit, &scripted);
        earliest = run.now + SHORTEST_REST;
        if let End::Answer(response) = &scripted.end
            && !matches!(said(response), Said::Success(_) | Said::Open)
        {
            let asked = retry_after(response).unwrap_or_default();
            earliest = earliest.max(run.now.saturating_add(asked.min(LONGEST_RETRY_AFTER)));
        }
        match verdict(&scripted.end) {
            _ if scripted.cancel => {}
            Some(Verdict::Pending(urls)) => ready = Some(urls),
            _ if open(&scripted.end) => ready = None,
            _ => {}
        }
        last = Some(scripted);
    }
    assert!(run.now <= begin + DEADLINE, "beyond the deadline");
    finished(
        &run,
        &last.expect("a task is asked for at least once"),
        ready,
    );
    // What is over can be taken up again, and still creates nothing.
    let mut again = Run::new(
        Session::restore(&run.session.snapshot(), settings).expect("a good snapshot"),
        true,
    );
    again.task_id = run.task_id;
    again.command(Command::Start);
    assert_eq!(again.next().map(|(kind, _)| kind), Some(Kind::Detail));
}

/// The words for a failure (`docs/wire.md`, "Words").
const FAILED: [&str; 19] = [
    "aborted",
    "blocked",
    "cancel",
    "canceled",
    "cancelled",
    "deleted",
    "error",
    "errored",
    "expired",
    "fail",
    "failed",
    "failure",
    "refused",
    "rejected",
    "timed_out",
    "timeout",
    "失败",
    "已删除",
    "已取消",
];

/// What the media of an answer mean together (`docs/wire.md`, "The detail answer").
#[derive(Debug, PartialEq)]
enum Verdict {
    /// Where those are that are there already.
    Pending(Vec<String>),
    /// Where the media are, in their order.
    Ready(Vec<String>),
    /// Where those are that are there all the same.
    Failed(Vec<String>),
}

/// The verdict of a good answer; `None` for any other, and for one of another shape.
fn verdict(end: &End) -> Option<Verdict> {
    let End::Answer(response) = end else {
        return None;
    };
    let Said::Success(data) = said(response) else {
        return None;
    };
    if !data.is_object() && !data.is_null() {
        return None;
    }
    // About another task it says nothing.
    let about = match &data["id"] {
        Value::String(id) => id.trim().is_empty() || id == TASK_ID,
        Value::Number(_) => false,
        _ => true,
    };
    if !about {
        return None;
    }
    let none = Vec::new();
    let medias = data["medias"].as_array().unwrap_or(&none);
    if medias.len() > 1_000 || !medias.iter().all(Value::is_object) {
        return None;
    }
    let mut urls = Vec::new();
    let mut failed = false;
    for media in medias {
        let status = media["status"].as_str().unwrap_or_default().trim();
        let state = integer(&media["resource_status"]);
        if matches!(state, Some(2 | 3)) || FAILED.contains(&status.to_lowercase().as_str()) {
            failed = true;
        } else if state == Some(1) {
            let url = ["url", "watermark_url", "preview_url"].map(|name| media[name].as_str());
            let mut url = url.into_iter().flatten().filter(|it| !it.trim().is_empty());
            urls.extend(url.next().map(str::to_owned));
        }
    }
    let complete = urls.len() == medias.len() && !urls.is_empty();
    let own = data["status"].as_str().unwrap_or_default().trim();
    let failed = failed || !complete && FAILED.contains(&own.to_lowercase().as_str());
    Some(match complete {
        _ if failed => Verdict::Failed(urls),
        true => Verdict::Ready(urls),
        false => Verdict::Pending(urls),
    })
}

/// Whether an answer says that the key is not accepted.
fn unauthorized(end: &End) -> bool {
    matches!(end, End::Answer(response) if said(response) == Said::Refused(401))
}

/// Whether only the core can tell what an answer says.
fn open(end: &End) -> bool {
    matches!(end, End::Answer(response) if said(response) == Said::Open)
}

/// Whether nothing may be asked any more.
fn is_last(scripted: &Scripted) -> bool {
    let verdict = verdict(&scripted.end);
    scripted.cancel
        || unauthorized(&scripted.end)
        || verdict.is_some_and(|it| !matches!(it, Verdict::Pending(_)))
}

/// The end fits what was said last. `ready` are the media that were there before, if that is clear.
fn finished(run: &Run, last: &Scripted, ready: Option<Vec<String>>) {
    let verdict = verdict(&last.end);
    if let Some(success) = run.success() {
        let urls = success.medias.iter().map(|it| it.url.clone()).collect();
        assert!(verdict == Some(Verdict::Ready(urls)) || open(&last.end));
        return;
    }
    let failure = run.failure().expect("an outcome");
    assert_eq!(failure.charge, Charge::Yes, "the task is paid");
    assert_eq!(failure.task_id.as_deref(), Some(TASK_ID));
    let urls: Vec<_> = failure.medias.iter().map(|it| it.url.clone()).collect();
    match &failure.cause {
        Cause::Cancelled => assert!(last.cancel),
        Cause::Deadline => assert!(!is_last(last), "there was an answer"),
        _ if open(&last.end) => return,
        Cause::Unauthorized => assert!(unauthorized(&last.end)),
        Cause::TaskFailed(_) => {
            assert_eq!(verdict, Some(Verdict::Failed(urls)));
            return;
        }
        Cause::UnknownTask => assert!(matches!(&last.end, End::Answer(_)), "nobody said so"),
        cause => panic!("{cause} of a paid task"),
    }
    assert!(
        ready.is_none_or(|ready| ready == urls),
        "{urls:?} from nowhere"
    );
}
