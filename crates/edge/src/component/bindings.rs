//! The code that wit-bindgen makes of `wit/`.

#![allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    dead_code,
    clippy::undocumented_unsafe_blocks,
    reason = "generated"
)]

wit_bindgen::generate!({
    path: "../../wit",
    world: "edge",
    generate_all,
});

export!(Edge with_types_in self);

use super::Edge;
