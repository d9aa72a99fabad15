//! The log folder of a runtime: once for a process, and never beside another subscriber.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use ima_host::logs::{self, LogError};
use ima_host::types::{Language, Request, TaskType};
use ima_host::{Credential, Error, Runtime};
use ima_simulator::{DEMO_KEY, Options, Simulator};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

fn with_log(folder: &Path) -> Result<Runtime, Error> {
    let builder = Runtime::builder().cache_folder(env!("CARGO_TARGET_TMPDIR"));
    builder.log_folder(folder).build()
}

/// All that is written in a folder.
fn written(folder: &Path) -> String {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect()
}

#[tokio::test]
async fn a_runtime_writes_to_its_folder_and_shares_it_with_others() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("some/logs");
    drop(with_log(&logs).unwrap());
    let simulator = Simulator::start(Options::default()).await.unwrap();
    let runtime = Runtime::builder()
        .origin(&simulator.origin())
        .credential(Credential::literal(DEMO_KEY))
        .cache_folder(env!("CARGO_TARGET_TMPDIR"))
        // The same folder under another name.
        .log_folder(folder.path().join("some/../some/logs"))
        .build()
        .unwrap();
    let request = Request::new(TaskType::TextToMusic, "rain on a tin roof", Language::En);
    runtime.quote(&request).await.unwrap();
    let log = written(&logs);
    assert!(log.contains("the service answered"), "{log}");
    assert!(!log.contains("tin roof") && !log.contains(DEMO_KEY));

    let elsewhere = with_log(&folder.path().join("other")).unwrap_err();
    assert!(
        matches!(&elsewhere, Error::Logs(LogError::Elsewhere(there)) if *there == logs),
        "{elsewhere}"
    );
}

#[test]
#[ignore = "what the process runs that the next test starts"]
fn in_a_process_with_a_subscriber() {
    let folder = tempfile::tempdir().unwrap();
    let layer = logs::layer(folder.path()).unwrap();
    tracing_subscriber::registry().with(layer).init();
    tracing::info!(target: "ima_host", "of this library");
    tracing::info!(target: "hyper", "of another one");
    let log = written(folder.path());
    assert!(
        log.contains("of this library") && log.lines().count() == 1,
        "{log}"
    );

    let refused = with_log(folder.path()).unwrap_err();
    assert!(matches!(refused, Error::Logs(LogError::Taken)), "{refused}");
    assert!(refused.to_string().contains("logs::layer"), "{refused}");
}

#[test]
fn beside_another_subscriber_there_is_a_layer() {
    let process = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "in_a_process_with_a_subscriber"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&process.stdout);
    assert!(
        process.status.success() && said.contains("1 passed"),
        "{said}"
    );
}
