//! Taking up a task by its id, from any continuation.

use super::script::*;
use crate::http::Sent;
use crate::outcome::{Cause, Charge};
use crate::pump::{Command, Input, Misuse, Pump};
use crate::session::{AdoptError, Session, Settings, SnapshotError};

fn adopt(continuation: &str, task_id: &str) -> Run {
    Run::of(Session::adopt(continuation, task_id, Settings::default()).unwrap())
}

#[test]
fn a_task_in_doubt_is_polled_with_what_the_user_was_told() {
    let run = Run::new(song()).play(vec![list(), (CREATE, lost(Sent::Maybe))]);
    let continuation = run.failure().continuation.clone().unwrap();
    let adopted = adopt(&continuation, "task_1").play(vec![pending(), ready()]);
    let success = adopted.success();
    assert_eq!(success.task_id, "task_1");
    assert_eq!((success.model_name.as_str(), success.points), ("Suno", 25));
    assert!(adopted.requests[0].1.contains("task_1"));

    let failed = medias(r#"[{"resource_status":2}]"#);
    let adopted = adopt(&continuation, "task_1").play(vec![failed]);
    assert_eq!(adopted.failure().charge, Charge::Yes);
    assert_eq!(adopted.failure().alternatives.len(), 2);
}

#[test]
fn the_id_that_is_given_counts() {
    let run = Run::new(song()).play(vec![list(), created(), ready()]);
    let waiting = run.checkpoints().pop().unwrap().continuation.clone();
    let adopted = adopt(&waiting, "task_2").play(vec![ready_as("\"task_2\"")]);
    assert!(adopted.requests[0].1.contains("task_2"));
    assert_eq!(adopted.success().task_id, "task_2");
    assert_eq!(adopted.success().points, 25);
}

#[test]
fn a_continuation_that_was_never_priced_is_enough() {
    let unsent = Run::new(song()).session.snapshot();
    let old = r#"{"kind":"ima-session","version":2,"state":{"creating":{"task":"text_to_music","prompt":"a song of rain","language":"en"}}}"#;
    for continuation in [unsent.as_str(), old] {
        let adopted = adopt(continuation, "task_1").play(vec![ready()]);
        let success = adopted.success();
        assert_eq!((success.model_id.as_str(), success.points), ("sonic", 0));
    }
}

#[test]
fn an_adopted_task_is_never_created_again() {
    let unsent = Run::new(song()).session.snapshot();
    let mut adopted = adopt(&unsent, "task_1");
    assert!(!adopted.session.may_create_again());
    let again = Input::Command(Command::CreateAgain);
    assert_eq!(
        adopted.session.handle(again, 0),
        Err(Misuse::NothingToRepeat)
    );
    adopted.command(Command::Cancel);
    assert_eq!(adopted.run_to_exchange(), None);
    assert_eq!(adopted.failure().cause, Cause::Cancelled);
    assert_eq!(adopted.failure().charge, Charge::Yes);
}

#[test]
fn without_an_id_or_a_continuation_nothing_is_adopted() {
    let unsent = Run::new(song()).session.snapshot();
    for blank in ["", " \t"] {
        let error = Session::adopt(&unsent, blank, Settings::default()).unwrap_err();
        assert!(matches!(error, AdoptError::TaskId(_)), "{error}");
    }
    let error = Session::adopt("{}", "task_1", Settings::default()).unwrap_err();
    assert_eq!(error, AdoptError::Continuation(SnapshotError::Foreign));
}
