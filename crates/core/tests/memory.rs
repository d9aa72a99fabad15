//! What the machines hold in memory. Counts of allocated bytes are the same in every run, so their
//! bounds are asserted; `cargo test -p ima-core --test memory -- --nocapture` prints them.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "test code"
)]

#[path = "../benches/support/list.rs"]
mod list;
#[path = "../benches/support/play.rs"]
mod play;

use ima_core::inquiry::Inquiry;
use ima_core::pump::Input;
use ima_core::request::{Language, TaskType};
use ima_core::session::Session;
use play::Play;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

/// The system's allocator, counting per thread: the tests run side by side.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    let held = HELD.get() + bytes;
    HELD.set(held);
    PEAK.set(PEAK.get().max(held));
}

#[allow(unsafe_code, reason = "an allocator cannot be written without")]
// SAFETY: every call goes to the system's allocator unchanged; counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Old and new stand side by side while the bytes are moved.
        count(size as isize);
        count(-(layout.size() as isize));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a piece of work gives, with the most bytes that it held beyond those held before it.
fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    PEAK.set(before);
    let result = work();
    (result, (PEAK.get() - before).unsigned_abs())
}

/// At most twice the size of the list, beyond the list itself.
#[test]
fn a_list_is_read_in_little_more_than_its_own_memory() {
    for leaves in [10, 1_000, 100_000] {
        let body = list::answer(leaves);
        let size = body.len();
        let task = TaskType::TextToMusic;
        let mut play = Play::start(Inquiry::new(task, Language::En, 0));
        let exchange = play.exchange().unwrap();
        let response = play::response(body);
        let ((), peak) = peak(|| play.handle(Input::Response { exchange, response }));
        let catalogue = play.machine.catalogue().unwrap();
        let ratio = peak as f64 / size as f64;
        println!("{leaves} leaves: {size} bytes, {peak} beyond them at most ({ratio:.2} times)");
        assert!(peak <= 2 * size);
        assert_eq!(catalogue.leaves().take(4).count(), 4);
        assert!(catalogue.find("sonic", None).is_some());
    }
}

/// The bytes of one session of many that are taken to the same point and left there.
fn in_flight(name: &str, to_that_point: impl Fn() -> Play<Session>) -> usize {
    const SESSIONS: usize = 1_000;
    let before = HELD.get();
    let mut sessions = Vec::with_capacity(SESSIONS);
    sessions.extend((0..SESSIONS).map(|_| to_that_point()));
    let each = (HELD.get() - before).unsigned_abs() / SESSIONS;
    drop(black_box(sessions));
    assert_eq!(HELD.get(), before, "something of a session stays behind");
    // After the counting: what is printed is held for the test runner.
    println!("a session in flight, {name}: {each} bytes");
    assert!(each <= 16 * 1024, "{name}: {each} bytes");
    each
}

/// At most 16 KiB for each session in flight.
#[test]
fn a_session_in_flight_holds_its_own_model_and_nothing_of_the_list() {
    let creating = |leaves| {
        let mut play = Play::start(play::session());
        play.answer(play::response(list::answer(leaves)));
        play
    };
    in_flight("listing", || Play::start(play::session()));
    let few = in_flight("creating, from a list of 3", || creating(3));
    let many = in_flight("creating, from a list of 100", || creating(100));
    assert_eq!(few, many, "the length of the list shows");
    in_flight("waiting", || {
        let [created, pending, _] = play::answers();
        let mut play = creating(3);
        play.answer(created);
        play.answer(pending);
        play
    });
}
