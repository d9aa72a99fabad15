//! Snapshots: what a process leaves behind is enough for the next one.

use super::script::*;
use crate::event::CheckpointState;
use crate::outcome::{Cause, Charge};
use crate::pump::{Command, Input, Pump};
use crate::session::{Session, Settings, SnapshotError};

fn restore_error(snapshot: &str) -> SnapshotError {
    Session::restore(snapshot, Settings::default()).unwrap_err()
}

#[test]
fn a_task_is_waited_for_from_its_checkpoint_without_a_word_twice() {
    let run = Run::new(song()).play(vec![list(), created(), pending(), ready()]);
    let checkpoint = run.checkpoints().pop().unwrap();
    assert_eq!(checkpoint.state, CheckpointState::Waiting);
    let resumed = Run::restored(&checkpoint.continuation).play(vec![pending(), ready()]);
    assert_eq!(resumed.creates(), 0);
    assert_eq!(resumed.asked(LIST), 0);
    let steps: Vec<_> = resumed.messages().iter().map(|m| m.step).collect();
    assert_eq!(steps, [3]);
    assert_eq!(resumed.success().medias, run.success().medias);
    assert_eq!(resumed.success().model_name, "Suno");
    insta::assert_snapshot!(resumed.transcript());
}

#[test]
fn the_checkpoint_before_the_create_request_is_reported_as_unknown() {
    let run = Run::new(song()).play(vec![list(), created(), ready()]);
    let creating = &run.checkpoints()[0].continuation;
    let resumed = Run::restored(creating).play(vec![]);
    assert_eq!(resumed.failure().cause, Cause::OutcomeUnknown);
    assert_eq!(resumed.failure().charge, Charge::Unknown);
    assert_eq!(resumed.failure().continuation.as_ref(), Some(creating));

    let mut cancelled = Run::restored(creating);
    cancelled.command(Command::Cancel);
    assert_eq!(cancelled.run_to_exchange(), None);
    assert_eq!(cancelled.failure().charge, Charge::Unknown);
}

#[test]
fn the_time_waited_so_far_is_kept_and_the_deadline_is_new() {
    let mut run = Run::new(song());
    run.command(Command::Start);
    for end in [list().1, created().1, pending().1, pending().1, pending().1] {
        let (id, _) = run.run_to_exchange().unwrap();
        run.end(id, end);
    }
    let snapshot = run.session.snapshot();
    let waited = run.now - run.times[1];
    let resumed = Run::restored(&snapshot).play(vec![ready()]);
    assert_eq!(resumed.success().elapsed, waited);
}

#[test]
fn every_state_survives_a_snapshot() {
    let mut run = Run::new(song());
    let round_trip = |run: &Run| {
        let snapshot = run.session.snapshot();
        let again = Session::restore(&snapshot, Settings::default()).unwrap();
        assert_eq!(again.snapshot(), snapshot);
        snapshot
    };
    assert!(round_trip(&run).contains("asked"));
    run.command(Command::Start);
    let (id, _) = run.run_to_exchange().unwrap();
    assert!(round_trip(&run).contains("asked"));
    run.end(id, list().1);
    assert!(
        round_trip(&run).contains("creating"),
        "the request may leave any moment"
    );
    let (id, _) = run.run_to_exchange().unwrap();
    run.end(id, created().1);
    assert!(round_trip(&run).contains("waiting"));
    let (id, _) = run.run_to_exchange().unwrap();
    run.end(id, ready().1);
    assert_eq!(run.run_to_exchange(), None);
    assert!(round_trip(&run).contains("waiting"));
}

#[test]
fn the_form_of_a_snapshot() {
    let run = Run::new(song()).play(vec![list(), created(), ready()]);
    let written: Vec<_> = run
        .checkpoints()
        .iter()
        .map(|c| c.continuation.clone())
        .collect();
    insta::assert_snapshot!(written.join("\n"));
}

#[test]
fn a_damaged_or_foreign_snapshot_is_refused() {
    let good = Session::new(song(), Settings::default())
        .unwrap()
        .snapshot();
    for foreign in [
        "",
        "null",
        "{}",
        "\u{0}",
        "[1]",
        r#"{"kind":"other","version":1}"#,
    ] {
        assert_eq!(restore_error(foreign), SnapshotError::Foreign, "{foreign}");
    }
    assert_eq!(
        restore_error(&good.replace("\"asked\"", "\"paid\"")),
        SnapshotError::Damaged
    );
    assert_eq!(
        restore_error(&good.replace("a song of rain", "")),
        SnapshotError::Damaged
    );
    assert_eq!(
        restore_error(&good.replace("\"version\":3", "\"version\":4")),
        SnapshotError::Newer {
            found: 4,
            supported: 3
        }
    );
    for cut in 0..good.len() {
        restore_error(good.get(..cut).unwrap());
    }
}

/// Snapshots as version 1 wrote them: what lies in a user's journal must stay good.
#[test]
fn snapshots_of_version_1_still_load() {
    let creating = r#"{"kind":"ima-session","version":1,"state":{"creating":{"task":"text_to_music","prompt":"a song of rain","parameters":[{"name":"tags","value":"jazz"}],"budget":30,"language":"en"}}}"#;
    let run = Run::restored(creating).play(vec![]);
    assert_eq!(run.failure().cause, Cause::OutcomeUnknown);
    let script = vec![list(), created(), ready()];
    let again = Run::restored(creating).play_from(Command::CreateAgain, script);
    assert!(again.requests[1].1.contains("\"tags\":\"jazz\""));

    let waiting = r#"{"kind":"ima-session","version":1,"state":{"waiting":{"task":{"task":"text_to_music","id":"task_1","model_id":"sonic","model_name":"Suno","points":25,"estimate":{"min_seconds":90,"max_seconds":150}},"language":"en","elapsed_ms":5000}}}"#;
    let run = Run::restored(waiting).play(vec![ready()]);
    assert_eq!((run.success().points, run.success().elapsed), (25, 5_000));
}

#[test]
fn a_task_that_was_waited_for_since_ever_can_still_be_taken_up() {
    let mut run = Run::new(song());
    run.command(Command::Start);
    for step in [list(), created()] {
        let (id, _) = run.run_to_exchange().unwrap();
        run.end(id, step.1);
    }
    run.run_to_exchange();
    run.session.handle(Input::Timeout, u64::MAX).unwrap();
    let snapshot = run.session.snapshot();
    assert!(Session::restore(&snapshot, Settings::default()).is_ok());
}
