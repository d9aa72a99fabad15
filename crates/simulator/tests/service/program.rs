//! The program: its one line, and what ends it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::client::{Client, suno};

/// Starts the program and waits for its line; gives the address.
fn started(arguments: &[&str]) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ima-simulator"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let origin = line.strip_prefix("listening on ").unwrap().trim_end();
    assert!(origin.starts_with("http://127.0.0.1:"), "{origin}");
    (child, origin.to_owned())
}

#[tokio::test]
async fn serves_until_its_input_closes() {
    let (mut child, origin) = started(&["--key", "ima_mine", "--points", "30", "--speed", "50"]);
    let mine = Client::new(&origin, "ima_mine");
    assert_eq!(mine.create(&suno()).await.code(), 0);
    assert_eq!(mine.create(&suno()).await.code(), 4008);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_ends_it_where_its_input_is_ignored() {
    for signal in ["-INT", "-TERM"] {
        let (mut child, origin) = started(&["--detach-stdin"]);
        drop(child.stdin.take());
        let demo = Client::new(&origin, ima_simulator::DEMO_KEY);
        assert_eq!(demo.list("text_to_music").await.code(), 0);
        let pid = child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status().unwrap();
        assert!(sent.success());
        assert!(child.wait().unwrap().success(), "{signal}");
    }
}

#[test]
fn a_port_that_is_taken_is_an_error_with_a_reason() {
    let (mut first, origin) = started(&[]);
    let (_, port) = origin.rsplit_once(':').unwrap();
    let second = Command::new(env!("CARGO_BIN_EXE_ima-simulator"))
        .args(["--port", port])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    drop(first.stdin.take());
    assert!(first.wait().unwrap().success());
    assert!(!second.status.success());
    assert!(second.stdout.is_empty());
    let message = String::from_utf8(second.stderr).unwrap();
    assert!(
        message.contains(&format!("cannot listen on 127.0.0.1:{port}: ")),
        "{message}"
    );
}
