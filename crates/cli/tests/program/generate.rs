//! `ima music` and `ima speech`: their options, several at once, prices, players.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use ima_simulator::{DEMO_KEY, Endpoint, Fault, NthRequest};
use serde_json::{Value, json};

use crate::stage::{Stage, ends, json, text};

fn sent(stage: &Stage) -> Value {
    stage.control.tasks().last().unwrap().body["parameters"][0]["parameters"].clone()
}

#[tokio::test]
async fn every_option_of_music_arrives() {
    let stage = Stage::new().await;
    fs::write(stage.here().join("words.txt"), "la la").unwrap();
    let output = stage.ima(&[
        "music",
        "rain",
        "--lyrics",
        "@words.txt",
        "--tags",
        "jazz",
        "--negative-tags",
        "metal",
        "--vocal-gender",
        "female",
        "--title",
        "Rain",
        "--engine",
        "sonic-v4-5",
        "--param",
        "n=2",
        "--no-wait",
    ]);
    ends(&output, 0);
    let sent = sent(&stage);
    for (name, value) in [
        ("lyrics", json!("la la")),
        ("tags", json!("jazz")),
        ("negative_tags", json!("metal")),
        ("vocal_gender", json!("f")),
        ("custom_mode", json!(true)),
        ("title", json!("Rain")),
        ("model_version", json!("sonic-v4-5")),
        ("n", json!(2)),
    ] {
        assert_eq!(sent[name], value, "{name}");
    }
    ends(
        &stage.ima(&["music", "rain", "--instrumental", "--no-wait"]),
        0,
    );
    assert_eq!(self::sent(&stage)["make_instrumental"], true);
}

#[tokio::test]
async fn every_option_of_speech_arrives_and_a_voice_goes_by_its_name() {
    let stage = Stage::new().await;
    let options = ["--emotion", "sad", "--rate", "-20", "--volume", "10"];
    let rest = ["--style", "standard", "--voice", "tim", "--quiet"];
    let output = stage.ima(&[&["speech", "Hello."], &options[..], &rest].concat());
    ends(&output, 0);
    let sent = sent(&stage);
    assert_eq!(sent["speaker"], "en_male_tim_uranus_bigtts");
    assert_eq!(sent["model"], "seed-tts-2.0-standard");
    assert_eq!(
        sent["audio_params"],
        json!({"emotion": "sad", "speech_rate": -20, "loudness_rate": 10})
    );
    // Quiet: the file is all that is said.
    assert_eq!(text(&output.stdout).trim(), stage.files()[0]);
    assert_eq!(text(&output.stderr), "");
}

#[tokio::test]
async fn an_unknown_voice_is_refused_with_the_way_to_the_list() {
    let stage = Stage::new().await;
    let output = stage.ima(&["speech", "Hello.", "--voice", "Tom"]);
    ends(&output, 2);
    let lines = text(&output.stderr);
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(lines.len(), 2, "what it is, and what to do");
    assert!(lines[0].contains("Tom") && lines[1].contains("ima voices"));
    assert!(lines[1].contains("Did you mean Tim?"), "{}", lines[1]);
    assert_eq!(stage.control.requests().len(), 0);
}

