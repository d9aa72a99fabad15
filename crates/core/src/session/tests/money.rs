//! A generation is paid at most once, and every failure tells the truth about it.

use super::script::*;
use crate::event::CheckpointState;
use crate::http::{ExchangeId, FailureKind, Sent};
use crate::outcome::{Cause, Charge};
use crate::pump::{Command, Input, Misuse, Output, Pump};

/// Every end of a create request after which it may have been accepted.
pub(super) fn unclear_ends() -> Vec<End> {
    vec![
        lost(Sent::Maybe),
        End::Failure(Sent::Maybe, FailureKind::TooLarge),
        End::Silence,
        answer(500, "oops"),
        answer(502, "<html>"),
        answer(503, r#"{"code":503,"message":"busy"}"#),
        answer(302, ""),
        answer(408, ""),
        answer(200, ""),
        answer(200, "{\"code\":0,\"data\":{\"id\":\"task_"),
        answer(200, &"[".repeat(10_000)),
        ok("null"),
        ok("{}"),
        ok(r#"{"id":""}"#),
        ok(r#"{"id":" \t"}"#),
        ok(r#"{"id":true}"#),
        ok(r#"{"id":null}"#),
        ok("[]"),
        code(500, "internal"),
    ]
}

#[test]
fn a_create_request_that_may_have_been_accepted_is_never_sent_again() {
    for end in unclear_ends() {
        let run = Run::new(song()).play(vec![list(), (CREATE, end.clone())]);
        let failure = run.failure();
        assert_eq!(failure.cause, Cause::OutcomeUnknown, "{end:?}");
        assert_eq!(failure.charge, Charge::Unknown);
        assert_eq!(
            failure.help.as_deref(),
            Some("https://www.imaclaw.ai/imaclaw/subscription")
        );

        let again = Run::restored(failure.continuation.as_ref().unwrap()).play(vec![]);
        assert_eq!(again.failure().cause, Cause::OutcomeUnknown);
        assert_eq!(again.requests, []);
    }
}

#[test]
fn only_an_explicit_command_creates_again() {
    let run = Run::new(song()).play(vec![list(), (CREATE, lost(Sent::Maybe))]);
    let continuation = run.failure().continuation.clone().unwrap();
    let script = vec![list(), created(), ready()];
    let again = Run::restored(&continuation).play_from(Command::CreateAgain, script.clone());
    assert_eq!(again.success().task_id, "task_1");

    // The same in the session that is still there.
    let again = run.play_from(Command::CreateAgain, script);
    assert_eq!(again.creates(), 2);
    again.success();
}

#[test]
fn create_again_is_refused_where_nothing_is_unclear() {
    let mut run = Run::new(song());
    let again = Input::Command(Command::CreateAgain);
    assert_eq!(
        run.session.handle(again.clone(), 0),
        Err(Misuse::NothingToRepeat)
    );
    let mut run = run.play(vec![list(), created(), ready()]);
    assert_eq!(
        run.session.handle(again, run.now),
        Err(Misuse::NothingToRepeat)
    );
}

#[test]
fn a_create_request_that_did_not_leave_is_tried_again_after_a_new_checkpoint() {
    let no = (CREATE, lost(Sent::No));
    let run = Run::new(song()).play(vec![list(), no.clone(), no.clone(), created(), ready()]);
    let states: Vec<_> = run.checkpoints().iter().map(|c| c.state).collect();
    let creating = CheckpointState::Creating;
    assert_eq!(
        states,
        [creating, creating, creating, CheckpointState::Waiting]
    );

    let run = Run::new(song()).play(vec![list(), no.clone(), no.clone(), no]);
    assert_eq!(run.failure().cause, Cause::Network);
    assert_eq!(run.failure().charge, Charge::No);
}

#[test]
fn a_refusal_is_the_end_and_nothing_was_charged() {
    let refused = |code, detail: &str| Cause::Refused {
        code,
        detail: detail.to_owned(),
    };
    for (end, cause) in [
        (code(401, "Unauthorized"), Cause::Unauthorized),
        (answer(401, ""), Cause::Unauthorized),
        (code(4008, "Insufficient points"), Cause::InsufficientPoints),
        (answer(500, r#"{"code":4008}"#), Cause::InsufficientPoints),
        (code(4014, "subscription"), Cause::SubscriptionRequired),
        (code(429, "slow down"), Cause::RateLimited),
        (answer(400, "bad"), refused(400, "")),
    ] {
        let run = Run::new(song()).play(vec![list(), (CREATE, end)]);
        let failure = run.failure();
        assert_eq!((&failure.cause, failure.charge), (&cause, Charge::No));
        assert_eq!(failure.continuation, None);
        assert!(
            !failure.message.contains("Attribute"),
            "{}",
            failure.message
        );
    }
}

#[test]
fn the_checkpoint_comes_before_the_request_and_the_task_id_at_once() {
    let mut run = Run::new(song());
    run.command(Command::Start);
    let (id, _) = run.run_to_exchange().unwrap();
    run.end(id, list().1);
    let (id, path) = run.run_to_exchange().unwrap();
    assert!(path.contains(CREATE));
    assert_eq!(
        run.checkpoints().last().unwrap().state,
        CheckpointState::Creating
    );
    run.end(id, created().1);
    let Output::Event(crate::event::Event::Checkpoint(checkpoint)) = run.session.poll() else {
        panic!("the first thing after the answer is the checkpoint");
    };
    assert_eq!(checkpoint.task_id.as_deref(), Some("task_1"));
}

#[test]
fn cancelling_before_the_create_request_left_costs_nothing() {
    let mut run = Run::new(song());
    run.command(Command::Cancel);
    assert_eq!(run.run_to_exchange(), None);
    assert_eq!(
        (&run.failure().cause, run.failure().charge),
        (&Cause::Cancelled, Charge::No)
    );

    let run = Run::new(song()).play(vec![(LIST, End::CancelThen(Box::new(list().1)))]);
    assert_eq!(run.failure().charge, Charge::No);

    // The request is queued behind its checkpoint and was not taken yet.
    let mut run = Run::new(song());
    run.command(Command::Start);
    let (id, _) = run.run_to_exchange().unwrap();
    run.end(id, list().1);
    run.command(Command::Cancel);
    assert_eq!(run.run_to_exchange(), None);
    assert_eq!(run.failure().charge, Charge::No);
    assert_eq!(run.failure().continuation, None);
}

#[test]
fn cancelling_while_the_create_request_is_under_way_waits_for_its_answer() {
    let cancelled =
        |end: End| Run::new(song()).play(vec![list(), (CREATE, End::CancelThen(Box::new(end)))]);
    let accepted = cancelled(created().1);
    assert_eq!(accepted.failure().cause, Cause::Cancelled);
    assert_eq!(accepted.failure().charge, Charge::Yes);
    assert_eq!(accepted.failure().task_id.as_deref(), Some("task_1"));
    assert_eq!(
        accepted.checkpoints().last().unwrap().task_id.as_deref(),
        Some("task_1")
    );

    let refused = cancelled(code(4008, ""));
    assert_eq!(
        (&refused.failure().cause, refused.failure().charge),
        (&Cause::Cancelled, Charge::No)
    );

    let unsent = cancelled(lost(Sent::No));
    assert_eq!(
        (&unsent.failure().cause, unsent.failure().charge),
        (&Cause::Cancelled, Charge::No)
    );

    let lost = cancelled(lost(Sent::Maybe));
    assert_eq!(lost.failure().cause, Cause::OutcomeUnknown);
}

#[test]
fn a_late_or_foreign_answer_changes_nothing() {
    let mut run = Run::new(song());
    run.command(Command::Start);
    let (first, _) = run.run_to_exchange().unwrap();
    run.end(first, list().1);
    let (create, _) = run.run_to_exchange().unwrap();
    run.end(first, answer(401, ""));
    let nobody = ExchangeId(99);
    let foreign = Input::Response {
        exchange: nobody,
        response: crate::http::HttpResponse::default(),
    };
    assert_eq!(
        run.session.handle(foreign, run.now),
        Err(Misuse::UnknownExchange(nobody))
    );
    run.end(create, created().1);
    run.end(create, created().1);
    assert!(run.run_to_exchange().unwrap().1.contains(DETAIL));
    assert_eq!(run.checkpoints().len(), 2);
    assert_eq!(
        run.session.handle(Input::Command(Command::Start), 0),
        Err(Misuse::AlreadyStarted)
    );
}

#[test]
fn creating_again_keeps_the_doubt_about_the_first_create_request() {
    let run = Run::new(song()).play(vec![list(), (CREATE, lost(Sent::Maybe))]);
    let continuation = run.failure().continuation.clone().unwrap();
    let no = (CREATE, lost(Sent::No));
    for script in [
        vec![(LIST, answer(503, "")); 3],
        vec![(LIST, End::CancelThen(Box::new(list().1)))],
        vec![list(), (CREATE, code(4008, ""))],
        vec![list(), no.clone(), no.clone(), no.clone()],
        vec![list(), (CREATE, End::CancelThen(Box::new(lost(Sent::No))))],
    ] {
        let again = Run::restored(&continuation).play_from(Command::CreateAgain, script);
        assert_eq!(
            again.failure().charge,
            Charge::Unknown,
            "{}",
            again.transcript()
        );
        let kept = again.failure().continuation.clone().unwrap();
        assert_eq!(
            Run::restored(&kept).play(vec![]).failure().charge,
            Charge::Unknown
        );
    }
    let mut again = Run::restored(&continuation);
    again.command(Command::CreateAgain);
    again.run_to_exchange().unwrap();
    assert!(again.session.snapshot().contains("creating"));
}

#[test]
fn a_refusal_that_names_a_task_is_a_doubt_and_the_service_is_asked_for_the_task_before_any_other_create()
 {
    let named = answer(
        200,
        r#"{"code":6009,"message":"no","data":{"id":"task_1"}}"#,
    );
    let run = Run::new(song()).play(vec![list(), (CREATE, named)]);
    let failure = run.failure();
    assert_eq!(
        (&failure.cause, failure.charge),
        (&Cause::OutcomeUnknown, Charge::Unknown)
    );
    let continuation = failure.continuation.clone().unwrap();

    // It exists: it is waited for, and nothing is created.
    let found = Run::restored(&continuation).play(vec![pending(), pending(), ready()]);
    assert_eq!(found.success().task_id, "task_1");
    // The service doesn't know it, or can't be asked: still a doubt, and still a candidate.
    for end in [
        code(404, "Task not found"),
        lost(Sent::Maybe),
        ok(r#"{"id":"other"}"#),
        End::Silence,
    ] {
        let run = Run::restored(&continuation).play(vec![(DETAIL, end)]);
        let failure = run.failure();
        assert_eq!(failure.charge, Charge::Unknown);
        assert_eq!(failure.continuation.as_deref(), Some(&*continuation));
    }
}
