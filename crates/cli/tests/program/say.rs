//! `ima say` and `ima prefs`.

use std::fs;

use ima_simulator::Endpoint;
use serde_json::{Value, json};

use crate::stage::{Stage, ends, json, text};

fn sent(stage: &Stage) -> Value {
    stage.control.tasks().last().unwrap().body["parameters"][0].clone()
}

fn preferred(stage: &Stage) -> Value {
    json(&stage.ima(&["prefs", "get", "--json"]))["text_to_music"]["model_id"].clone()
}

#[tokio::test]
async fn a_song_is_made_from_a_sentence_in_its_language() {
    let stage = Stage::new().await;
    let output = stage.ima(&["say", "写一首关于雨的歌，女声演唱", "--json", "--yes"]);
    ends(&output, 0);
    assert_eq!(json(&output)["model_id"], "sonic");
    let sent = sent(&stage)["parameters"].clone();
    assert_eq!(sent["vocal_gender"], "f");
    assert_eq!(sent["prompt"], "写一首关于雨的歌，女声演唱");
    assert!(text(&output.stderr).contains("音乐生成成功"));
}

#[tokio::test]
async fn a_text_is_read_by_the_voice_that_was_wished_for() {
    let stage = Stage::new().await;
    let utterance = "with a male voice, read aloud: Good evening.";
    ends(
        &stage.ima(&["say", utterance, "--language", "en", "--yes"]),
        0,
    );
    let sent = sent(&stage)["parameters"].clone();
    assert_eq!(sent["prompt"], "Good evening.");
    assert_eq!(sent["speaker"], "en_male_tim_uranus_bigtts");
}

#[tokio::test]
async fn what_is_ambiguous_is_asked_and_costs_nothing() {
    let stage = Stage::new().await;
    let output = stage.ima(&["say", "something for the evening"]);
    ends(&output, 2);
    let shown = text(&output.stdout);
    assert!(
        shown.contains("--task music") && shown.contains("--task speech"),
        "{shown}"
    );

    let object = json_of(&stage, &["say", "帮我制作旁白", "--json"], 2);
    let questions = object["questions"].as_array().unwrap();
    assert_eq!(questions[0]["about"], "text");
    assert_eq!(questions[0]["need"], "required");
    let voice = &questions[1];
    assert_eq!(
        (&voice["about"], &voice["option"]),
        (&json!("voice"), &json!("--voice"))
    );
    assert!((3..=5).contains(&voice["choices"].as_array().unwrap().len()));
    assert_eq!(stage.control.requests().len(), 0);

    // With the answers it goes on.
    let answers = [
        "--text",
        "欢迎收听。",
        "--voice",
        "zh_male_dayi_uranus_bigtts",
        "--yes",
    ];
    ends(
        &stage.ima(&[&["say", "帮我制作旁白"], &answers[..]].concat()),
        0,
    );
    let sent = sent(&stage)["parameters"].clone();
    assert_eq!(
        (&sent["prompt"], &sent["speaker"]),
        (&json!("欢迎收听。"), &json!(answers[3]))
    );
}

fn json_of(stage: &Stage, arguments: &[&str], code: i32) -> Value {
    let output = stage.ima(arguments);
    ends(&output, code);
    json(&output)
}

#[tokio::test]
async fn a_statement_about_the_model_is_kept_and_generates_nothing() {
    let stage = Stage::new().await;
    let output = stage.ima(&["say", "以后都用豆包 BGM"]);
    ends(&output, 0);
    let shown = text(&output.stdout);
    assert!(shown.contains("✅ 已记住！以后音乐生成默认用"), "{shown}");
    assert_eq!(preferred(&stage), "GenBGM");
    ends(&stage.ima(&["say", "switch to Suno"]), 0);
    assert_eq!(preferred(&stage), "sonic");
    assert_eq!(stage.requests(Endpoint::Create), 0);
}

