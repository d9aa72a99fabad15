//! Audio that a server does not give.

use ima_simulator::{Endpoint, Fault};

use crate::stage::{Stage, ends, json};

#[tokio::test]
async fn a_page_in_place_of_the_audio_leaves_the_job_open() {
    let stage = Stage::new().await;
    let page = Fault::Status {
        code: 200,
        headers: vec![("content-type".to_owned(), "text/html".to_owned())],
        body: "<!DOCTYPE html><title>Sorry</title>".to_owned(),
    };
    stage.fault(Endpoint::Audio, page);
    let error = stage.fails(&["speech", "hello"], 6);
    let job = error["job"].as_str().unwrap();
    let listed = json(&stage.ima(&["jobs", "--open", "--json"]));
    assert_eq!(listed["jobs"][0]["job"], job);

    stage.control.clear_faults();
    ends(&stage.ima(&["resume", job, "--out", "a.wav"]), 0);
    assert_eq!(stage.files(), ["a.wav"]);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}
