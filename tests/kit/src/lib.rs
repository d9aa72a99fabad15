//! What the tests share: a stage with the simulator and the host, on a clock that jumps; a host of its
//! own for components of the worlds `plugin` and `edge`; requests and what becomes of them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot be set up is to fail"
)]

mod clock;
pub mod edge;
mod played;
pub mod plugin;
mod stage;

pub use ima_attack_kit::component::with_endless_start;
pub use played::{Played, play, try_play};
pub use stage::{Stage, accepted, cache};

use ima_host::Request;
use ima_host::types::Language;

/// The component of world `plugin`.
pub use ima_components::PLUGIN;

/// A component of world `plugin` that misbehaves as the prompt says.
pub const HOSTILE: &[u8] = include_bytes!(env!("HOSTILE_WASM"));

/// A component of world `machine` that misbehaves as the prompt says.
pub const HOSTILE_MACHINE: &[u8] = include_bytes!(env!("HOSTILE_MACHINE_WASM"));

/// A request for music in English.
pub fn song() -> Request {
    Request::music("upbeat lo-fi hip hop, 90 BPM, no vocals", Language::En)
}

/// A request that says to a hostile component what to do.
pub fn crime(name: &str) -> Request {
    Request::music(name, Language::En)
}

/// A request for speech in Chinese.
pub fn spoken() -> Request {
    Request::speech("欢迎来到 IMA Studio。", Language::Zh)
}
