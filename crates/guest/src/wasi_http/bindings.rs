//! The code that wit-bindgen makes of the declarations in `wit/deps/`.

#![allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    dead_code,
    clippy::undocumented_unsafe_blocks,
    reason = "generated"
)]

wit_bindgen::generate!({
    inline: "
        package ima:guest;

        world transport {
            import wasi:clocks/monotonic-clock@0.2.0;
            import wasi:http/outgoing-handler@0.2.0;
            import wasi:random/random@0.2.0;
        }
    ",
    path: "../../wit",
    world: "ima:guest/transport",
    generate_all,
});