#[tokio::test]
async fn always_is_kept_and_confirmed_after_the_success() {
    let stage = Stage::new().await;
    let output = stage.ima(&["say", "以后都用豆包 BGM：安静的钢琴", "--yes"]);
    ends(&output, 0);
    let shown = text(&output.stdout);
    assert!(shown.contains("✅ 已记住！以后音乐生成默认用"), "{shown}");
    assert_eq!(sent(&stage)["model_id"], "GenBGM");
    assert_eq!(preferred(&stage), "GenBGM");
}

#[tokio::test]
async fn the_cheapest_goes_by_todays_prices_and_is_not_kept() {
    let stage = Stage::new().await;
    assert!(stage.control.reprice("GenSong", 6, 4397));
    ends(&stage.ima(&["prefs", "set", "music", "sonic"]), 0);
    ends(&stage.ima(&["say", "用便宜的做一段音乐", "--yes"]), 0);
    assert_eq!(sent(&stage)["model_id"], "GenSong");
    assert_eq!(preferred(&stage), "sonic");
}

#[tokio::test]
async fn preferences_are_set_shown_and_cleared_for_each_user() {
    let stage = Stage::new().await;
    let unknown = stage.ima(&["prefs", "set", "music", "sonata"]);
    ends(&unknown, 2);
    assert!(text(&unknown.stderr).contains("GenBGM"));
    ends(&stage.ima(&["prefs", "set", "music", "GenBGM"]), 0);
    ends(
        &stage.ima(&["prefs", "set", "music", "GenSong", "--user", "42"]),
        0,
    );
    let file = stage.home.path().join(".openclaw/memory/ima_prefs.json");
    let saved: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(saved["user_42"]["text_to_music"]["model_id"], "GenSong");
    ends(&stage.ima(&["prefs", "clear", "music", "--user", "42"]), 0);
    let shown = text(&stage.ima(&["prefs", "get", "--user", "42"]).stdout);
    assert!(!shown.contains("GenSong"), "{shown}");
    assert_eq!(preferred(&stage), "GenBGM");
    let quote = json(&stage.ima(&["quote", "music", "rain", "--json"]));
    assert_eq!(quote["model_id"], "GenBGM");
}

#[tokio::test]
async fn damaged_preferences_are_named_and_set_aside() {
    let stage = Stage::new().await;
    let file = stage.here().join("prefs.json");
    fs::write(&file, "{not json").unwrap();
    let with = |arguments: &[&str]| {
        let mut command = stage.command(arguments);
        command.env("IMA_PREFS_FILE", &file).output().unwrap()
    };
    let output = with(&["prefs", "get"]);
    ends(&output, 3);
    assert!(text(&output.stderr).contains("prefs.json"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "{not json");
    let output = with(&["speech", "Hello."]);
    ends(&output, 0);
    assert!(text(&output.stderr).contains("prefs.json.damaged-1"));
    let aside = stage.here().join("prefs.json.damaged-1");
    assert_eq!(fs::read_to_string(aside).unwrap(), "{not json");
    ends(&with(&["prefs", "get"]), 0);
}

#[tokio::test]
async fn without_a_yes_nothing_is_spent() {
    let stage = Stage::new().await;
    for utterance in [
        "don't make any music",
        "where is my song?",
        "what does Suno cost?",
        "我的歌好了吗",
        "I love this song",
        "a song about rain",
        "写两首关于猫的歌",
        "read aloud: Good evening.",
    ] {
        let output = stage.ima(&["say", utterance]);
        ends(&output, 2);
        let shown = text(&output.stdout);
        assert!(
            shown.starts_with("ima ") || shown.contains(" --"),
            "{utterance}: {shown}"
        );
    }
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (0, 0));
    assert!(
        !stage.home.path().join(".local").exists(),
        "no job was kept"
    );
}

