//! What a failure says: one line what it is, one line what to do, in the user's own words.

use ima_simulator::{Endpoint, Fault, NthRequest};
use serde_json::json;

use crate::stage::{Stage, ends, json, text};

/// The lines of a quiet run on standard error.
fn lines(stage: &Stage, arguments: &[&str], code: i32) -> Vec<String> {
    let quiet = ["--quiet", "--language", "en"];
    let output = stage.ima(&[arguments, &quiet].concat());
    ends(&output, code);
    text(&output.stderr).lines().map(str::to_owned).collect()
}

fn envelope(code: i64, message: &str) -> Fault {
    Fault::Envelope {
        code,
        message: message.to_owned(),
    }
}

fn status(code: u16) -> Fault {
    Fault::Status {
        code,
        headers: Vec::new(),
        body: String::new(),
    }
}

#[tokio::test]
async fn a_value_is_refused_by_the_option_that_gave_it() {
    let stage = Stage::new().await;
    for (arguments, what, then) in [
        (
            ["speech", "Hello.", "--rate", "101"].as_slice(),
            "--rate 101",
            "-50 to 100",
        ),
        (
            &["speech", "Hello.", "--rate", "101", "--dry-run"],
            "--rate 101",
            "-50 to 100",
        ),
        (
            &["quote", "speech", "Hello.", "--volume", "-51"],
            "--volume -51",
            "-50 to 100",
        ),
        (
            &["music", "rain", "--engine", "nope"],
            "--engine nope",
            "sonic-v5",
        ),
        (
            &["music", "rain", "--param", "n=5"],
            "--param n 5",
            "1, 2, 3, 4",
        ),
        (
            &["music", "rain", "--model", "GenBGM", "--tags", "x"],
            "--tags x",
            "takes no parameters",
        ),
        (
            &["music", "rain", "--param", "vocal_gendre=\"f\""],
            "--param vocal_gendre f",
            "vocal_gender",
        ),
        (
            &[
                "speech",
                "Hello.",
                "--rate",
                "1",
                "--param",
                "audio_params={}",
            ],
            "--rate and --param audio_params",
            "only one",
        ),
        (&["music", "rain", "--model", "nope"], "nope", "GenBGM"),
        (
            &[
                "create",
                "--model-id",
                "sonic",
                "--version-id",
                "zzz",
                "--prompt",
                "x",
            ],
            "sonic has no version zzz",
            "--version-id",
        ),
        (
            &["create", "--speaker", "BV1_streaming", "--prompt", "x"],
            "--speaker BV1_streaming",
            "--speaker",
        ),
    ] {
        let lines = lines(&stage, arguments, 2);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(
            lines[0].contains(what) && lines[1].contains(then),
            "{lines:?}"
        );
    }
    assert_eq!(stage.requests(Endpoint::Create), 0);

    let error = stage.fails(&["speech", "Hello.", "--rate", "101"], 2);
    assert!(error["advice"].as_str().unwrap().contains("--rate"));
}

#[tokio::test]
async fn a_model_that_is_not_offered_is_answered_with_the_nearest_one() {
    let stage = Stage::new().await;
    let refused = lines(&stage, &["music", "rain", "--model", "sonik"], 2);
    assert!(
        refused[0].contains("No model named \"sonik\""),
        "{refused:?}"
    );
    assert!(refused[1].contains("Did you mean sonic?"), "{refused:?}");
    let refused = lines(&stage, &["model", "GenBMG"], 2);
    assert!(refused[1].contains("Did you mean GenBGM?"), "{refused:?}");
    let refused = lines(&stage, &["model", "xyz"], 2);
    assert!(refused[1].starts_with("The models: "), "{refused:?}");
}

#[tokio::test]
async fn failures_are_two_lines_and_ask_nothing() {
    let stage = Stage::new().await;
    for (endpoint, fault, code, what, then) in [
        (
            Endpoint::Create,
            status(500),
            7,
            "no clear answer",
            "--create-again",
        ),
        (
            Endpoint::Create,
            envelope(503, "Model not available"),
            7,
            "no clear answer",
            "/imaclaw/subscription",
        ),
        (
            Endpoint::Create,
            Fault::Malformed,
            7,
            "no clear answer",
            "--create-again",
        ),
        (
            Endpoint::Create,
            envelope(429, "Rate limit exceeded"),
            9,
            "Nothing was spent",
            "try again",
        ),
        (
            Endpoint::Create,
            envelope(401, "Unauthorized"),
            4,
            "Nothing was spent",
            "/imaclaw/apikey",
        ),
        (
            Endpoint::Create,
            envelope(4008, "Insufficient points"),
            5,
            "Nothing was spent",
            "/imaclaw/subscription",
        ),
        (
            Endpoint::Create,
            envelope(6010, "Attribute ID does not match"),
            3,
            "Nothing was spent",
            "--model GenBGM (30 points)",
        ),
        (
            Endpoint::ProductList,
            Fault::Malformed,
            9,
            "list of models",
            "ima doctor",
        ),
        (
            Endpoint::ProductList,
            status(404),
            3,
            "Nothing was spent",
            "ima models",
        ),
    ] {
        stage.fault(endpoint, fault.clone());
        let lines = lines(&stage, &["music", "rain"], code);
        assert_eq!(lines.len(), 2, "{fault:?}: {lines:?}");
        assert!(
            lines[0].contains(what) && lines[1].contains(then),
            "{fault:?}: {lines:?}"
        );
        assert!(!lines.concat().contains('?'), "{lines:?}");
        assert!(
            !lines.concat().contains("https://imastudio.com"),
            "{lines:?}"
        );
        stage.control.clear_faults();
    }
    let mut command = stage.plain(&["speech", "Hello.", "--language", "en"]);
    let missing = command.env_remove("IMA_API_KEY").output().unwrap();
    ends(&missing, 4);
    assert!(text(&missing.stderr).contains("https://www.imaclaw.ai/imaclaw/apikey"));
}

