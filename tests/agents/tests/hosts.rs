//! Each agent host, from a quote to the audio, and through what goes wrong on the way.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test fails by panicking"
)]

use ima_agent_hosts::act::{self, Act};
use ima_agent_hosts::ironclaw::IronClaw;
use ima_agent_hosts::scenarios;
use ima_agent_hosts::wassette::Wassette;
use ima_agent_hosts::zeroclaw::ZeroClaw;
use wasmparser::{Parser, Payload};

/// What the component of a file asks of its host.
fn imports(file: &str) -> Vec<String> {
    let component = std::fs::read(ima_agent_hosts::built(file)).unwrap();
    let mut imports = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(&component) {
        match payload.unwrap() {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 1 => {
                let names = section
                    .into_iter()
                    .map(|import| import.unwrap().name.name.to_owned());
                imports.extend(names);
            }
            _ => {}
        }
    }
    imports
}

#[test]
fn each_component_asks_for_nothing_but_what_its_host_offers() {
    insta::assert_debug_snapshot!("tools", imports("ima_tools.wasm"));
    insta::assert_debug_snapshot!("act", imports("ima_act.wasm"));
    insta::assert_debug_snapshot!("ironclaw", imports("ironclaw/ima_ironclaw.wasm"));
    insta::assert_debug_snapshot!("zeroclaw", imports("zeroclaw/ima-studio/ima_zeroclaw.wasm"));
}

#[test]
fn zeroclaw_buys_a_song_and_never_twice() {
    scenarios::all(|_, gateway| ZeroClaw::load(gateway));
}

#[test]
fn wassette_buys_a_song_and_never_twice() {
    scenarios::all(|stage, gateway| Wassette::load(&stage.policy("wassette", gateway), gateway));
}

#[test]
fn ironclaw_buys_a_song_and_never_twice() {
    scenarios::all(|_, gateway| IronClaw::load(gateway));
}

#[test]
fn act_buys_a_song_and_never_twice() {
    let Some(program) = act::program() else {
        println!("left out: act, which this machine can't get");
        return;
    };
    scenarios::all(|_, gateway| Act::load(program.clone(), gateway));
}
