//! `ima jobs`, `ima resume` and `--no-wait`.

use ima_simulator::{Endpoint, Fault};
use serde_json::json;

use crate::stage::{Stage, ends, json, text};

#[tokio::test]
async fn a_job_that_is_not_waited_for_is_fetched_later_at_no_cost() {
    let stage = Stage::new().await;
    let begun = stage.ima(&["music", "rain", "--no-wait", "--json"]);
    ends(&begun, 0);
    let begun = json(&begun);
    let job = begun["job"].as_str().unwrap();
    assert_eq!(begun["task_id"], *stage.control.tasks()[0].id);
    assert_eq!(
        (&begun["model_id"], &begun["credit"]),
        (&json!("sonic"), &json!(25))
    );
    assert!(begun["continuation"].is_string());
    assert!(stage.files().is_empty());

    let listed = json(&stage.ima(&["jobs", "--json"]));
    assert_eq!(
        (&listed["jobs"][0]["job"], &listed["jobs"][0]["state"]),
        (&json!(job), &json!("waiting"))
    );
    let shown = text(&stage.ima(&["jobs", "show", job]).stdout);
    assert!(shown.contains(&format!("ima resume {job}")), "{shown}");

    ends(&stage.ima(&["resume", job, "--out", "song.wav"]), 0);
    assert_eq!(stage.files(), ["song-2.wav", "song.wav"]);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
    let shown = json(&stage.ima(&["jobs", "show", job, "--json"]));
    assert_eq!(
        (&shown["state"], &shown["open"]),
        (&json!("finished"), &json!(false))
    );
}

#[tokio::test]
async fn quiet_and_not_waited_for_is_the_id_alone() {
    let stage = Stage::new().await;
    let begun = stage.ima(&["speech", "Hello.", "--no-wait", "--quiet"]);
    let id = text(&begun.stdout);
    ends(&stage.ima(&["resume", id.trim()]), 0);
    assert_eq!(stage.charges(), 1);
}

#[tokio::test]
async fn all_open_jobs_are_taken_up_and_doubt_is_never_paid_for() {
    let stage = Stage::new().await;
    for text in ["one", "two"] {
        ends(&stage.ima(&["speech", text, "--no-wait"]), 0);
    }
    stage.fault(Endpoint::Create, Fault::ResetAfter);
    ends(&stage.ima(&["speech", "three"]), 7);
    stage.control.clear_faults();
    assert_eq!(
        json(&stage.ima(&["jobs", "--open", "--json"]))["jobs"]
            .as_array()
            .unwrap()
            .len(),
        3
    );

    let output = stage.ima(&["resume", "--all", "--json"]);
    ends(&output, 7);
    assert_eq!(stage.files().len(), 2, "what is paid is fetched");
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (3, 3));
    let results = json(&output);
    assert_eq!(results["results"].as_array().unwrap().len(), 3);
    assert!(text(&output.stderr).contains("--create-again"));
    let open = json(&stage.ima(&["jobs", "--open", "--json"]));
    assert_eq!(open["jobs"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nothing_to_take_up_is_fine_and_an_unknown_job_is_not() {
    let stage = Stage::new().await;
    ends(&stage.ima(&["resume", "--all"]), 0);
    let none = stage.ima(&["resume", "--all", "--json"]);
    ends(&none, 0);
    assert_eq!(json(&none), json!({"results": []}));
    ends(&stage.ima(&["jobs"]), 0);
    for arguments in [["resume", "nope"].as_slice(), &["jobs", "show", "nope"]] {
        let output = stage.ima(arguments);
        ends(&output, 2);
        assert!(text(&output.stderr).contains("ima jobs"));
    }
}

#[tokio::test]
async fn pruning_removes_what_was_delivered_and_never_an_open_job() {
    let stage = Stage::new().await;
    ends(&stage.ima(&["speech", "Hello."]), 0);
    ends(&stage.ima(&["speech", "Hello.", "--no-wait"]), 0);
    let kept = json(&stage.ima(&["jobs", "prune", "--older-than", "90d", "--json"]));
    assert_eq!(kept, json!({"removed": 0}));
    ends(&stage.ima(&["jobs", "prune", "--older-than", "0s"]), 0);
    let listed = json(&stage.ima(&["jobs", "--json"]));
    let jobs = listed["jobs"].as_array().unwrap();
    assert_eq!((jobs.len(), &jobs[0]["open"]), (1, &json!(true)));
    for wrong in ["soon", "-1d", "90"] {
        ends(&stage.ima(&["jobs", "prune", "--older-than", wrong]), 2);
    }
}