#[tokio::test]
async fn without_a_yes_the_equivalent_command_is_the_output() {
    let stage = Stage::new().await;
    let song = "a song about rain, female vocals";
    let output = stage.ima(&["say", song, "--budget", "30", "--out", "my song.wav"]);
    ends(&output, 2);
    let line = text(&output.stdout);
    assert!(
        line.starts_with("ima music 'a song about rain, female vocals' --model sonic"),
        "{line}"
    );
    for part in [
        "--vocal-gender female",
        "--budget 30",
        "--out 'my song.wav'",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert_eq!(line.lines().count(), 1);
    let shown = text(&output.stderr);
    for part in ["Suno (sonic)", "25 points", song, "female", "--yes"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }

    let object = json_of(&stage, &["say", song, "--json"], 2);
    let understood = &object["understood"];
    assert_eq!(
        (&understood["task"], &understood["model_id"]),
        (&json!("music"), &json!("sonic"))
    );
    assert_eq!(
        (&understood["points"], &understood["text"]),
        (&json!(25), &json!(song))
    );
    assert_eq!(understood["parameters"]["vocal_gender"], "female");
    assert!(object["command"].as_str().unwrap().starts_with("ima music"));
}

#[cfg(unix)]
#[tokio::test]
async fn the_equivalent_command_sends_the_same() {
    let stage = Stage::new().await;
    for utterance in [
        "写一首关于雨的歌，女声演唱",
        "a song with lyrics: it's raining, \"again\" and $HOME is `far`",
        "纯音乐，安静的钢琴",
        "用男声朗读：你好，世界",
        "read aloud slowly, in a sad voice: -5 degrees and 'falling'",
        "用豆包 BGM 做一段音乐：安静的钢琴",
    ] {
        let output = stage.ima(&["say", utterance]);
        ends(&output, 2);
        let line = text(&output.stdout);
        let mut shell = std::process::Command::new("/bin/sh");
        let whole = stage.plain(&[]);
        let again = shell
            .args([
                "-c",
                &format!("ima() {{ of=$1; shift; \"$IMA\" $of --dry-run --json \"$@\"; }}\n{line}"),
            ])
            .env_clear()
            .envs(
                whole
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .env("IMA", whole.get_program())
            .current_dir(stage.here())
            .output()
            .unwrap();
        ends(&again, 0);
        let said = json_of(&stage, &["say", utterance, "--dry-run", "--json"], 0);
        assert_eq!(json(&again)["body"], said["body"], "{line}");
    }
}

#[tokio::test]
async fn a_preference_in_any_words_is_kept_and_generates_nothing() {
    let stage = Stage::new().await;
    for (utterance, model) in [
        ("从现在开始都用豆包歌曲", "GenSong"),
        ("always use Suno for songs", "sonic"),
        ("always use GenBGM, thanks!", "GenBGM"),
        ("以后音乐都用Suno", "sonic"),
        ("以后都用 GenBGM，谢谢", "GenBGM"),
        ("下次用 GenSong", "GenSong"),
        ("换 Suno", "sonic"),
        ("change to GenSong please", "GenSong"),
        ("make Suno my default", "sonic"),
        ("set my default model to GenBGM", "GenBGM"),
        ("I prefer Suno", "sonic"),
        ("from now on make songs with GenSong", "GenSong"),
    ] {
        ends(&stage.ima(&["say", utterance]), 0);
        assert_eq!(preferred(&stage), model, "{utterance}");
    }
    ends(&stage.ima(&["say", "以后都用 seed-tts-2.0"]), 0);
    assert_eq!(stage.requests(Endpoint::Create), 0);
}

#[tokio::test]
async fn a_dry_run_of_a_preference_says_what_would_be_remembered() {
    let stage = Stage::new().await;
    for (utterance, words) in [
        ("always use Suno", "from now on Suno for music"),
        ("以后都用 GenBGM", "以后音乐生成默认用 DouBao - BGM"),
        ("换成 DouBao Song", "以后音乐生成默认用 DouBao - Song"),
    ] {
        let output = stage.ima(&["say", utterance, "--dry-run"]);
        ends(&output, 0);
        let shown = text(&output.stdout);
        assert!(shown.contains(words), "{utterance}: {shown}");
        assert!(!shown.contains("tasks/create"), "{shown}");
    }
    let object = json_of(
        &stage,
        &["say", "always use Suno", "--dry-run", "--json"],
        0,
    );
    assert_eq!(object["would_remember"]["model_id"], "sonic");
    let saved = json(&stage.ima(&["prefs", "get", "--json"]));
    assert_eq!(saved["text_to_music"], Value::Null);
    assert_eq!(stage.requests(Endpoint::Create), 0);
}

/// What would be sent for a sentence.
fn would_send(stage: &Stage, utterance: &str) -> Value {
    let object = json_of(stage, &["say", utterance, "--dry-run", "--json"], 0);
    object["body"]["parameters"][0].clone()
}

#[tokio::test]
async fn a_sentence_sends_its_own_text_lyrics_and_voice() {
    let stage = Stage::new().await;
    let sent = would_send(&stage, "read 'no vocals please' aloud slowly");
    assert_eq!(sent["category"], "text_to_speech");
    assert_eq!(sent["parameters"]["prompt"], "no vocals please");
    let sent = would_send(
        &stage,
        "a song with lyrics: roses are red, violets are blue",
    );
    let lyrics = "roses are red, violets are blue";
    assert_eq!(sent["parameters"]["lyrics"], lyrics);
    for (utterance, words, voice) in [
        (
            "read this aloud with a male voice: Good morning everyone",
            "Good morning everyone",
            "en_male_tim_uranus_bigtts",
        ),
        (
            "用英文男声朗读：How are you",
            "How are you",
            "en_male_tim_uranus_bigtts",
        ),
        ("用男声朗读：你好", "你好", "zh_male_sophie_uranus_bigtts"),
    ] {
        let sent = would_send(&stage, utterance)["parameters"].clone();
        assert_eq!(
            (&sent["prompt"], &sent["speaker"]),
            (&json!(words), &json!(voice)),
            "{utterance}"
        );
    }
}

#[tokio::test]
async fn a_voice_that_cannot_sing_is_named() {
    let stage = Stage::new().await;
    let output = stage.ima(&["say", "写一首歌", "--voice", "Tim"]);
    ends(&output, 2);
    assert!(text(&output.stderr).contains("Tim 不能唱歌"));
    assert_eq!(stage.requests(Endpoint::Create), 0);
    let answered = [
        "say",
        "用Vivi唱一首关于雨的歌",
        "--voice",
        "female",
        "--dry-run",
    ];
    ends(&stage.ima(&answered), 0);
}

#[tokio::test]
async fn one_of_several_pieces_is_made_from_the_answer() {
    let stage = Stage::new().await;
    let arguments = [
        "say",
        "make 3 songs about cats",
        "--text",
        "a cat in the sun",
        "--yes",
    ];
    ends(&stage.ima(&arguments), 0);
    assert_eq!(sent(&stage)["parameters"]["prompt"], "a cat in the sun");
    assert_eq!(stage.requests(Endpoint::Create), 1);
}

#[tokio::test]
async fn an_empty_sentence_is_refused_and_a_dash_is_standard_input() {
    let stage = Stage::new().await;
    for empty in ["", "  "] {
        let output = stage.ima(&["say", empty]);
        ends(&output, 2);
        assert!(text(&output.stderr).contains("The text is empty"));
    }
    let mut command = stage.command(&["say", "-", "--dry-run", "--json"]);
    let file = stage.here().join("sentence.txt");
    fs::write(&file, "a song about rain\n").unwrap();
    let output = command.stdin(fs::File::open(&file).unwrap()).output();
    let object = json(&output.unwrap());
    let prompt = &object["body"]["parameters"][0]["parameters"]["prompt"];
    assert_eq!(prompt, "a song about rain");
}
