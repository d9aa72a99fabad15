//! What the fuzz targets check. A body takes any bytes and panics where a promise of the core does
//! not hold for them.
//!
//! `fuzz/` runs the bodies on inputs that libFuzzer makes up; the test `replay` runs them on the
//! inputs that are kept: `seeds/` were written by hand, among them every input that once showed a
//! fault, and `found/` are those that libFuzzer added because they reach something else.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a panic is how a body reports what it found"
)]

mod answers;
mod create_answer;
mod detail_answer;
mod json;
mod preference_file;
mod product_list;
mod run;
mod snapshot;
mod utterance;

pub use create_answer::create_answer;
pub use detail_answer::detail_answer;
pub use preference_file::preference_file;
pub use product_list::product_list;
pub use snapshot::snapshot;
pub use utterance::utterance;

/// A body.
pub type Body = fn(&[u8]);

/// Every target: the name of its folders, and its body.
pub const TARGETS: [(&str, Body); 6] = [
    ("create_answer", create_answer),
    ("detail_answer", detail_answer),
    ("preference_file", preference_file),
    ("product_list", product_list),
    ("snapshot", snapshot),
    ("utterance", utterance),
];

/// The music models in few words, for the targets that need a list but are not about it.
const MUSIC: &str = include_str!("../seeds/product_list/music.json");
