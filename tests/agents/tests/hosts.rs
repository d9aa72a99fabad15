//! Each agent host, from a quote to the audio, and through what goes wrong on the way.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]

use ima_agent_hosts::act::{self, Act};
use ima_agent_hosts::ironclaw::IronClaw;
use ima_agent_hosts::scenarios;
use ima_agent_hosts::wassette::Wassette;
use ima_agent_hosts::zeroclaw::ZeroClaw;

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
