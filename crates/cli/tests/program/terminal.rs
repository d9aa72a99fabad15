//! The program on a terminal: it asks before much is spent.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use ima_simulator::Endpoint;
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::stage::Stage;

/// The program with a terminal of its own.
struct Terminal {
    child: Child,
    screen: File,
    shown: String,
}

impl Terminal {
    fn new(stage: &Stage, arguments: &[&str]) -> Self {
        Self::of(stage.command(arguments), true)
    }

    /// With the messages of standard error on it, or nowhere.
    fn of(mut command: Command, messages: bool) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let slave = File::options().read(true).write(true).open(name).unwrap();
        let terminal = || -> Stdio { slave.try_clone().unwrap().into() };
        let child = command
            .env("TERM", "xterm")
            .stdin(terminal())
            .stdout(terminal())
            .stderr(if messages { terminal() } else { Stdio::null() })
            .spawn()
            .unwrap();
        Self {
            child,
            screen: master.into(),
            shown: String::new(),
        }
    }

    /// Reads on; false at the end.
    fn read(&mut self) -> bool {
        let mut bytes = [0; 4096];
        // The end of a terminal is an error on some systems.
        let count = self.screen.read(&mut bytes).unwrap_or(0);
        self.shown
            .push_str(&String::from_utf8_lossy(&bytes[..count]));
        count > 0
    }

    fn until(&mut self, text: &str) {
        while !self.shown.contains(text) {
            assert!(self.read(), "{text} did not come: {}", self.shown);
        }
    }

    fn end(mut self) -> (Option<i32>, String) {
        while self.read() {}
        (self.child.wait().unwrap().code(), self.shown)
    }
}

const ASKS: &str = "Spend 25 points? [y/N]";

#[tokio::test]
async fn a_high_price_is_asked_about_and_no_costs_nothing() {
    let stage = Stage::new().await;
    let dear = ["music", "rain", "--confirm-above", "24", "--language", "en"];
    for answer in ["n\n", "\n"] {
        let mut terminal = Terminal::new(&stage, &dear);
        terminal.until(ASKS);
        // What it is comes before the question, and after the answer nothing is begun.
        assert!(terminal.shown.contains("Suno, 90~150 seconds."));
        terminal.screen.write_all(answer.as_bytes()).unwrap();
        let (code, shown) = terminal.end();
        assert_eq!(code, Some(3));
        assert!(shown.contains("Nothing was started"), "{shown}");
        assert!(!shown.contains("Starting music generation"), "{shown}");
    }
    let mut terminal = Terminal::new(&stage, &dear);
    terminal.until(ASKS);
    let pid = Pid::from_child(&terminal.child);
    kill_process(pid, Signal::INT).unwrap();
    assert_eq!(terminal.end().0, Some(3));
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (0, 0));
    assert!(stage.files().is_empty());
}

#[tokio::test]
async fn yes_goes_on_with_a_bar() {
    let stage = Stage::new().await;
    let dear = ["music", "rain", "--confirm-above", "24", "--language", "en"];
    let mut terminal = Terminal::new(&stage, &dear);
    terminal.until(ASKS);
    terminal.screen.write_all(b"y\n").unwrap();
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("s of about 150 s"), "{shown}");
    assert!(
        !shown.contains("Waited"),
        "the bar takes the place of the messages"
    );
    assert_eq!(stage.charges(), 1);
}

#[tokio::test]
async fn nobody_is_asked_below_the_price_or_where_yes_was_said_before() {
    let stage = Stage::new().await;
    for arguments in [
        ["speech", "Hello.", "--confirm-above", "2"].as_slice(),
        &["speech", "Hello.", "--confirm-above", "0", "--yes"],
    ] {
        let (code, shown) = Terminal::new(&stage, arguments).end();
        assert_eq!(code, Some(0), "{shown}");
        assert!(!shown.contains("[y/N]"), "{shown}");
    }
    assert_eq!(stage.charges(), 2);
}

#[tokio::test]
async fn the_price_of_several_is_asked_about_together() {
    let stage = Stage::new().await;
    std::fs::write(stage.here().join("lines"), "one\ntwo\nthree\n").unwrap();
    let several = ["music", "--prompts-file", "lines", "--language", "en"];
    let mut terminal = Terminal::new(&stage, &several);
    terminal.until("Spend 75 points? [y/N]");
    terminal.screen.write_all(b"n\n").unwrap();
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(3), "{shown}");
    assert_eq!(stage.charges(), 0);
}

#[tokio::test]
async fn it_is_asked_where_messages_go_nowhere() {
    let stage = Stage::new().await;
    let dear = ["music", "rain", "--confirm-above", "24", "--language", "en"];
    let mut terminal = Terminal::of(stage.command(&dear), false);
    terminal.until(ASKS);
    terminal.screen.write_all(b"n\n").unwrap();
    assert_eq!(terminal.end().0, Some(3));
    assert_eq!(stage.charges(), 0);
}

#[tokio::test]
async fn several_cost_no_more_than_was_agreed_to() {
    let stage = Stage::new().await;
    std::fs::write(stage.here().join("lines"), "one\ntwo\nthree\n").unwrap();
    let several = ["music", "--prompts-file", "lines", "--language", "en"];
    let mut terminal = Terminal::new(&stage, &several);
    terminal.until("Spend 75 points? [y/N]");
    assert!(stage.control.reprice("sonic", 80, 99_001));
    terminal.screen.write_all(b"y\n").unwrap();
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(3), "{shown}");
    assert!(shown.contains("80 points"), "{shown}");
    assert_eq!(stage.charges(), 0);
}

#[tokio::test]
async fn say_shows_what_it_understood_and_asks_whatever_it_costs() {
    let stage = Stage::new().await;
    let wish = ["say", "read aloud: Good evening.", "--voice", "Tim"];
    let mut terminal = Terminal::new(&stage, &wish);
    terminal.until("Spend 2 points? [y/N]");
    for part in [
        "Speech",
        "seed-tts-2.0",
        "Good evening.",
        "Tim (en_male_tim",
    ] {
        assert!(terminal.shown.contains(part), "{part}: {}", terminal.shown);
    }
    terminal.screen.write_all(b"n\n").unwrap();
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(3), "{shown}");
    assert_eq!(stage.charges(), 0);

    let mut terminal = Terminal::new(&stage, &wish);
    terminal.until("Spend 2 points? [y/N]");
    terminal.screen.write_all(b"y\n").unwrap();
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(shown.matches("[y/N]").count(), 1, "{shown}");
    assert_eq!(stage.charges(), 1);
}
