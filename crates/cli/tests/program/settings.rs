//! `ima config` and `ima login`.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use ima_simulator::DEMO_KEY;

use crate::stage::{Stage, ends, json, text};

#[tokio::test]
async fn settings_are_kept_in_a_file_that_people_may_write() {
    let stage = Stage::new().await;
    let folder = stage.home.path().join(".config/ima");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), "# mine\nlanguage = \"zh\"\n").unwrap();
    ends(&stage.ima(&["config", "set", "confirm_above", "10"]), 0);
    let file = fs::read_to_string(folder.join("config.toml")).unwrap();
    assert_eq!(file, "# mine\nlanguage = \"zh\"\nconfirm_above = 10\n");
    let jobs = stage.ima(&["jobs"]);
    assert!(
        text(&jobs.stdout).contains("没有任务"),
        "{}",
        text(&jobs.stdout)
    );
    ends(&stage.ima(&["config", "unset", "language"]), 0);
    assert_eq!(
        json(&stage.ima(&["config", "--json"])),
        serde_json::json!({"confirm_above": "10"})
    );
    ends(&stage.ima(&["config", "set", "colour", "red"]), 2);
    ends(&stage.ima(&["config", "set", "max_points", "many"]), 2);
}

#[tokio::test]
async fn ceilings_a_voice_and_a_folder_hold_without_being_said() {
    let stage = Stage::new().await;
    for (name, value) in [("max_points", "10"), ("voice", "Tim"), ("out", "songs")] {
        ends(&stage.ima(&["config", "set", name, value]), 0);
    }
    let dear = stage.ima(&["music", "rain"]);
    ends(&dear, 3);
    assert!(text(&dear.stderr).contains("10"), "{}", text(&dear.stderr));
    ends(&stage.ima(&["speech", "Hello."]), 0);
    let task = stage.control.tasks().last().unwrap().body.clone();
    let speaker = &task["parameters"][0]["parameters"]["speaker"];
    assert_eq!(speaker, "en_male_tim_uranus_bigtts");
    assert!(stage.here().join("songs/hello.wav").is_file());
}

#[tokio::test]
async fn a_file_that_can_not_be_read_spends_nothing() {
    let stage = Stage::new().await;
    let folder = stage.home.path().join(".config/ima");
    fs::create_dir_all(&folder).unwrap();
    for broken in ["max_points = ", "max_pionts = 5", "max_points = \"all\""] {
        fs::write(folder.join("config.toml"), broken).unwrap();
        ends(&stage.ima(&["speech", "Hello."]), 2);
    }
    assert_eq!(stage.charges(), 0);
}

#[tokio::test]
async fn a_key_is_kept_for_this_user_alone_and_forgotten_again() {
    let stage = Stage::new().await;
    let mut login = stage
        .plain(&["login"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(login.stdin.take().unwrap(), "{DEMO_KEY}").unwrap();
    let output = login.wait_with_output().unwrap();
    ends(&output, 0);
    assert!(!text(&output.stderr).contains(DEMO_KEY));
    let file = stage.home.path().join(".config/ima/key");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let without = |arguments: &[&str]| {
        let mut command = stage.command(arguments);
        command.env_remove("IMA_API_KEY").output().unwrap()
    };
    ends(&without(&["speech", "Hello.", "--no-wait"]), 0);
    ends(&without(&["logout"]), 0);
    assert!(!file.exists());
    ends(&without(&["speech", "Hello."]), 4);
}

#[tokio::test]
async fn doctor_counts_both_lists_and_does_not_take_an_empty_key_for_one() {
    let stage = Stage::new().await;
    let shown = text(&stage.ima(&["doctor"]).stdout);
    assert!(
        shown.contains("models for music and") && shown.contains("for speech"),
        "{shown}"
    );
    for key in ["", "  "] {
        let mut commands = [stage.command(&["doctor"]), stage.unreachable(&["doctor"])];
        for command in &mut commands {
            let output = command.env("IMA_API_KEY", key).output().unwrap();
            let shown = text(&output.stdout);
            assert!(!shown.contains("API key: present"), "{shown}");
        }
    }
}