#[tokio::test]
async fn lines_of_a_file_are_generated_at_the_same_time() {
    let stage = Stage::new().await;
    fs::create_dir(stage.here().join("out")).unwrap();
    let mut child = stage
        .command(&[
            "speech",
            "--prompts-file",
            "-",
            "--concurrency",
            "2",
            "--out",
            "out",
            "--json",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"one\n\n two \nthree\n").unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    ends(&output, 0);
    let object = json(&output);
    let results = object["results"].as_array().unwrap();
    let numbers: Vec<_> = results.iter().map(|it| it["number"].as_u64()).collect();
    assert_eq!(numbers, [Some(1), Some(2), Some(3)]);
    for result in results {
        let file = result["result"]["medias"][0]["file"].as_str().unwrap();
        assert!(stage.here().join(file).is_file() && file.starts_with("out/"));
    }
    let mut prompts: Vec<_> = stage
        .control
        .tasks()
        .iter()
        .map(|task| task.body["parameters"][0]["parameters"]["prompt"].clone())
        .collect();
    prompts.sort_by_key(ToString::to_string);
    assert_eq!(prompts, ["one", "three", "two"]);
    assert_eq!(stage.charges(), 3);
    stage.holds_no_key(&output);
}

#[tokio::test]
async fn several_stop_where_the_others_would_fail_too() {
    let stage = Stage::new().await;
    stage.control.add_account(DEMO_KEY, 2);
    fs::write(stage.here().join("lines"), "one\ntwo\nthree\nfour\n").unwrap();
    let all = ["--concurrency", "1", "--json"];
    let output = stage.ima(&[&["speech", "--prompts-file", "lines"], &all[..]].concat());
    ends(&output, 5);
    let object = json(&output);
    let results = object["results"].as_array().unwrap();
    assert!(results[0]["result"]["task_id"].is_string());
    assert_eq!(
        results[1]["result"]["error"]["cause"],
        "insufficient-points"
    );
    assert!(results[2]["result"].is_null() && results[3]["result"].is_null());
    assert_eq!(stage.requests(Endpoint::Create), 2);
    assert!(text(&output.stderr).contains("Not started: 3, 4"));
}

#[tokio::test]
async fn the_audio_of_several_needs_a_folder() {
    let stage = Stage::new().await;
    fs::write(stage.here().join("lines"), "one\ntwo\n").unwrap();
    let output = stage.ima(&["speech", "--prompts-file", "lines", "--out", "song.mp3"]);
    ends(&output, 2);
    assert!(text(&output.stderr).contains("song.mp3"));
    assert_eq!(stage.charges(), 0);
}

#[tokio::test]
async fn every_event_is_a_line_and_the_last_is_the_result() {
    let stage = Stage::new().await;
    let output = stage.ima(&["speech", "Hello.", "--events"]);
    ends(&output, 0);
    let lines: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let names: Vec<_> = lines
        .iter()
        .map(|line| line["event"].as_str().unwrap())
        .filter(|name| !matches!(*name, "progress" | "message"))
        .collect();
    assert_eq!(
        names,
        [
            "started",
            "checkpoint",
            "checkpoint",
            "finished",
            "saved",
            "result"
        ]
    );
    let last = lines.last().unwrap();
    assert_eq!(last["task_id"], *stage.control.tasks()[0].id);
    assert!(
        text(&output.stderr).contains("✅"),
        "people read the other stream"
    );
    stage.holds_no_key(&output);
}

/// The keys of an object, in alphabetical order.
fn keys(object: &Value) -> Vec<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[tokio::test]
async fn events_and_results_have_the_keys_that_programs_rely_on() {
    let stage = Stage::new().await;
    let wish = ["music", "rain", "--lyrics", "la la", "--language", "en"];
    stage.control.strict_form(true);
    let output = stage.ima(&[&wish[..], &["--events"]].concat());
    ends(&output, 0);
    let lines: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for (name, expected) in [
        (
            "started",
            "estimate event model_id model_name most_points points",
        ),
        ("checkpoint", "continuation event state task_id"),
        ("message", "event kind media step text"),
        ("progress", "elapsed_ms estimated_max_ms event percent"),
        ("attempt", "amendment code event number text"),
        (
            "finished",
            "elapsed_ms event medias model_id model_name outcome points task_id",
        ),
        ("saved", "event file sha256"),
        (
            "result",
            "attempts credit dropped duration event job medias model_id model_name points task_id url",
        ),
    ] {
        let line = lines.iter().find(|line| line["event"] == name);
        let line = line.unwrap_or_else(|| panic!("no event {name}"));
        assert_eq!(keys(line).join(" "), expected, "{name}");
    }
    let of = |name: &str| lines.iter().find(|line| line["event"] == name).unwrap();
    assert_eq!(
        keys(&of("started")["estimate"]),
        ["max_seconds", "min_seconds"]
    );
    assert_eq!(
        keys(&of("attempt")["amendment"]),
        ["defaults", "fetched", "removed"]
    );
    assert_eq!(
        keys(&of("finished")["medias"][0]),
        ["duration", "format", "url"]
    );
    let result = of("result");
    assert_eq!(
        keys(&result["medias"][0]),
        ["duration", "file", "format", "sha256", "url"]
    );
    assert_eq!(
        keys(&result["attempts"][0]),
        ["accepted", "code", "number", "removed", "text"]
    );

    stage.control.add_account(DEMO_KEY, 0);
    let output = stage.ima(&["speech", "Hello.", "--events"]);
    ends(&output, 5);
    let text = text(&output.stdout);
    let last: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let finished = last.iter().find(|line| line["event"] == "finished");
    assert_eq!(
        keys(finished.unwrap()).join(" "),
        "alternatives cause charge continuation event help medias message outcome task_id"
    );
    let result = last.last().unwrap();
    assert_eq!(keys(result).join(" "), "attempts dropped error event");
    assert_eq!(
        keys(&result["error"]).join(" "),
        "advice cause charge continuation job message task_id"
    );
}

#[tokio::test]
async fn the_last_event_is_the_result_of_a_refusal_too() {
    let stage = Stage::new().await;
    for (arguments, code) in [
        (["music", " ", "--events"].as_slice(), 2),
        (&["music", "rain", "--events", "--budget", "1"], 3),
    ] {
        let output = stage.ima(arguments);
        ends(&output, code);
        let last = text(&output.stdout).lines().last().unwrap().to_owned();
        let last: Value = serde_json::from_str(&last).unwrap();
        assert_eq!(
            (&last["event"], &last["error"]["charge"]),
            (&json!("result"), &json!("no"))
        );
    }
}

#[tokio::test]
async fn a_dry_run_shows_what_would_be_sent_and_sends_nothing() {
    let stage = Stage::new().await;
    let wish = ["music", "rain", "--tags", "jazz"];
    let shown = stage.ima(&[&wish[..], &["--dry-run"]].concat());
    ends(&shown, 0);
    let shown_text = text(&shown.stdout);
    assert!(
        shown_text.contains("Using Suno (25 credits"),
        "{shown_text}"
    );
    assert!(shown_text.contains("Authorization: Bearer [redacted]"));
    let object = json(&stage.ima(&[&wish[..], &["--dry-run", "--json"]].concat()));
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (0, 0));
    assert!(
        !stage.home.path().join(".local").exists(),
        "no job was kept"
    );

    // It is the very request.
    ends(&stage.ima(&[&wish[..], &["--no-wait"]].concat()), 0);
    assert_eq!(object["body"], stage.control.tasks()[0].body);
    assert!(shown_text.contains(&serde_json::to_string_pretty(&object["body"]).unwrap()));
    stage.holds_no_key(&shown);
}

