//! What every agent host goes through, the ledger of the simulator in view.

use std::time::Duration;

use ima_simulator::Fault;
use serde_json::{Value, json};

use crate::AgentHost;
use crate::stage::{Gateway, Searched, Stage};

/// Runs all of them in the host that `load` makes for a gateway.
pub fn all<H: AgentHost>(load: impl Fn(&Stage, &Gateway) -> H) {
    let load = |stage: &Stage, gateway: &Gateway| Searched(load(stage, gateway));
    a_song_is_quoted_bought_and_fetched(&load);
    a_lost_answer_is_a_doubt_and_never_paid_twice(&load);
    host_and_gateway_may_die_and_the_song_is_still_there(&load);
    a_ceiling_holds(&load);
}

type Load<'a, H> = &'a dyn Fn(&Stage, &Gateway) -> H;

fn quote(host: &dyn AgentHost) -> (String, u64) {
    let asked = json!({"task": "music", "text": "rain", "options_json": "{\"model\":\"GenBGM\"}"});
    let quote = host.call("quote", asked).unwrap();
    let id = quote["quote_id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 32, "{quote}");
    (id, quote["points"].as_u64().unwrap())
}

fn create(host: &dyn AgentHost, (id, points): &(String, u64)) -> Result<Value, String> {
    host.call("create", json!({"quote_id": id, "points": points}))
}

/// Checks until the audio is there.
fn fetch(host: &dyn AgentHost, id: &str) -> Value {
    for _ in 0..200 {
        let job = host
            .call("check", json!({"job": id, "wait_seconds": 5}))
            .unwrap();
        if job["state"] == "finished" {
            return job;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the audio never came");
}

fn a_song_is_quoted_bought_and_fetched<H: AgentHost>(load: Load<'_, H>) {
    let stage = Stage::new();
    let gateway = stage.gateway(None, &[]);
    let host = load(&stage, &gateway);
    let models = host.call("models", json!({"task": "music"})).unwrap();
    assert!(
        models["models"][0].as_str().unwrap().starts_with("sonic"),
        "{models}"
    );
    let voices = host.call("voices", json!({"language": "en"})).unwrap();
    assert!(
        voices["voices"][0].as_str().unwrap().contains("Tim"),
        "{voices}"
    );

    let quoted = quote(&host);
    assert_eq!(stage.charges(), 0);
    let bad = host.call(
        "create",
        json!({"quote_id": quoted.0, "points": quoted.1 + 1}),
    );
    assert!(bad.unwrap_err().contains("agreed"));
    for _ in 0..2 {
        let job = create(&host, &quoted).unwrap();
        assert_eq!(job["charge"], "yes", "{job}");
    }
    let job = fetch(&host, &quoted.0);
    let link = job["audio"][0].as_str().unwrap();
    assert!(link.starts_with(&stage.service), "{link}");
    assert_eq!(stage.charges(), 1);
}

fn a_lost_answer_is_a_doubt_and_never_paid_twice<H: AgentHost>(load: Load<'_, H>) {
    let stage = Stage::new();
    let gateway = stage.gateway(None, &[]);
    let host = load(&stage, &gateway);
    stage.fault(Fault::ResetAfter);
    let quoted = quote(&host);
    for _ in 0..3 {
        let problem = create(&host, &quoted).unwrap_err();
        assert!(
            problem.contains("in_doubt") || problem.contains("spent: unknown"),
            "{problem}"
        );
        stage.control.clear_faults();
    }
    assert_eq!(stage.charges(), 1);
}

fn host_and_gateway_may_die_and_the_song_is_still_there<H: AgentHost>(load: Load<'_, H>) {
    let stage = Stage::new();
    let gateway = stage.gateway(None, &[]);
    let origin = gateway.origin.clone();
    let quoted = {
        let host = load(&stage, &gateway);
        let quoted = quote(&host);
        stage.fault(Fault::Delay(Duration::from_secs(3)));
        let order = json!({"quote_id": quoted.0, "points": quoted.1});
        host.call_and_die("create", order, Duration::from_millis(1_500));
        quoted
    };
    // The answer comes when nobody waits for it but the gateway.
    let host = load(&stage, &gateway);
    for _ in 0..100 {
        match create(&host, &quoted) {
            Ok(job) if job["charge"] == "yes" => break,
            _ => std::thread::sleep(Duration::from_millis(100)),
        }
    }
    drop(gateway);
    let gateway = stage.gateway(Some(&origin), &[]);
    assert_eq!(gateway.origin, origin);
    let job = fetch(&host, &quoted.0);
    assert_eq!(job["charge"], "yes");
    assert_eq!(stage.charges(), 1);
}

fn a_ceiling_holds<H: AgentHost>(load: Load<'_, H>) {
    let stage = Stage::new();
    let gateway = stage.gateway(None, &["--max-points", "20"]);
    let host = load(&stage, &gateway);
    let problem = create(&host, &quote(&host)).unwrap_err();
    assert!(
        problem.contains("more than one request may spend"),
        "{problem}"
    );
    assert_eq!(stage.charges(), 0);
}
