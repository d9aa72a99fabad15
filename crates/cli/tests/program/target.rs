//! Where the audio goes: made sure of before anything is spent, and told where it fails later.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use ima_simulator::{Endpoint, Fault, Timeline};
use serde_json::{Value, json};

use crate::stage::{Stage, ends, json, text, until};

fn not_found() -> Fault {
    Fault::Status {
        code: 404,
        headers: Vec::new(),
        body: String::new(),
    }
}

#[tokio::test]
async fn a_folder_is_created_before_anything_is_spent() {
    let stage = Stage::new().await;
    let output = stage.ima(&["speech", "Hello.", "--out", "spoken/today/"]);
    ends(&output, 0);
    let saved = fs::read_dir(stage.here().join("spoken/today")).unwrap();
    assert_eq!(saved.count(), 1);
}

#[tokio::test]
async fn lines_are_saved_in_a_folder_by_their_numbers() {
    let stage = Stage::new().await;
    fs::write(stage.here().join("lines"), "\u{feff}one\ntwo\n").unwrap();
    let several = ["speech", "--prompts-file", "lines", "--out", "spoken"];
    let output = stage.ima(&[&several[..], &["--quiet"]].concat());
    ends(&output, 0);
    let mut lines: Vec<_> = text(&output.stdout).lines().map(str::to_owned).collect();
    lines.sort();
    for (number, prompt) in [(1, "one"), (2, "two")] {
        let file = format!("spoken/00{number}-{prompt}.wav");
        assert_eq!(lines[number - 1], format!("[{number}] {file}"));
        assert!(stage.here().join(file).is_file());
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_is_exchanged_while_it_waits_gets_nothing_and_nothing_is_lost() {
    let stage = Stage::new().await;
    let [songs, aside, elsewhere] = ["songs", "aside", "elsewhere"].map(|it| stage.here().join(it));
    fs::create_dir(&songs).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    let running = stage.start(&["speech", "Hello.", "--out", "songs/a.wav"]);
    until(|| stage.charges() == 1).await;
    fs::rename(&songs, &aside).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &songs).unwrap();
    ends(&running.output().await, 0);
    assert!(fs::read_dir(&elsewhere).unwrap().next().is_none());
    assert!(hound::WavReader::open(aside.join("a.wav")).is_ok());
    assert_eq!(fs::read_dir(&aside).unwrap().count(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_place_that_takes_no_file_is_refused_with_the_reason() {
    let stage = Stage::new().await;
    std::os::unix::fs::symlink("nowhere", stage.here().join("link.wav")).unwrap();
    fs::write(stage.here().join("file"), "mine").unwrap();
    let long = "x".repeat(400);
    for (out, words) in [
        ("file/new/", "not a folder"),
        ("link.wav", "not a regular file"),
        ("/dev/null", "not a regular file"),
        (long.as_str(), "the name is too long"),
        ("missing/a.wav", "no such folder"),
    ] {
        for force in [&[][..], &["--force"]] {
            let asked = ["speech", "Hello.", "--out", out, "--language", "en"];
            let error = stage.fails(&[&asked[..], force].concat(), 3);
            let message = error["message"].as_str().unwrap();
            assert!(message.contains(words), "{message}");
            assert!(message.contains("Nothing was spent"), "{message}");
            assert_eq!(error["cause"], "target");
        }
    }
    assert_eq!(stage.control.requests().len(), 0);
}

#[tokio::test]
async fn a_name_is_reserved_before_the_second_one_pays() {
    let stage = Stage::new().await;
    let long = Timeline::lasting(100_000.0);
    stage.control.set_timeline("seed-tts-2.0", long);
    let asked = ["speech", "Hello.", "--out", "same.wav"];
    let mut first = stage
        .command(&[&asked[..], &["--events"]].concat())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut events = BufReader::new(first.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("\"state\":\"waiting\"") {
        line.clear();
        assert!(events.read_line(&mut line).unwrap() > 0, "it ended early");
    }
    let second = stage.ima(&asked);
    ends(&second, 3);
    assert!(text(&second.stderr).contains("same.wav"));
    assert_eq!(stage.charges(), 1);

    stage
        .control
        .advance(std::time::Duration::from_secs(100_000));
    let mut rest = String::new();
    events.read_to_string(&mut rest).unwrap();
    assert_eq!(first.wait().unwrap().code(), Some(0), "{rest}");
    assert_eq!(stage.files(), ["same.wav"], "nothing else is left");
}

#[tokio::test]
async fn audio_that_could_not_be_saved_is_told_with_the_way_to_it() {
    let stage = Stage::new().await;
    stage.fault(Endpoint::Audio, not_found());
    let output = stage.ima(&["speech", "Hello.", "--json", "--language", "en"]);
    ends(&output, 6);
    let object = json(&output);
    let job = object["job"].as_str().unwrap();
    let error = &object["error"];
    assert_eq!(
        (&error["charge"], &error["job"]),
        (&json!("yes"), &json!(job))
    );
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains(object["url"].as_str().unwrap()),
        "{message}"
    );
    let advice = format!("ima resume {job} --out");
    assert!(error["advice"].as_str().unwrap().contains(&advice));
    let lines = text(&output.stderr);
    assert!(lines.contains(&advice), "{lines}");
    assert!(!lines.contains("go on waiting"), "{lines}");

    // It is not delivered before it is here.
    let listed = text(&stage.ima(&["jobs", "--language", "en"]).stdout);
    assert!(listed.contains("not saved"), "{listed}");
    let listed = json(&stage.ima(&["jobs", "--open", "--json"]));
    assert_eq!(listed["jobs"][0]["saved"], false);
    stage.control.clear_faults();
    let error = stage.fails(&["resume", job, "--out", "missing/a.wav"], 3);
    assert_eq!(
        (&error["charge"], &error["job"]),
        (&json!("yes"), &json!(job))
    );
    ends(&stage.ima(&["resume", job, "--out", "new/"]), 0);
    let listed = json(&stage.ima(&["jobs", "--json"]));
    assert_eq!(
        (&listed["jobs"][0]["saved"], &listed["jobs"][0]["open"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(stage.charges(), 1);
}

#[tokio::test]
async fn the_name_gets_the_extension_of_what_the_file_holds() {
    let stage = Stage::new().await;
    let output = stage.ima(&["speech", "Hello.", "--out", "a.mp3", "--language", "en"]);
    ends(&output, 0);
    assert!(text(&output.stdout).contains("Saved: a.wav"));
    stage.is_audio("a.wav");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn output_that_cannot_be_written_is_no_success() {
    let stage = Stage::new().await;
    for (arguments, code) in [
        (["models"].as_slice(), 6),
        (&["jobs", "--json"], 6),
        (&["completions", "bash"], 6),
        (&["speech", "Hello.", "--no-wait", "--json"], 6),
    ] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = stage.command(arguments);
        let output = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
        let output = output.wait_with_output().unwrap();
        ends(&output, code);
        assert!(text(&output.stderr).contains("ima jobs"), "{arguments:?}");
    }
    // A reader that has enough is no loss.
    let mut command = stage.command(&["completions", "bash"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_stops_a_slow_download_and_keeps_the_job() {
    use rustix::process::{Pid, Signal, kill_process};
    for stop in [Signal::INT, Signal::TERM] {
        let stage = Stage::new().await;
        let slow = Fault::Drip {
            bytes_per_second: 1,
        };
        stage.fault(Endpoint::Audio, slow);
        let child = stage
            .command(&["speech", "Hello.", "--json", "--language", "en"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        while stage.requests(Endpoint::Audio) == 0 {
            tokio::task::yield_now().await;
        }
        kill_process(Pid::from_child(&child), stop).unwrap();
        let output = child.wait_with_output().unwrap();
        ends(&output, 8);
        let object: Value = json(&output);
        let job = object["job"].as_str().unwrap();
        assert_eq!(object["error"]["cause"], "cancelled");
        let lines = text(&output.stderr);
        assert!(lines.contains("Stopping") && lines.contains(&format!("ima resume {job}")));
        stage.control.clear_faults();
        ends(&stage.ima(&["resume", job, "--out", "it.wav"]), 0);
        assert!(stage.files().contains(&"it.wav".to_owned()));
        assert_eq!(stage.charges(), 1);
    }
}

/// The job's audio is under its name, and the journal was not told: the program was killed in between.
#[tokio::test]
async fn what_was_saved_before_a_kill_is_known_again_by_its_content() {
    for name_is_taken in [false, true] {
        let stage = Stage::new().await;
        ends(&stage.ima(&["speech", "hello", "--out", "a.wav"]), 0);
        let (job, _) = stage.job().await;
        let journal = rusqlite::Connection::open(stage.data().join("journal.db")).unwrap();
        journal.execute("UPDATE jobs SET saved = 0", []).unwrap();
        if name_is_taken {
            fs::write(stage.here().join("a.wav"), "mine").unwrap();
        }
        ends(&stage.ima(&["resume", &job, "--out", "a.wav"]), 0);
        match name_is_taken {
            false => assert_eq!(stage.files(), ["a.wav"]),
            true => {
                assert_eq!(fs::read(stage.here().join("a.wav")).unwrap(), b"mine");
                stage.is_audio("a-2.wav");
            }
        }
        let open = json(&stage.ima(&["jobs", "--open", "--json"]));
        assert_eq!(open["jobs"], json!([]));
        assert_eq!(stage.charges(), 1);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_planted_lock_is_neither_followed_nor_written() {
    for hard in [false, true] {
        let stage = Stage::new().await;
        let secret = stage.home.path().join("secret.txt");
        fs::write(&secret, "mine").unwrap();
        let lock = stage.here().join(".ima-song.wav.lock");
        match hard {
            true => fs::hard_link(&secret, lock).unwrap(),
            false => std::os::unix::fs::symlink(&secret, lock).unwrap(),
        }
        let asked = ["speech", "hello", "--out", "song.wav", "--language", "en"];
        let error = stage.fails(&asked, 3);
        assert!(
            error["message"].as_str().unwrap().contains("hidden file"),
            "{error}"
        );
        assert_eq!(fs::read(&secret).unwrap(), b"mine");
        assert_eq!(stage.charges(), 0);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_in_the_way_holds_nothing_up() {
    let stage = Stage::new().await;
    for name in [".ima-song.wav.lock", "other.wav"] {
        let made = std::process::Command::new("mkfifo")
            .arg(stage.here().join(name))
            .status();
        assert!(made.unwrap().success());
    }
    for out in ["song.wav", "other.wav"] {
        stage.fails(&["speech", "hello", "--out", out], 3);
    }
    assert_eq!(stage.charges(), 0);
}