#[tokio::test]
async fn a_quote_is_a_phrase_with_the_price_or_an_object() {
    let stage = Stage::new().await;
    let output = stage.ima(&[
        "quote",
        "music",
        "rain",
        "--model",
        "GenBGM",
        "--language",
        "zh",
    ]);
    ends(&output, 0);
    let phrase = text(&output.stdout);
    assert!(
        phrase.contains("DouBao") && phrase.contains("30 积分"),
        "{phrase}"
    );
    let object = json(&stage.ima(&["quote", "speech", "Hello.", "--json"]));
    assert_eq!(
        (&object["points"], &object["model_id"]),
        (&json!(2), &json!("seed-tts-2.0"))
    );
    assert_eq!(stage.requests(Endpoint::Create), 0);
}

#[tokio::test]
async fn the_attempt_log_is_on_standard_error() {
    let stage = Stage::new().await;
    let refusal = Fault::Envelope {
        code: 6009,
        message: "No exact rule match found for parameters".to_owned(),
    };
    stage
        .control
        .fault(Endpoint::Create, NthRequest::Number(1), refusal.clone());
    let wish = [
        "music",
        "雨",
        "--lyrics",
        "啦啦",
        "--language",
        "zh",
        "--json",
    ];
    let output = stage.ima(&wish);
    ends(&output, 0);
    let log = text(&output.stderr);
    assert!(log.contains("🧠 反省日志 (2 次尝试):"), "{log}");
    assert!(
        log.contains("❌ [尝试 1]") && log.contains("移除不支持的参数: lyrics"),
        "{log}"
    );
    assert!(log.contains("✅ [尝试 2] 成功"), "{log}");

    // Where nothing may be left out, it ends, and one attempt is no log.
    let exact = Stage::new().await;
    exact
        .control
        .fault(Endpoint::Create, NthRequest::Number(1), refusal);
    let output = exact.ima(&[&wish[..], &["--exact"]].concat());
    ends(&output, 3);
    assert!(!text(&output.stderr).contains("🧠"));
    assert_eq!(exact.requests(Endpoint::Create), 1);
}

