//! What was made: listed, shown, made again, removed; names and tags of files; what was spent.

use std::fs;

use ima_simulator::{Endpoint, Fault, NthRequest};

use crate::stage::{Stage, ends, json, text};

#[tokio::test]
async fn what_was_made_is_listed_and_found_by_words_and_by_the_beginning_of_its_id() {
    let stage = Stage::new().await;
    ends(&stage.ima(&["config", "set", "history", "on"]), 0);
    ends(&stage.ima(&["music", "rain on a tin roof"]), 0);
    ends(&stage.ima(&["speech", "Good evening."]), 0);
    let list = stage.ima(&["list"]);
    ends(&list, 0);
    let shown = text(&list.stdout);
    assert!(
        shown.contains("rain on a tin roof") && shown.contains("Good evening."),
        "{shown}"
    );
    let found = json(&stage.ima(&["list", "TIN", "--json"]));
    let made = found["made"].as_array().unwrap();
    assert_eq!(made.len(), 1);
    let id = made[0]["job"].as_str().unwrap();
    let one = text(&stage.ima(&["show", id.get(..6).unwrap()]).stdout);
    for part in ["rain on a tin roof", "Suno", "25", "rain-on-a-tin-roof.wav"] {
        assert!(one.contains(part), "{part}: {one}");
    }
    ends(&stage.ima(&["again", id.get(..6).unwrap(), "--no-wait"]), 0);
    assert_eq!(stage.charges(), 3);
    ends(&stage.ima(&["remove", id]), 0);
    ends(&stage.ima(&["show", id]), 2);
    assert!(
        stage.here().join("rain-on-a-tin-roof.wav").exists(),
        "the audio stays"
    );
}

#[tokio::test]
async fn without_consent_no_prompt_is_kept() {
    let stage = Stage::new().await;
    ends(
        &stage.ima(&[
            "music",
            "a very private rain",
            "--title",
            "Public",
            "--out",
            "x.wav",
        ]),
        0,
    );
    let library = stage.data().join("library");
    for entry in fs::read_dir(library).unwrap() {
        let record = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(
            record.contains("Public") && !record.contains("private"),
            "{record}"
        );
    }
    let list = stage.ima(&["list"]);
    let (shown, hint) = (text(&list.stdout), text(&list.stderr));
    assert!(
        shown.contains("Public") && hint.contains("history on"),
        "{shown}{hint}"
    );
    let id = json(&stage.ima(&["list", "--json"]))["made"][0]["job"]
        .as_str()
        .unwrap()
        .to_owned();
    let again = stage.ima(&["again", &id]);
    ends(&again, 2);
    assert!(text(&again.stderr).contains("ima config set history on"));
}

#[tokio::test]
async fn files_are_named_after_the_words_and_carry_tags() {
    let stage = Stage::new().await;
    ends(&stage.ima(&["music", "Rain on a tin roof!"]), 0);
    assert_eq!(
        stage.files(),
        ["rain-on-a-tin-roof-2.wav", "rain-on-a-tin-roof.wav"]
    );
    let path = stage.here().join("rain-on-a-tin-roof.wav");
    let tag = id3::Tag::read_from_path(&path).unwrap();
    use id3::TagLike;
    assert_eq!(tag.artist(), Some("IMA Studio"));
    assert!(hound::WavReader::open(path).is_ok());
}

#[tokio::test]
async fn a_file_gets_the_extension_of_what_it_holds() {
    let stage = Stage::new().await;
    ends(&stage.ima(&["speech", "Hello.", "--out", "hello.mp3"]), 0);
    assert_eq!(stage.files(), ["hello.wav"]);
}

#[tokio::test]
async fn audio_goes_to_standard_output() {
    let stage = Stage::new().await;
    let output = stage.ima(&["speech", "Hello.", "--out", "-"]);
    ends(&output, 0);
    assert!(output.stdout.starts_with(b"RIFF"));
    assert!(hound::WavReader::new(&output.stdout[..]).is_ok());
    assert!(stage.files().is_empty());
}

#[tokio::test]
async fn a_resumed_job_goes_where_it_was_to_go() {
    let stage = Stage::new().await;
    fs::create_dir(stage.here().join("songs")).unwrap();
    ends(
        &stage.ima(&["speech", "Hello.", "--out", "songs/hello.wav", "--no-wait"]),
        0,
    );
    let (job, _) = stage.job().await;
    let resumed = stage.ima(&["resume", &job]);
    ends(&resumed, 0);
    assert!(stage.here().join("songs/hello.wav").is_file());
    assert!(
        text(&resumed.stderr).contains("Started"),
        "{}",
        text(&resumed.stderr)
    );
}

#[tokio::test]
async fn what_was_spent_is_summed_up_and_doubt_stands_apart() {
    let stage = Stage::new().await;
    ends(&stage.ima(&["music", "rain", "--no-wait"]), 0);
    ends(&stage.ima(&["speech", "Hello.", "--no-wait"]), 0);
    stage
        .control
        .fault(Endpoint::Create, NthRequest::Every, Fault::ResetAfter);
    ends(&stage.ima(&["speech", "Hello again."]), 7);
    let spent = json(&stage.ima(&["spend", "--json"]));
    assert_eq!(spent["total"]["points"], 27);
    assert_eq!(spent["total"]["in_doubt"], 2);
    let by_model = text(&stage.ima(&["spend", "--by", "model"]).stdout);
    assert!(
        by_model.contains("Suno") && by_model.contains("IN DOUBT"),
        "{by_model}"
    );
}

#[tokio::test]
async fn a_job_that_the_service_does_not_know_ends_as_such_and_can_be_forgotten() {
    let stage = Stage::new().await;
    ends(&stage.ima(&["speech", "Hello.", "--no-wait"]), 0);
    let (job, _) = stage.job().await;
    ends(&stage.ima(&["jobs", "forget", &job]), 2);
    stage.control.fault(
        Endpoint::Detail,
        NthRequest::Every,
        Fault::Envelope {
            code: 404,
            message: "task not found".to_owned(),
        },
    );
    let resumed = stage.ima(&["resume", &job]);
    assert_ne!(resumed.status.code(), Some(0));
    assert!(
        text(&resumed.stderr).contains("does not know"),
        "{}",
        text(&resumed.stderr)
    );
    let list = text(&stage.ima(&["jobs"]).stdout);
    assert!(list.contains("unknown to the service"), "{list}");
    ends(&stage.ima(&["jobs", "forget", &job]), 0);
    assert!(stage.jobs().await.is_empty());
}

#[tokio::test]
async fn jobs_of_a_simulator_stand_apart() {
    let stage = Stage::new().await;
    ends(&stage.ima(&["speech", "Hello.", "--no-wait"]), 0);
    let real = stage.plain(&["jobs"]).output().unwrap();
    ends(&real, 0);
    assert!(text(&real.stdout).contains("No jobs yet"));
    assert!(
        text(&real.stderr).contains("1 more of a simulator"),
        "{}",
        text(&real.stderr)
    );
}
