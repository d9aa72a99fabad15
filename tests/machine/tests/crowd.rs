//! Ten thousand sessions in one instance.

#![allow(clippy::panic, reason = "tests")]

use ima_machine_tests::machines::{Command, Input, Output, Transmit};
use ima_machine_tests::service::{song, usual};
use ima_machine_tests::types::{CheckpointState, Event, Outcome};
use ima_machine_tests::{Instance, Session};

const SESSIONS: usize = 10_000;

/// What a session in flight may take, in bytes.
const SHARE: usize = 16 * 1024;

/// Polls up to the next request, without answering it.
fn next_request(instance: &mut Instance, session: Session) -> Option<Transmit> {
    loop {
        match instance.poll(session) {
            Output::Event(_) => {}
            Output::Transmit(transmit) => return Some(transmit),
            Output::Wait(_) | Output::Done => return None,
        }
    }
}

/// Starts all, brings them in step to the end, so that each is in every state together with all the
/// others, and drops them.
fn crowd(instance: &mut Instance) {
    let mut creating = Vec::new();
    for seed in 0..SESSIONS {
        let Ok(session) = instance.create(&song(), seed as u64) else {
            panic!("refused");
        };
        let started = instance.handle(session, &Input::Command(Command::Start), 0);
        assert_eq!(started, Ok(()));
        let Some(list) = next_request(instance, session) else {
            panic!("no list");
        };
        assert_eq!(instance.handle(session, &usual(&list, false), 500), Ok(()));
        let Some(create) = next_request(instance, session) else {
            panic!("no create request");
        };
        creating.push((session, create));
    }

    let mut waiting = Vec::new();
    for (session, create) in creating {
        assert_eq!(
            instance.handle(session, &usual(&create, false), 900),
            Ok(())
        );
        match instance.poll(session) {
            Output::Event(Event::Checkpoint(checkpoint)) => {
                assert_eq!(checkpoint.state, CheckpointState::Waiting);
            }
            other => panic!("{other:?}"),
        }
        assert!(next_request(instance, session).is_none());
        waiting.push(session);
    }

    for session in waiting {
        assert!(finish(instance, session));
        instance.drop(session);
    }
}

/// Lets the time pass until the songs are there.
fn finish(instance: &mut Instance, session: Session) -> bool {
    loop {
        match instance.poll(session) {
            Output::Event(Event::Finished(outcome)) => {
                return matches!(outcome, Outcome::Success(_));
            }
            Output::Event(_) => {}
            Output::Transmit(detail) => {
                let ready = usual(&detail, true);
                assert_eq!(instance.handle(session, &ready, 60_000), Ok(()));
            }
            Output::Wait(until) => {
                assert_eq!(instance.handle(session, &Input::Timeout, until), Ok(()));
            }
            Output::Done => return false,
        }
    }
}

#[test]
fn ten_thousand_sessions_share_an_instance() {
    let mut instance = Instance::new();
    let before = instance.memory();
    crowd(&mut instance);
    // An instance never gives memory back, so this is the most that they took.
    let after = instance.memory();
    let each = (after - before) / SESSIONS;
    println!("{each} bytes each");
    assert!(each <= SHARE, "{each} bytes each");
    // All of it serves the next crowds. What is left between the pieces may take a few pages once.
    crowd(&mut instance);
    let settled = instance.memory();
    assert!(settled - after <= after / 100, "{after} grows to {settled}");
    crowd(&mut instance);
    assert_eq!(instance.memory(), settled);
}