#[tokio::test]
async fn the_model_of_the_last_success_is_the_usual_one() {
    let stage = Stage::new().await;
    let usual = ["music", "rain", "--json", "--user", "42"];
    let first = stage.ima(&[&usual[..], &["--model", "GenBGM"]].concat());
    ends(&first, 0);
    let file = stage.home.path().join(".openclaw/memory/ima_prefs.json");
    let saved: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let saved = &saved["user_42"]["text_to_music"];
    assert_eq!(
        (&saved["model_id"], &saved["credit"]),
        (&json!("GenBGM"), &json!(30))
    );
    assert!(saved["last_used"].is_string());

    let second = stage.ima(&usual);
    assert_eq!(json(&second)["model_id"], "GenBGM");
    assert!(
        text(&second.stderr).contains("usual"),
        "{}",
        text(&second.stderr)
    );
    // An option of Suno is a wish for Suno, and nobody else's preferences count.
    let suno = stage.ima(&[&usual[..], &["--tags", "jazz"]].concat());
    assert_eq!(json(&suno)["model_id"], "sonic");
    assert_eq!(
        json(&stage.ima(&["music", "rain", "--json"]))["model_id"],
        "sonic"
    );
}

#[tokio::test]
async fn a_model_that_is_used_once_does_not_become_the_usual_one() {
    let stage = Stage::new().await;
    ends(&stage.ima(&["prefs", "set", "music", "sonic"]), 0);
    let once = ["music", "rain", "--model", "GenBGM", "--once", "--json"];
    assert_eq!(json(&stage.ima(&once))["model_id"], "GenBGM");
    let usual = json(&stage.ima(&["prefs", "get", "--json"]));
    assert_eq!(usual["text_to_music"]["model_id"], "sonic");
}

#[tokio::test]
async fn preferences_that_cannot_be_written_stop_nothing() {
    let stage = Stage::new().await;
    let mut command = stage.command(&["speech", "Hello.", "--json"]);
    let output = command
        .env("IMA_PREFS_FILE", "/dev/null/prefs.json")
        .output()
        .unwrap();
    ends(&output, 0);
    assert_eq!(stage.charges(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn the_audio_is_played_where_a_player_is_found() {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::new().await;
    let none = stage.ima(&["speech", "Hello.", "--play"]);
    ends(&none, 0);
    assert!(text(&none.stderr).contains("ffplay"));

    let folder = stage.home.path().join("bin");
    fs::create_dir(&folder).unwrap();
    let player = folder.join("mpv");
    fs::write(&player, "#!/bin/sh\necho \"$@\" > played\n").unwrap();
    fs::set_permissions(&player, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = stage.command(&["speech", "Hello.", "--play", "--out", "it.wav"]);
    ends(&command.env("PATH", &folder).output().unwrap(), 0);
    let played = fs::read_to_string(stage.here().join("played")).unwrap();
    assert!(played.trim().ends_with("it.wav"), "{played}");
}
