//! `ima model`, `ima voices`, `ima doctor`, `ima completions`, the manual and `ima simulator`.

use std::fs;

use ima_simulator::{Endpoint, Fault};
use serde_json::{Value, json};

use crate::stage::{Stage, ends, json, text};

#[tokio::test]
async fn a_model_is_shown_with_its_parameters() {
    let stage = Stage::new().await;
    let shown = text(&stage.ima(&["model", "sonic"]).stdout);
    for word in ["vocal_gender", "sonic-v5", "25 points"] {
        assert!(shown.contains(word), "{shown}");
    }
    let object = json(&stage.ima(&["model", "SONIC", "--json"]));
    assert_eq!(
        (&object["model_id"], &object["recommended"]),
        (&json!("sonic"), &json!(true))
    );
    assert_eq!(object["prices"][0]["attribute_id"], 2370);
    let unknown = stage.ima(&["model", "sonata"]);
    ends(&unknown, 2);
    assert!(text(&unknown.stderr).contains("GenBGM"));
}

#[tokio::test]
async fn voices_are_listed_without_a_key_or_a_request() {
    let stage = Stage::new().await;
    let mut command = stage.command(&["voices", "--scene", "video", "--gender", "male", "--json"]);
    let output = command.env_remove("IMA_API_KEY").output().unwrap();
    ends(&output, 0);
    let object = json(&output);
    let ids: Vec<_> = object["voices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["id"])
        .collect();
    assert_eq!(
        ids,
        [
            "zh_male_dayi_uranus_bigtts",
            "zh_male_sunwukong_uranus_bigtts"
        ]
    );
    assert_eq!(stage.control.requests().len(), 0);
}

fn verdicts(object: &Value) -> Vec<(&str, bool)> {
    let checks = object["checks"].as_array().unwrap().iter();
    checks
        .map(|it| (it["check"].as_str().unwrap(), it["ok"].as_bool().unwrap()))
        .collect()
}

#[tokio::test]
async fn the_doctor_finds_nothing_where_all_is_well() {
    let stage = Stage::new().await;
    ends(&stage.ima(&["voices", "--quiet"]), 0);
    let output = stage.ima(&["doctor"]);
    ends(&output, 0);
    let shown = text(&output.stdout);
    assert_eq!(
        shown.lines().filter(|line| line.starts_with('✅')).count(),
        13,
        "{shown}"
    );
    assert_eq!(shown.lines().count(), 13, "{shown}");
    let object = json(&stage.ima(&["doctor", "--json"]));
    assert!(verdicts(&object).iter().all(|(_, ok)| *ok), "{object}");
    assert_eq!(stage.requests(Endpoint::Create), 0);
    stage.holds_no_key(&output);
}

#[tokio::test]
async fn the_doctor_names_what_is_wrong_and_what_to_do() {
    let stage = Stage::new().await;
    let missing = stage
        .command(&["doctor", "--json"])
        .env_remove("IMA_API_KEY")
        .output()
        .unwrap();
    ends(&missing, 4);
    assert!(verdicts(&json(&missing)).contains(&("key", false)));
    let wrong = stage
        .command(&["doctor"])
        .env("IMA_API_KEY", "ima_wrong")
        .output()
        .unwrap();
    ends(&wrong, 4);
    assert!(!text(&wrong.stdout).contains("ima_wrong"));

    fs::write(stage.here().join("file"), "").unwrap();
    let folder = stage.here().join("file/data");
    let folder = stage
        .command(&["doctor", "--json"])
        .env("IMA_DATA_DIR", folder)
        .output()
        .unwrap();
    ends(&folder, 3);
    let found = json(&folder);
    assert!(
        verdicts(&found).contains(&("data", false))
            && verdicts(&found).contains(&("journal", false))
    );

    let nowhere = stage.here().join("file/more");
    let forgetful = stage
        .command(&["doctor", "--json"])
        .env("IMA_LOG_DIR", &nowhere)
        .env("IMA_PREFS_FILE", nowhere.join("prefs.json"))
        .output()
        .unwrap();
    let found = json(&forgetful);
    assert!(verdicts(&found).contains(&("logs", false)), "{found}");
    assert!(verdicts(&found).contains(&("preferences-folder", false)));
    assert!(text(&forgetful.stdout).contains("IMA_LOG_DIR"));

    stage.fault(Endpoint::ProductList, Fault::Malformed);
    let service = stage.ima(&["doctor", "--json"]);
    ends(&service, 9);
    assert!(verdicts(&json(&service)).contains(&("service", false)));
    let object = json(&service);
    let failed = object["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["ok"] == false)
        .unwrap();
    assert!(!failed["advice"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn the_doctor_tells_a_service_that_is_not_there() {
    let stage = Stage::new().await;
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let mut command = stage.plain(&["doctor", "--json", "--base-url", &closed]);
    let output = command.output().unwrap();
    ends(&output, 9);
    let object = json(&output);
    assert!(
        verdicts(&object).contains(&("connection", false)),
        "{object}"
    );
    assert!(verdicts(&object).contains(&("key", true)), "{object}");
}

#[tokio::test]
async fn the_manual_knows_every_command() {
    let stage = Stage::new().await;
    ends(&stage.ima(&["manual", "."]), 0);
    let files = stage.files();
    for page in ["ima.1", "ima-music.1", "ima-jobs-show.1"] {
        assert!(files.iter().any(|file| file == page), "{files:?}");
    }
    let page = fs::read_to_string(stage.here().join("ima-music.1")).unwrap();
    assert!(page.contains("Examples"));
}

#[cfg(all(unix, feature = "simulator"))]
#[tokio::test]
async fn the_simulator_runs_until_ctrl_c() {
    use rustix::process::{Pid, Signal, kill_process};
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    let stage = Stage::new().await;
    let mut child = stage
        .plain(&["simulator", "--json", "--speed", "50", "--points", "7"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let object: Value = serde_json::from_str(&line).unwrap();
    let (url, key) = (&object["base_url"], &object["key"]);
    let mut speech = stage.plain(&["speech", "Hello.", "--clock-rate", "50"]);
    speech.env("IMA_BASE_URL", url.as_str().unwrap());
    ends(
        &speech
            .env("IMA_API_KEY", key.as_str().unwrap())
            .output()
            .unwrap(),
        0,
    );
    assert_eq!(stage.charges(), 0, "it is another one");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
#[tokio::test]
async fn a_quiet_simulator_says_its_address_and_no_more() {
    use rustix::process::{Pid, Signal, kill_process};
    use std::io::{BufRead, BufReader, Read};
    use std::process::Stdio;

    let stage = Stage::new().await;
    let mut command = stage.plain(&["simulator", "--quiet"]);
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut shown = String::new();
    stdout.read_line(&mut shown).unwrap();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    stdout.read_to_string(&mut shown).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(
        shown.starts_with("http://") && shown.lines().count() == 1,
        "{shown}"
    );
}

#[tokio::test]
async fn a_wrong_address_is_not_taken_for_a_broken_program() {
    let stage = Stage::new().await;
    let mut command = stage.plain(&["doctor", "--json", "--base-url", "garbage"]);
    let output = command.output().unwrap();
    ends(&output, 2);
    let object = json(&output);
    assert!(verdicts(&object).contains(&("component", true)), "{object}");
    assert!(verdicts(&object).contains(&("service", false)), "{object}");
}

#[tokio::test]
async fn a_cache_that_is_not_used_is_named() {
    let stage = Stage::new().await;
    let mut command = stage.command(&["doctor", "--language", "en"]);
    let output = command.env("IMA_CACHE_DIR", "/dev/null/cache").output();
    let shown = text(&output.unwrap().stdout);
    assert!(
        shown.contains("Cache: /dev/null/cache is not used"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_text_may_come_from_standard_input() {
    use std::io::Write;
    use std::process::Stdio;

    let stage = Stage::new().await;
    for (arguments, given, sent) in [
        (["speech", "-"].as_slice(), "Hello.\n", "Hello."),
        (
            &["say", "-", "--yes"],
            "read aloud: Good evening.\n",
            "Good evening.",
        ),
    ] {
        let mut child = stage
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(given.as_bytes()).unwrap();
        drop(stdin);
        assert_eq!(child.wait().unwrap().code(), Some(0));
        let tasks = stage.control.tasks();
        let prompt = &tasks.last().unwrap().body["parameters"][0]["parameters"]["prompt"];
        assert_eq!(*prompt, *sent);
    }
    for nothing in [["say", ""], ["speech", " "]] {
        let output = stage.ima(&nothing);
        ends(&output, 2);
        assert!(text(&output.stderr).contains("empty"), "{nothing:?}");
    }
}
