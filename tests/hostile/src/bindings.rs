//! The code that wit-bindgen makes of `wit/`.

#![allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    clippy::undocumented_unsafe_blocks,
    reason = "generated"
)]

// The exports of the world `plugin`. Its imports are left to the standard library, which declares more of
// the same interfaces.
wit_bindgen::generate!({
    inline: "
        package ima:hostile;

        world plugin {
            export ima:studio/types@0.2.0;
            export ima:studio/generations@0.2.0;
            export ima:studio/understanding@0.2.0;
            export ima:studio/preferences@0.2.0;
        }
    ",
    path: "../../wit",
    world: "ima:hostile/plugin",
    generate_all,
});

export!(Hostile with_types_in self);

use super::Hostile;
