//! Ctrl-C keeps the job and says how to go on.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use ima_simulator::{Endpoint, Fault, Timeline};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::stage::{Stage, ends, json, text};

fn spawn(mut command: Command) -> (Child, BufReader<ChildStdout>) {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    (child, stdout)
}

/// The events up to the checkpoint with this state.
fn until(stdout: &mut BufReader<ChildStdout>, state: &str) -> Vec<Value> {
    let mut seen = Vec::new();
    while seen
        .last()
        .is_none_or(|event: &Value| event["state"] != state)
    {
        let mut line = String::new();
        assert!(stdout.read_line(&mut line).unwrap() > 0, "it ended early");
        seen.push(serde_json::from_str(&line).unwrap());
    }
    seen
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

#[tokio::test]
async fn ctrl_c_and_a_request_to_end_keep_the_job() {
    for stop in [Signal::INT, Signal::TERM] {
        let stage = Stage::new().await;
        let long = Timeline::lasting(100_000.0);
        stage.control.set_timeline("seed-tts-2.0", long);
        let command = stage.command(&["speech", "Hello.", "--events"]);
        let (child, mut stdout) = spawn(command);
        until(&mut stdout, "waiting");
        signal(&child, stop);
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        let output = child.wait_with_output().unwrap();
        ends(&output, 8);
        let last: Value = serde_json::from_str(rest.lines().last().unwrap()).unwrap();
        let job = last["error"]["job"].as_str().unwrap();
        assert_eq!(last["error"]["charge"], "yes");
        assert!(text(&output.stderr).contains(&format!("ima resume {job}")));

        stage.control.advance(Duration::from_secs(100_000));
        ends(&stage.ima(&["resume", job, "--out", "it.wav"]), 0);
        assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
        stage.holds_no_key(&output);
    }
}

#[tokio::test]
async fn ctrl_c_stops_several_and_begins_no_other() {
    let stage = Stage::new().await;
    let long = Timeline::lasting(100_000.0);
    stage.control.set_timeline("seed-tts-2.0", long);
    std::fs::write(stage.here().join("lines"), "one\ntwo\nthree\n").unwrap();
    let mut several = vec!["speech", "--prompts-file", "lines", "--events"];
    several.extend(["--concurrency", "1"]);
    let (child, mut stdout) = spawn(stage.command(&several));
    let seen = until(&mut stdout, "waiting");
    assert!(seen.iter().all(|event| event["number"] == 1));
    signal(&child, Signal::INT);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    ends(&output, 8);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
    let open = json(&stage.ima(&["jobs", "--open", "--json"]));
    assert_eq!(open["jobs"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_second_ctrl_c_leaves_at_once_with_the_truth() {
    let stage = Stage::new().await;
    // The answer to a create request that has left is waited for, but not for ever.
    stage.fault(Endpoint::Create, Fault::Delay(Duration::from_secs(600)));
    let (mut child, mut stdout) = spawn(stage.command(&["speech", "Hello.", "--events"]));
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    until(&mut stdout, "creating");
    while stage.requests(Endpoint::Create) == 0 {
        tokio::task::yield_now().await;
    }
    signal(&child, Signal::INT);
    let mut line = String::new();
    while !line.contains("Stopping") {
        assert!(stderr.read_line(&mut line).unwrap() > 0, "{line}");
    }
    signal(&child, Signal::INT);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    stderr.read_to_string(&mut line).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(7), "{line}");
    assert!(line.contains("--create-again"), "{line}");
    let last: Value = serde_json::from_str(rest.lines().last().unwrap()).unwrap();
    assert_eq!(last["error"]["charge"], "unknown");
    assert_eq!(stage.requests(Endpoint::Create), 1);
}
