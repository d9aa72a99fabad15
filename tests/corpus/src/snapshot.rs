//! A continuation that comes back from outside: what is taken is written again as it was read, goes on
//! where it left off, and never creates what may have been created.

use crate::MUSIC;
use crate::json;
use crate::run::{Kind, Run};
use ima_core::outcome::{Cause, Charge};
use ima_core::pump::{Command, Pump as _};
use ima_core::session::{Session, Settings, SnapshotError};
use serde_json::Value;

const SETTINGS: Settings = Settings {
    deadline: Some(60_000),
    seed: (0, 0),
};

/// A continuation. Bytes that are no UTF-8 are passed over.
pub fn snapshot(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let session = match Session::restore(text, SETTINGS) {
        Ok(session) => session,
        Err(error) => return refused(text, error),
    };
    let written = session.snapshot();
    let value: Value = serde_json::from_str(&written).expect("JSON");
    if !exact(&value) {
        return;
    }
    let again = Session::restore(&written, SETTINGS).expect("what was written is read");
    assert_eq!(again.snapshot(), written);
    let adopted = Session::adopt(text, "task_9", SETTINGS).expect("every state can be adopted");
    waiting(adopted, "task_9");
    let state = |name| value.get("state").and_then(|it| it.get(name));
    if state("asked").is_some() {
        asked(session);
    } else if state("creating").is_some() {
        creating(session, again, &written);
    } else {
        let id = state("waiting").and_then(|it| it.pointer("/task/id"));
        let id = id.and_then(Value::as_str).expect("the task's id");
        waiting(session, id);
    }
}

/// Whether every number comes back as it was written. The core does not read fractions to their last
/// digit; the plain ones of a parameter are safe.
fn exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            let text = number.to_string();
            !number.is_f64() || text.len() <= 15 && !text.contains('e')
        }
        Value::Array(items) => items.iter().all(exact),
        Value::Object(members) => members.values().all(exact),
        _ => true,
    }
}

fn refused(text: &str, error: SnapshotError) {
    let snapshot = json::plain(text).unwrap_or_default();
    let ours = snapshot.get("kind").and_then(Value::as_str) == Some("ima-session")
        && snapshot
            .get("version")
            .and_then(Value::as_u64)
            .is_some_and(|version| version <= 3);
    match error {
        SnapshotError::Foreign => assert!(!ours, "one of ours"),
        SnapshotError::Newer { found, supported } => assert!(found > supported && !ours),
        SnapshotError::Damaged => {}
    }
}

/// Nothing was sent: it begins with the list, and ends without a charge or with a task.
fn asked(session: Session) {
    let mut run = Run::new(session, false);
    assert!(!run.session.may_create_again());
    run.command(Command::Start);
    let mut created = 0;
    let mut first = true;
    while let Some((kind, transmit)) = run.next() {
        assert_eq!(kind == Kind::List, first);
        first = false;
        created += u32::from(kind == Kind::Create);
        run.answer(&transmit, service(kind));
    }
    assert!(created <= 1);
    let charge = run.failure().map_or(Charge::Yes, |failure| failure.charge);
    assert_eq!(charge == Charge::Yes, created == 1);
}

/// Perhaps it was sent: only an explicit command sends again.
fn creating(session: Session, again: Session, written: &str) {
    let mut run = Run::new(session, false);
    assert!(run.session.may_create_again());
    run.command(Command::Start);
    assert_eq!(run.next(), None, "a request without a word of the user");
    let failure = run.failure().expect("the outcome is unknown");
    assert_eq!(failure.cause, Cause::OutcomeUnknown);
    assert_eq!(failure.charge, Charge::Unknown);
    assert_eq!(failure.continuation.as_deref(), Some(written));
    assert_eq!(run.session.snapshot(), written);

    let mut run = Run::new(again, false);
    run.command(Command::CreateAgain);
    while let Some((kind, transmit)) = run.next() {
        run.answer(&transmit, service(kind));
    }
    let charge = run.failure().map_or(Charge::Yes, |failure| failure.charge);
    assert_ne!(charge, Charge::No, "the doubt stays");
}

/// It is paid: nothing but polls, to the deadline at the latest.
fn waiting(session: Session, id: &str) {
    let mut run = Run::new(session, false);
    run.task_id = Some(id.to_owned());
    let begin = run.now;
    assert!(!run.session.may_create_again());
    run.command(Command::Start);
    let again = run
        .session
        .handle(ima_core::pump::Input::Command(Command::CreateAgain), begin);
    assert!(again.is_err(), "what is paid is not created again");
    let mut polls = 0;
    while let Some((kind, transmit)) = run.next() {
        assert_eq!(kind, Kind::Detail);
        polls += 1;
        // One answer, then the line is dead.
        if polls == 1 {
            run.answer(&transmit, r#"{"medias":[{"resource_status":0}]}"#);
        }
    }
    assert!(polls > 0 && run.now <= begin + 60_000);
    let failure = run.failure().expect("it stays pending");
    assert_eq!(
        (&failure.cause, failure.charge),
        (&Cause::Deadline, Charge::Yes)
    );
}

fn service(kind: Kind) -> &'static str {
    match kind {
        Kind::List => MUSIC,
        Kind::Create => r#"{"id":"task_1"}"#,
        Kind::Detail => r#"{"medias":[{"resource_status":1,"url":"https://cdn.example/a"}]}"#,
    }
}