#[tokio::test]
async fn the_list_of_models_is_not_taken_for_a_model() {
    let stage = Stage::new().await;
    stage.fault(Endpoint::ProductList, Fault::Malformed);
    let lines = lines(&stage, &["models"], 9);
    assert!(lines[0].contains("list of models"), "{lines:?}");
    stage.control.clear_faults();
    stage.control.set_catalogue("text_to_speech", json!([]));
    let output = stage.ima(&["models", "speech", "--language", "en"]);
    ends(&output, 0);
    assert!(text(&output.stdout).contains("offers no models"));
    ends(&stage.ima(&["speech", "Hello."]), 3);
}

#[tokio::test]
async fn a_service_out_of_reach_is_said_while_it_is_waited_for() {
    let stage = Stage::new().await;
    stage.fault(Endpoint::Detail, status(500));
    let lines = lines(&stage, &["speech", "Hello."], 8);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].contains("can't be reached") && lines[0].contains("tried"));
    assert!(lines[1].contains("can't be reached") && lines[1].contains("paid"));
    assert!(lines[2].contains("ima resume"));
}

#[tokio::test]
async fn what_was_left_out_is_said_wherever_it_was_paid_for() {
    let stage = Stage::new().await;
    stage.control.strict_form(true);
    let wish = ["music", "rain", "--lyrics", "la la", "--language", "en"];
    let left_out = "did not take: --lyrics";
    for more in [
        ["--no-wait"].as_slice(),
        &["--no-wait", "--quiet"],
        &["--quiet"],
        &[],
    ] {
        let output = stage.ima(&[&wish[..], more].concat());
        ends(&output, 0);
        let shown = text(&output.stderr);
        assert_eq!(shown.matches(left_out).count(), 1, "{more:?}: {shown}");
        let logged = shown.contains("(2 attempts)") && shown.contains("[Attempt 2] Accepted");
        assert_eq!(logged, !more.contains(&"--quiet"), "{more:?}: {shown}");
    }
    for more in [["--json"].as_slice(), &["--json", "--no-wait"]] {
        let object = json(&stage.ima(&[&wish[..], more].concat()));
        assert_eq!(object["dropped"], json!(["lyrics"]));
        let attempts = object["attempts"].as_array().unwrap();
        let accepted: Vec<_> = attempts.iter().map(|it| &it["accepted"]).collect();
        assert_eq!(accepted, [false, true]);
        assert_eq!(attempts[0]["removed"], json!(["lyrics"]));
    }
    let object = json(&stage.ima(&["speech", "Hello.", "--json"]));
    assert_eq!(
        (&object["attempts"], &object["dropped"]),
        (&json!([]), &json!([]))
    );
}

#[tokio::test]
async fn a_price_that_rose_after_it_was_announced_is_not_paid() {
    let stage = Stage::new().await;
    assert!(stage.control.reprice("GenBGM", 80, 99_001));
    stage.control.serve_stale_list(1);
    let error = stage.fails(&["music", "rain", "--model", "GenBGM"], 3);
    assert_eq!(
        (&error["cause"], &error["charge"]),
        (&json!("price-changed"), &json!("no"))
    );
    assert_eq!(stage.charges(), 0);
    // What is announced anew is paid.
    let object = json(&stage.ima(&["music", "rain", "--model", "GenBGM", "--json"]));
    assert_eq!(object["credit"], 80);
}

#[tokio::test]
async fn a_job_goes_on_in_the_language_it_was_begun_in() {
    let stage = Stage::new().await;
    let begun = stage.ima(&[
        "speech",
        "Hello.",
        "--no-wait",
        "--json",
        "--language",
        "en",
    ]);
    let job = json(&begun)["job"].as_str().unwrap().to_owned();
    let output = stage.ima(&["resume", &job, "--language", "zh"]);
    ends(&output, 0);
    let shown = text(&output.stdout);
    assert!(
        shown.contains("Saved:") && !shown.contains("已保存"),
        "{shown}"
    );

    // Of several only the program's own words are shown, in one language.
    ends(
        &stage.ima(&["speech", "Hello.", "--no-wait", "--language", "en"]),
        0,
    );
    let output = stage.ima(&["resume", "--all", "--language", "zh"]);
    ends(&output, 0);
    let shown = text(&output.stdout);
    assert!(
        shown.contains("[1] 任务") && shown.contains("已保存"),
        "{shown}"
    );
    assert!(!shown.contains("Saved:"), "{shown}");
}

#[tokio::test]
async fn a_refused_request_is_told_once() {
    let stage = Stage::new().await;
    let refusal = envelope(6010, "Attribute ID does not match");
    stage
        .control
        .fault(Endpoint::Create, NthRequest::Every, refusal);
    let output = stage.ima(&["music", "rain", "--language", "en"]);
    ends(&output, 3);
    let shown = text(&output.stderr);
    assert!(shown.contains("(3 attempts)"), "{shown}");
    assert_eq!(shown.matches("incompatible").count(), 1, "{shown}");
}
