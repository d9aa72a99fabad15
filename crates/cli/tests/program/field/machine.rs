//! Settings of the machine that the program runs on.

use ima_simulator::Endpoint;

use crate::stage::{Stage, ends, text};

#[tokio::test]
async fn no_proxy_applies_to_this_machine() {
    for proxy in [
        "socks5://127.0.0.1:1",
        "http://127.0.0.1:1",
        "ftp://proxy.example",
        "::",
    ] {
        for variable in ["ALL_PROXY", "https_proxy"] {
            let stage = Stage::new().await;
            let mut command = stage.command(&["speech", "hello"]);
            ends(&command.env(variable, proxy).output().unwrap(), 0);
        }
    }
}

#[tokio::test]
async fn a_proxy_that_can_not_be_used_is_named_with_its_scheme() {
    let stage = Stage::new().await;
    let mut command = stage.plain(&["speech", "hello", "--language", "en"]);
    let command = command.env("IMA_BASE_URL", "https://service.invalid");
    let output = command
        .env("ALL_PROXY", "ftp://me:secret@proxy.invalid")
        .output()
        .unwrap();
    ends(&output, 2);
    let shown = text(&output.stderr);
    assert!(
        shown.contains("ALL_PROXY") && shown.contains("its scheme is ftp"),
        "{shown}"
    );
    assert!(
        shown.contains("socks5://HOST:PORT") && !shown.contains("secret"),
        "{shown}"
    );
}

#[tokio::test]
async fn certificates_that_are_not_there_are_left_out_with_a_word() {
    let stage = Stage::new().await;
    std::fs::write(stage.here().join("odd.pem"), "not PEM").unwrap();
    for file in ["missing.pem", "odd.pem"] {
        let mut command = stage.command(&["speech", "hello", "--language", "en"]);
        let output = command.env("SSL_CERT_FILE", file).output().unwrap();
        ends(&output, 0);
        let shown = text(&output.stderr);
        assert!(
            shown.contains(file) && shown.contains("It is left out."),
            "{shown}"
        );
        let mut doctor = stage.command(&["doctor", "--language", "en"]);
        let output = doctor.env("SSL_CERT_FILE", file).output().unwrap();
        assert!(
            text(&output.stdout).contains(&format!("❌ The file of certificates {file}"))
                || text(&output.stdout).contains(&format!("❌ A certificate in {file}"))
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn without_home_the_user_database_knows_it() {
    let stage = Stage::new().await;
    let mut command = stage.plain(&["prefs", "get"]);
    ends(&command.env_remove("HOME").output().unwrap(), 0);
}

#[tokio::test]
async fn a_variable_that_is_set_and_empty_counts_as_not_set() {
    for variable in [
        "IMA_CONFIRM_ABOVE",
        "IMA_USER_ID",
        "IMA_BASE_URL",
        "IMA_DATA_DIR",
        "IMA_LOG_DIR",
        "IMA_PREFS_FILE",
        "ALL_PROXY",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "LC_ALL",
    ] {
        let stage = Stage::new().await;
        let mut command = stage.command(&["speech", "hello"]);
        let output = command.env(variable, "").output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{variable}: {}",
            text(&output.stderr)
        );
    }
    let stage = Stage::new().await;
    ends(&stage.ima(&["speech", "hello", "--confirm-above", ""]), 2);
}

#[tokio::test]
async fn every_request_says_who_sends_it() {
    let stage = Stage::new().await;
    ends(&stage.ima(&["speech", "hello"]), 0);
    let requests = stage.control.requests();
    assert!(requests.iter().any(|it| it.endpoint == Endpoint::Audio));
    for request in requests {
        let name = request.header("user-agent");
        assert_eq!(name, Some(concat!("ima/", env!("CARGO_PKG_VERSION"))));
    }
}
