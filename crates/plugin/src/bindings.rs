//! The code that wit-bindgen makes of `wit/`.

#![allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    clippy::undocumented_unsafe_blocks,
    reason = "generated"
)]

wit_bindgen::generate!({
    path: "../../wit",
    world: "plugin",
    generate_all,
});

export!(Plugin with_types_in self);

use super::Plugin;
