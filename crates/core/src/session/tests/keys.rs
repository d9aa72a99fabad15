//! The idempotency key: one for every try of a generation, and never an old one (money rule 10).

use super::script::*;
use crate::http::Sent;
use crate::pump::Command;
use crate::session::{Session, Settings};

const SEED: (u64, u64) = (0x0123_4567_89ab_cdef, 42);
const KEY: &str = "0123456789abcdef000000000000002a";

fn settings(seed: (u64, u64)) -> Settings {
    Settings {
        seed,
        ..Settings::default()
    }
}

fn restored(snapshot: &str, seed: (u64, u64)) -> Run {
    Run::of(Session::restore(snapshot, settings(seed)).unwrap())
}

#[test]
fn the_key_is_the_seed_in_hexadecimal_digits() {
    let run = Run::with(song(), settings(SEED)).play(vec![list(), created(), ready()]);
    assert_eq!(run.keys, [KEY]);
}

#[test]
fn every_try_of_a_generation_has_the_same_key() {
    let no = (CREATE, lost(Sent::No));
    let script = vec![list(), no.clone(), no, created(), ready()];
    let run = Run::with(song(), settings(SEED)).play(script);
    assert_eq!(run.keys, [KEY; 3]);

    let mismatch = || (CREATE, code(6010, "Attribute ID does not match"));
    let script = vec![
        list(),
        mismatch(),
        list(),
        mismatch(),
        list(),
        created(),
        ready(),
    ];
    let run = Run::with(song(), settings(SEED)).play(script);
    assert_eq!(run.keys, [KEY; 3]);
}

#[test]
fn a_generation_that_is_taken_up_before_it_is_paid_keeps_its_key() {
    let mut run = Run::with(song(), settings(SEED));
    run.command(Command::Start);
    let (id, _) = run.run_to_exchange().unwrap();
    run.end(id, list().1);
    let (id, _) = run.run_to_exchange().unwrap();
    run.end(id, lost(Sent::No));
    let taken_up = restored(&run.session.snapshot(), (7, 7));
    let taken_up = taken_up.play(vec![list(), created(), ready()]);
    assert_eq!(taken_up.keys, [KEY]);
}

#[test]
fn creating_again_takes_a_key_that_was_not_used() {
    let maybe = || (CREATE, lost(Sent::Maybe));
    let run = Run::with(song(), settings(SEED)).play(vec![list(), maybe()]);
    let continuation = run.failure().continuation.clone().unwrap();

    // Of another process, with a seed of its own: the seed's key, for all of its tries.
    let no = (CREATE, lost(Sent::No));
    let again = restored(&continuation, (1, 2));
    let script = vec![list(), no, created(), ready()];
    let again = again.play_from(Command::CreateAgain, script);
    assert_eq!(again.keys, ["00000000000000010000000000000002"; 2]);

    // Of a caller that gives the old seed, and in the session that is still there.
    let again = restored(&continuation, SEED);
    let again = again.play_from(Command::CreateAgain, vec![list(), maybe()]);
    assert_ne!(again.keys, [KEY]);
    let run = run.play_from(Command::CreateAgain, vec![list(), maybe()]);
    let run = run.play_from(Command::CreateAgain, vec![list(), created(), ready()]);
    let [first, second, third] = run.keys.as_slice() else {
        panic!("{:?}", run.keys);
    };
    assert!(first != second && second != third && first != third);
}

#[test]
fn a_continuation_without_a_key_takes_one_from_the_seed() {
    let old = r#"{"kind":"ima-session","version":2,"state":{"asked":{"task":"text_to_music","prompt":"a song of rain","language":"en"}}}"#;
    let run = restored(old, SEED).play(vec![list(), created(), ready()]);
    assert_eq!(run.keys, [KEY]);
}
