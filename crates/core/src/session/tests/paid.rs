//! What a caller learns of a task that it refers to from outside.

use super::script::*;
use crate::pump::Pump;
use crate::session::{Session, Settings};

fn waiting() -> String {
    let run = Run::new(song()).play(vec![list(), created(), ready()]);
    run.checkpoints().pop().unwrap().continuation.clone()
}

#[test]
fn a_paid_task_is_known_and_its_continuation_holds_neither_prompt_nor_key() {
    let settings = Settings {
        seed: (0x0123_4567_89ab_cdef, 7),
        ..Settings::default()
    };
    let run = Run::with(song(), settings).play(vec![list(), created(), ready()]);
    let paid = run.session.paid().unwrap();
    assert_eq!((paid.task_id.as_str(), paid.points), ("task_1", 25));
    for continuation in [
        run.checkpoints().pop().unwrap().continuation.clone(),
        run.session.snapshot(),
    ] {
        assert!(!continuation.contains("rain"), "{continuation}");
        assert!(!continuation.contains("0123456789abcdef"), "{continuation}");
    }
}

#[test]
fn what_is_not_paid_is_told_apart() {
    assert_eq!(Run::new(song()).session.paid(), None);
    let run = Run::new(song()).play(vec![list(), created(), ready()]);
    for checkpoint in run.checkpoints() {
        let restored = Run::restored(&checkpoint.continuation).session;
        let exists = checkpoint.task_id.is_some();
        assert_eq!(restored.paid().is_some(), exists);
    }
}

#[test]
fn the_time_that_was_waited_elsewhere_counts() {
    let restored = |elapsed| {
        let session = Session::restore(&waiting(), Settings::default()).unwrap();
        let run = Run::of(session.waited_for(elapsed)).play(vec![ready()]);
        run.success().elapsed
    };
    assert_eq!(restored(42_000), 42_000);
    let mut run = Run::restored(&waiting());
    run.command(crate::pump::Command::Start);
    run.session.poll();
    let later = run.session.waited_for(90_000);
    assert_eq!(later.paid().unwrap().elapsed, 0);
}

#[test]
fn the_task_that_an_unclear_answer_names_is_told() {
    let body = r#"{"code":500,"message":"trouble","data":{"id":"task_9"}}"#;
    let run = Run::new(song()).play(vec![list(), (CREATE, answer(500, body))]);
    assert_eq!(run.session.candidate(), Some("task_9"));
    let snapshot = run.session.snapshot();
    let adopted = Session::adopt(&snapshot, "task_9", Settings::default()).unwrap();
    assert_eq!(adopted.paid().unwrap().task_id, "task_9");
    assert!(!adopted.snapshot().contains("rain"));
    assert_eq!(Run::new(song()).session.candidate(), None);
}
