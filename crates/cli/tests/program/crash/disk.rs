//! Disks that are full, in the way or damaged: nothing is spent that can't be kept.

use ima_host::JobState;
use ima_simulator::{Endpoint, Fault, NthRequest};
use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::stage::{Stage, ends, json, text, until};

/// The program in a shell that lets no file grow, so that the disk seems full.
#[cfg(unix)]
fn on_a_full_disk(stage: &Stage) -> Command {
    let whole = stage.command(&["speech", "hello", "--json"]);
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"])
        .arg(whole.get_program())
        .args(whole.get_args())
        .env_clear()
        .envs(
            whole
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .current_dir(stage.here());
    command
}

#[cfg(unix)]
#[tokio::test]
async fn on_a_full_disk_nothing_is_spent() {
    for prepared in [false, true] {
        let stage = Stage::new().await;
        if prepared {
            drop(stage.journal());
        }
        let mut command = on_a_full_disk(&stage);
        let output = command.output().unwrap();
        ends(&output, 3);
        assert!(!output.stderr.is_empty());
        let object = json(&output);
        assert_eq!(object["error"]["cause"], "journal");
        assert_eq!(object["error"]["charge"], "no");
        assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (0, 0));
    }
}

#[tokio::test]
async fn without_a_place_for_the_journal_nothing_is_spent() {
    let stage = Stage::new().await;
    fs::create_dir_all(stage.data().parent().unwrap()).unwrap();
    fs::write(stage.data(), "a file where the folder should be").unwrap();
    let output = stage.ima(&["speech", "hello"]);
    ends(&output, 3);
    assert_eq!(stage.requests(Endpoint::Create), 0);
}

#[tokio::test]
async fn a_damaged_journal_is_set_aside_and_the_work_goes_on() {
    let stage = Stage::new().await;
    fs::create_dir_all(stage.data()).unwrap();
    let damaged = "this was a journal once, before the disk went bad";
    fs::write(stage.data().join("journal.db"), damaged).unwrap();
    let output = stage.ima(&["speech", "hello", "--out", "a.wav"]);
    ends(&output, 0);
    let aside = stage.data().join("journal.damaged-1.db");
    assert_eq!(fs::read_to_string(aside).unwrap(), damaged);
    assert_eq!(
        (stage.job().await.1, stage.charges()),
        (JobState::Finished, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_the_journal_can_not_take_is_said_kept_and_found_again() {
    let stage = Stage::new().await;
    let answer_late = Fault::Delay(Duration::from_secs(2));
    stage
        .control
        .fault(Endpoint::Create, NthRequest::Number(1), answer_late);
    let running = stage.start(&[
        "speech",
        "hello",
        "--out",
        "a.wav",
        "--json",
        "--language",
        "en",
    ]);
    until(|| stage.requests(Endpoint::Create) == 1).await;
    // Another process holds the database.
    let lock = rusqlite::Connection::open(stage.data().join("journal.db")).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let output = running.output().await;
    ends(&output, 10);
    let task = stage.control.tasks().remove(0).id;
    assert!(
        text(&output.stderr).contains(&task),
        "{}",
        text(&output.stderr)
    );
    drop(lock);

    let listed = json(&stage.ima(&["jobs", "--json"]));
    assert_eq!(listed["jobs"][0]["task_id"], *task);
    let job = listed["jobs"][0]["job"].as_str().unwrap();
    ends(&stage.ima(&["resume", job]), 0);
    assert_eq!(stage.files().len(), 1);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}
