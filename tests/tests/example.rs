//! The example of a host with an engine of its own, run as its reader would run it.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::{Command, Output};

use ima_simulator::{DEMO_KEY, Options, Simulator};
use ima_test_kit::PLUGIN;
use serde_json::json;
use tokio::task::spawn_blocking;

/// Runs it with the component of world `plugin` against a service on this machine.
async fn run(simulator: &Simulator, key: Option<&str>) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let component = folder.path().join("ima_plugin.wasm");
    std::fs::write(&component, PLUGIN).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_ima-plugin-host"));
    program
        .arg(component)
        .arg("calm piano")
        .env_remove("IMA_API_KEY")
        .envs(key.map(|key| ("IMA_API_KEY", key)))
        .env("IMA_BASE_URL", simulator.origin());
    spawn_blocking(move || program.output().unwrap())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_host_with_an_engine_of_its_own_buys_one_song() {
    let fast = Options {
        speed: 1_000.0,
        ..Options::default()
    };
    let simulator = Simulator::start(fast).await.unwrap();
    // It waits in real time, so its song is one of a few seconds.
    let quick = json!([{"id": "sonic", "type": "3", "model_id": "sonic", "name": "Suno",
        "tags": [{"tag_type": "EET", "tag_value": "1~2s"}],
        "credit_rules": [{"points": 25, "attribute_id": 1, "attributes": {"default": "enabled"}}]}]);
    simulator.control().set_catalogue("text_to_music", quick);
    let ended = run(&simulator, Some(DEMO_KEY)).await;
    let printed = String::from_utf8(ended.stdout).unwrap();
    let errors = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.success(), "{printed}{errors}");
    assert_eq!(simulator.control().ledger(DEMO_KEY).charges.len(), 1);
    let url = format!("{}/audio/", simulator.origin());
    assert!(printed.contains(&url), "{printed}");
    assert!(!printed.contains(DEMO_KEY));
}

#[tokio::test]
async fn without_a_key_it_spends_nothing() {
    let simulator = Simulator::start(Options::default()).await.unwrap();
    let ended = run(&simulator, None).await;
    assert!(!ended.status.success());
    assert!(simulator.control().requests().is_empty());
}
