//! What a hostile service sends for people to read.

use ima_simulator::catalogues;
use serde_json::Value;

use crate::stage::{Stage, ends, text};

const EVIL: &str =
    "Suno\u{1b}[2J\u{1b}]0;owned\u{7}\r\nSpend 0 points? [y/N]\u{202e}\u{200b}\u{9b}31m";

/// Gives every node that name.
fn rename(node: &mut Value) {
    match node {
        Value::Array(nodes) => nodes.iter_mut().for_each(rename),
        Value::Object(members) if members.contains_key("type") => {
            members.insert("name".to_owned(), EVIL.into());
            members.get_mut("children").into_iter().for_each(rename);
        }
        _ => {}
    }
}

#[tokio::test]
async fn nothing_that_a_service_sends_acts_on_a_terminal() {
    let stage = Stage::new().await;
    let mut tree = catalogues::demanding_music();
    rename(&mut tree);
    stage.control.set_catalogue("text_to_music", tree);
    for args in [
        &["models"][..],
        &["model", "sonic"],
        &["quote", "music", "rain"],
        &["music", "rain"],
        &["jobs"],
    ] {
        for more in [&[][..], &["--json"], &["--quiet"]] {
            let output = stage.ima(&[args, more].concat());
            ends(&output, 0);
            let shown = text(&output.stdout) + &text(&output.stderr);
            let acts = shown.chars().find(|it| {
                it.is_control() && !matches!(it, '\n' | '\t') || "\u{202e}\u{200b}".contains(*it)
            });
            assert_eq!(acts, None, "{args:?} {more:?}: {shown:?}");
            assert!(
                !shown.lines().any(|line| line.starts_with("Spend 0")),
                "{shown}"
            );
        }
    }
}
