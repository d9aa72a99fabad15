//! Audio that is late, elsewhere, in part, or unlike any other.

use std::fs;

use ima_simulator::{Endpoint, Fault, NthRequest, Outcome, Timeline};

use crate::stage::{Stage, ends, json, text};

fn status(code: u16) -> Fault {
    Fault::Status {
        code,
        headers: Vec::new(),
        body: String::new(),
    }
}

#[tokio::test]
async fn of_two_clips_the_ready_one_is_saved_and_the_job_stays_open() {
    let stage = Stage::new().await;
    let half = Timeline {
        total_seconds: Some(20.0),
        media_outcomes: vec![Outcome::Success, Outcome::Never],
        ..Timeline::default()
    };
    stage.control.set_timeline("sonic", half);
    let args = [
        "music",
        "rain",
        "--out",
        "song.wav",
        "--deadline",
        "60",
        "--json",
    ];
    let output = stage.ima(&args);
    ends(&output, 8);
    assert_eq!(stage.files(), ["song.wav"]);
    assert!(
        text(&output.stderr).contains("Ready so far: 1"),
        "{}",
        text(&output.stderr)
    );
    let object = json(&output);
    assert_eq!(object["error"]["medias"][0]["file"], "song.wav");
    let listed = json(&stage.ima(&["jobs", "--open", "--json"]));
    assert_eq!(listed["jobs"][0]["job"], object["error"]["job"]);
}

#[tokio::test]
async fn what_is_saved_already_is_not_saved_again() {
    let stage = Stage::new().await;
    let half = Timeline {
        total_seconds: Some(20.0),
        media_outcomes: vec![Outcome::Success, Outcome::Never],
        ..Timeline::default()
    };
    stage.control.set_timeline("sonic", half);
    let args = ["music", "rain", "--deadline", "60", "--json"];
    let job = json(&stage.ima(&args))["error"]["job"]
        .as_str()
        .unwrap()
        .to_owned();
    let before = stage.files();
    assert_eq!(before.len(), 1);
    ends(&stage.ima(&["resume", &job, "--deadline", "20"]), 8);
    assert_eq!(stage.files(), before);
}

#[tokio::test]
async fn a_link_that_does_not_work_yet_is_tried_again() {
    for code in [404, 403, 410] {
        let stage = Stage::new().await;
        for number in 1..=3 {
            stage
                .control
                .fault(Endpoint::Audio, NthRequest::Number(number), status(code));
        }
        ends(&stage.ima(&["speech", "hello", "--out", "a.wav"]), 0);
        assert_eq!(stage.files(), ["a.wav"], "{code}");
    }
}

#[tokio::test]
async fn a_link_that_stays_dead_is_asked_for_afresh_and_then_shown() {
    let stage = Stage::new().await;
    stage.fault(Endpoint::Audio, status(403));
    let error = stage.fails(&["speech", "hello", "--language", "en"], 6);
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("status 403") && message.contains("/audio/"),
        "{message}"
    );
    // Once for the job, once for a fresh link.
    assert!(stage.requests(Endpoint::Detail) >= 2);
    let listed = json(&stage.ima(&["jobs", "--open", "--json"]));
    assert_eq!(listed["jobs"][0]["job"], error["job"]);
    assert_eq!(stage.charges(), 1);
}

#[tokio::test]
async fn a_redirect_is_followed() {
    let stage = Stage::new().await;
    let there = format!("{}/audio/elsewhere", stage.origin);
    stage.control.fault(
        Endpoint::Audio,
        NthRequest::Number(1),
        Fault::Redirect(there),
    );
    let audio = Fault::Status {
        code: 200,
        headers: vec![(
            "content-type".to_owned(),
            "application/force-download".to_owned(),
        )],
        body: "ID3 and then something".to_owned(),
    };
    stage
        .control
        .fault(Endpoint::Audio, NthRequest::Number(2), audio);
    ends(&stage.ima(&["speech", "hello"]), 0);
    let [name] = stage.files().try_into().unwrap();
    let name: String = name;
    assert!(name.ends_with(".mp3"), "{name}");
    for request in stage.control.requests() {
        let key = request.header("authorization").is_some();
        assert_eq!(key, request.endpoint != Endpoint::Audio);
    }
}

#[tokio::test]
async fn a_format_that_nobody_knows_is_kept_with_a_note() {
    let stage = Stage::new().await;
    let odd = Fault::Status {
        code: 200,
        headers: vec![(
            "content-type".to_owned(),
            "application/force-download".to_owned(),
        )],
        body: "Opus in a box".to_owned(),
    };
    stage.fault(Endpoint::Audio, odd);
    let output = stage.ima(&["speech", "hello", "--language", "en"]);
    ends(&output, 0);
    let [name] = stage.files().try_into().unwrap();
    let name: String = name;
    assert!(name.ends_with(".audio"), "{name}");
    assert!(
        text(&output.stderr).contains("is not known here"),
        "{}",
        text(&output.stderr)
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_path_of_any_bytes_takes_the_audio() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let stage = Stage::new().await;
    let name = OsStr::from_bytes(b"caf\xe9.wav");
    for more in [&[][..], &["--json"], &["--events"]] {
        let mut command = stage.command(&[&["speech", "hello", "--force"], more].concat());
        let output = command.arg("--out").arg(name).output().unwrap();
        ends(&output, 0);
        assert!(fs::metadata(stage.here().join(name)).unwrap().len() > 1_000);
        assert!(!output.stdout.is_empty() || !output.stderr.is_empty());
    }
}

#[tokio::test]
async fn a_name_that_is_taken_meanwhile_costs_no_audio() {
    let stage = Stage::new().await;
    let three = Timeline {
        clips: Some(4),
        ..Timeline::lasting(5.0)
    };
    stage.control.set_timeline("sonic", three);
    fs::write(stage.here().join("song-3.wav"), "mine").unwrap();
    ends(&stage.ima(&["music", "rain", "--out", "song.wav"]), 0);
    assert_eq!(stage.files().len(), 5, "{:?}", stage.files());
    assert_eq!(fs::read(stage.here().join("song-3.wav")).unwrap(), b"mine");
}
