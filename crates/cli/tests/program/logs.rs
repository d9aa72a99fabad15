//! The log files of the program.

use std::fs;

use ima_simulator::DEMO_KEY;

use crate::stage::{Stage, ends};

#[tokio::test]
async fn the_log_has_ids_and_codes_and_not_what_was_asked_for() {
    let stage = Stage::new().await;
    ends(&stage.ima(&["quote", "music", "rain on a tin roof"]), 0);
    let folder = stage.home.path().join(".openclaw/logs/ima_skills");
    let mut files = fs::read_dir(folder).unwrap();
    let file = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none(), "a day has one file");
    let log = fs::read_to_string(&file).unwrap();
    assert!(log.contains("the service answered"), "{log}");
    assert!(!log.contains("tin roof") && !log.contains(DEMO_KEY));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a_log_that_cannot_be_written_stops_nothing() {
    let stage = Stage::new().await;
    let mut command = stage.command(&["speech", "Hello."]);
    let output = command.env("IMA_LOG_DIR", "/dev/null/logs").output();
    ends(&output.unwrap(), 0);
    assert_eq!(stage.charges(), 1);
}
